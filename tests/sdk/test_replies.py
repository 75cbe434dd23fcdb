import asyncio

import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import (
    DelegateRequest,
    DelegateResponse,
    GetStatsRequest,
    NotifyRequest,
    TransferRequest,
)
from botmesh.v1.message_pb2 import MESSAGE_TYPE_ACK, MESSAGE_TYPE_BROADCAST, MESSAGE_TYPE_RESPONSE, Message
from botmesh.v1.transfer_pb2 import TRANSFER_DECISION_ACCEPTED, TRANSFER_DECISION_DECLINED, TransferOffer


def bot(name, function):
    agent = botmesh.Agent(name, settings=load(environ={}))
    agent.on_delegate(function)
    return agent


async def answer_of(function, content=None, **options):
    async with testing.mesh(bot("a", function)) as mesh:
        return await mesh.delegate("a", content, **options)


async def test_plain_text_in_and_plain_text_out():
    async def shout(text: str) -> str:
        return text.upper()

    reply = await answer_of(shout, "grüße 👋")
    assert reply.text == "GRÜSSE 👋"
    assert reply.agent == "a"


async def test_context_arrives_as_it_was():
    context = {
        "customer": "17",
        "n": 3,
        "x": 1.5,
        "yes": True,
        "none": None,
        "list": [1, "a"],
        "deep": {"a": {"b": []}},
    }

    async def echo(task):
        return botmesh.Reply(context=task.context)

    assert (await answer_of(echo, context=context)).context == context


async def test_parts_of_every_kind_arrive_as_they_were():
    parts = [
        botmesh.text("plain"),
        botmesh.data({"rows": [1, 2.5, None, "x"]}),
        botmesh.raw(b"\x00\xff", media_type="image/png", filename="a.png"),
        botmesh.url("file:///tmp/x", media_type="text/plain"),
    ]

    async def echo(task):
        return list(task.parts)

    assert list((await answer_of(echo, parts)).parts) == parts


async def test_nothing_in_and_nothing_out():
    async def nothing(task):
        assert task.text == ""

    reply = await answer_of(nothing)
    assert reply.text == ""
    assert reply.parts == []


async def test_a_dict_is_structured_data():
    async def table(task):
        return {"open": 3}

    assert (await answer_of(table)).parts == [botmesh.data({"open": 3})]


async def test_unknown_fields_of_a_message_are_kept():
    unknown = b"\xfa\x07\x03abc"  # field 127, which no version of the contract has

    async def echo(task):
        assert unknown in task.message.SerializeToString()
        return "kept"

    agent = bot("a", echo)
    async with testing.mesh(agent) as mesh:
        ask = mesh._compose("a", None, {})
        ask.message.MergeFromString(unknown)
        request = DelegateRequest(message=ask.message)
        response, _ = await mesh._client.unary("Delegate", ask, request, DelegateResponse.FromString)
    assert response.reply.message.payload[0].text == "kept"


async def test_a_reply_says_what_it_answers():
    async def hi(task):
        return "hi"

    agent = bot("a", hi)
    async with testing.mesh(agent) as mesh:
        reply = await mesh.delegate("a", message_id="m1", conversation_id="c1")
        work = agent._running.endpoint.works.find(("default", "", "m1"))
    message = work.outcome.message
    assert message.message_type == MESSAGE_TYPE_RESPONSE
    assert (message.in_reply_to, message.conversation_id, message.from_agent) == ("m1", "c1", "a")
    assert message.correlation_id == reply.correlation_id


async def test_confidence_is_a_share():
    async def sure(task):
        return botmesh.Reply("yes", confidence=0.25)

    assert (await answer_of(sure)).confidence == 0.25
    with pytest.raises(ValueError, match="0 to 1"):
        botmesh.Reply(confidence=1.5)


async def test_usage_is_rolled_up_over_the_chain():
    def spends(cost, *others, model="m"):
        async def answer(task):
            for other in others:
                await task.delegate(other)
            usage = botmesh.Usage(model=model, input_tokens=1, output_tokens=2, cost_micros=cost, currency="EUR")
            return botmesh.Reply("ok", usage=usage)

        return answer

    team = [bot("a", spends(1, "b", "c")), bot("b", spends(10, "c")), bot("c", spends(100))]
    async with testing.mesh(*team) as mesh:
        reply = await mesh.delegate("a")
    assert (reply.usage.agent, reply.usage.cost_micros) == ("a", 1)
    below = {usage.agent: (usage.cost_micros, usage.input_tokens) for usage in reply.chain_usage}
    assert below == {"b": (10, 1), "c": (200, 2)}
    assert sum(usage.cost_micros for usage in reply.total_usage) == 211


async def test_a_stream_brings_pieces_progress_and_the_whole_reply():
    async def tells(task):
        yield "Once "
        yield botmesh.progress("thinking", 0.5)
        yield "upon a time"
        yield {"the": "end"}
        yield botmesh.Reply("fin", confidence=1)

    async with testing.mesh(bot("a", tells)) as mesh:
        stream = mesh.stream("a")
        with pytest.raises(RuntimeError, match="has not ended"):
            _ = stream.reply
        events = [event async for event in stream]
        whole = await mesh.delegate("a")
    assert [event.text for event in events] == ["Once ", "", "upon a time", "", "fin"]
    assert (events[1].progress, events[1].fraction) == ("thinking", 0.5)
    for reply in (stream.reply, whole):
        assert [part.text for part in reply.parts] == ["Once upon a time", "", "fin"]
        assert reply.confidence == 1
        assert reply.agent == "a"


async def test_a_reply_that_is_not_streamed_can_be_read_as_a_stream():
    async def plain(task):
        return "all at once"

    async with testing.mesh(bot("a", plain)) as mesh:
        assert [event.text async for event in mesh.stream("a")] == ["all at once"]


@pytest.mark.parametrize("named", [True, False])
async def test_leaving_a_stream_early_cancels_the_callee(named):
    stopped = asyncio.Event()

    async def endless(task):
        try:
            while True:
                yield "more"
                await asyncio.sleep(0.01)
        finally:
            stopped.set()

    agent = bot("a", endless)
    agent.settings = load(environ={}, flags={"orphan_grace": "60"})  # so that only being told can be what ends it
    async with testing.mesh(agent) as mesh:
        if named:
            async with mesh.stream("a") as stream:
                async for _ in stream:
                    break
        else:
            async for _ in mesh.stream("a"):
                break
        await asyncio.wait_for(stopped.wait(), 5)


async def test_a_bot_is_never_far_ahead_of_its_reader():
    made = 0

    async def fast(task):
        nonlocal made
        for _ in range(5000):
            made += 1
            yield "x" * 20_000

    async with testing.mesh(bot("a", fast)) as mesh, mesh.stream("a") as stream:
        async for _ in stream:
            break
        await asyncio.sleep(0.3)
        assert made < 1500  # what the transport holds, and the window


async def test_send_returns_when_the_callee_has_taken_the_work():
    done = asyncio.Event()

    async def slow(task):
        await asyncio.sleep(0.2)
        done.set()

    async with testing.mesh(bot("a", slow)) as mesh:
        message_id = await mesh.send("a", "go", message_id="m1")
        assert message_id == "m1"
        assert not done.is_set()
        await mesh.send("a", "go", message_id="m1")
        await asyncio.wait_for(done.wait(), 2)


async def test_a_broadcast_is_heard_and_acknowledged(raw):
    heard = asyncio.Queue()
    agent = botmesh.Agent("a", settings=load(environ={}))
    deaf = botmesh.Agent("deaf", settings=load(environ={}))

    @agent.on_notify
    async def hear(text: str):
        heard.put_nowait(text)

    async with testing.mesh(agent, deaf):
        message = Message(message_id="m1", message_type=MESSAGE_TYPE_BROADCAST, payload=[botmesh.text("all hands")])
        response = await raw(agent.address).stub.Notify(NotifyRequest(message=message))
        assert (response.ack.message_type, response.ack.in_reply_to) == (MESSAGE_TYPE_ACK, "m1")
        assert await asyncio.wait_for(heard.get(), 1) == "all hands"
        client = raw(deaf.address)
        assert isinstance(await client.refusal(client.stub.Notify(NotifyRequest(message=message))), errors.NotSupported)


async def test_an_offer_is_accepted_or_declined(raw):
    agent = botmesh.Agent("a", settings=load(environ={}))
    nobody = botmesh.Agent("nobody", settings=load(environ={}))
    asked = 0

    @agent.on_transfer
    async def decide(task, offer):
        nonlocal asked
        asked += 1
        return True if offer.reason == "billing" else "not mine"

    async with testing.mesh(agent, nobody):
        stub = raw(agent.address).stub

        def offer(name, reason):
            return TransferRequest(
                message=Message(message_id=name), offer=TransferOffer(transfer_id=name, reason=reason)
            )

        accepted = await stub.Transfer(offer("t1", "billing"))
        again = await stub.Transfer(offer("t1", "billing"))
        declined = await stub.Transfer(offer("t2", "weather"))
        without = await raw(nobody.address).stub.Transfer(offer("t1", "billing"))
        client = raw(agent.address)
        nameless = await client.refusal(client.stub.Transfer(TransferRequest()))
    assert accepted.decision == again.decision == TRANSFER_DECISION_ACCEPTED
    assert (declined.decision, declined.reason) == (TRANSFER_DECISION_DECLINED, "not mine")
    assert without.decision == TRANSFER_DECISION_DECLINED
    assert asked == 2
    assert isinstance(nameless, errors.InvalidField)


async def test_stats_count_what_happened(raw):
    async def fails(task):
        if task.text == "fail":
            raise botmesh.AgentFailed("no")

    agent = bot("a", fails)
    async with testing.mesh(agent) as mesh:
        await mesh.delegate("a")
        with pytest.raises(errors.AgentFailed):
            await mesh.delegate("a", "fail")
        client = raw(agent.address)
        await client.refusal(client.stub.Delegate(DelegateRequest(), metadata=(("botmesh-path", "a"),)))
        stats = await client.stub.GetStats(GetStatsRequest())
    assert dict(stats.incoming) == {"OK": 1, "FAILED_PRECONDITION": 2}
    assert dict(stats.refusals) == {"LOOP": 1}
    assert (stats.in_flight, stats.remembered, stats.instance_id) == (0, 2, agent.instance_id)
    assert stats.median_latency.ToMicroseconds() > 0


@pytest.mark.parametrize("value", [{"x": float("nan")}, {"x": {1, 2}}, {"x": object()}, {1: float("inf")}])
async def test_what_json_cannot_hold_is_refused_at_once(value):
    with pytest.raises(errors.InvalidField, match="JSON"):
        botmesh.data(value)
    async with testing.mesh(bot("a", _says_nothing)) as mesh:
        with pytest.raises(errors.InvalidField, match="context"):
            await mesh.delegate("a", context=value)


async def test_a_task_that_wants_to_exit_does_not_take_the_others_along(caplog):
    async def leaves(task):
        if task.text == "leave":
            raise SystemExit(3)
        return "still here"

    async with testing.mesh(bot("a", leaves)) as mesh:
        with pytest.raises(errors.AgentError):
            await mesh.delegate("a", "leave")
        assert (await mesh.delegate("a")).text == "still here"


async def _says_nothing(task):
    return None
