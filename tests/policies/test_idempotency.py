import asyncio

import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import (
    CANCEL_OUTCOME_STOPPED,
    CANCEL_OUTCOME_TOO_LATE,
    CANCEL_OUTCOME_UNKNOWN,
    CancelRequest,
    DelegateRequest,
    DelegateStreamRequest,
)
from botmesh.v1.message_pb2 import Message
from tests.waiting import until


class Counting:
    """A bot that counts how often it begins, and goes on when it is told to."""

    def __init__(self, **settings):
        self.agent = agent = botmesh.Agent("counter", settings=load(environ={}, flags=settings))
        self.started = 0
        self.cancelled = 0
        self.go = asyncio.Event()

        @agent.on_delegate
        async def answer(task):
            self.started += 1
            if task.text == "fail":
                raise botmesh.AgentFailed("no")
            try:
                if task.text == "wait":
                    await self.go.wait()
            except asyncio.CancelledError:
                self.cancelled += 1
                raise
            return f"run {self.started}"


@pytest.fixture
def counting():
    return Counting()


def message(text, **fields):
    return Message(message_id="m1", payload=[botmesh.text(text)], **fields)


async def test_a_repeat_of_finished_work_gets_the_same_reply(counting):
    async with testing.mesh(counting.agent) as mesh:
        first = await mesh.delegate("counter", "x", message_id="m1")
        second = await mesh.delegate("counter", "x", message_id="m1")
    assert counting.started == 1
    assert (first.text, first.message_id) == (second.text, second.message_id)


async def test_a_repeat_of_running_work_joins_it(counting):
    async with testing.mesh(counting.agent) as mesh:
        calls = [asyncio.create_task(mesh.delegate("counter", "wait", message_id="m1")) for _ in range(3)]
        await until(lambda: counting.started)
        counting.go.set()
        replies = await asyncio.gather(*calls)
    assert counting.started == 1
    assert len({reply.message_id for reply in replies}) == 1


@pytest.mark.parametrize("ended", [True, False])
async def test_another_payload_under_the_same_id_is_refused(counting, raw, ended):
    async with testing.mesh(counting.agent):
        client = raw(counting.agent.address)
        first = client.stub.Delegate(DelegateRequest(message=message("x" if ended else "wait")))
        if ended:
            await first
        else:
            await until(lambda: counting.started)
        error = await client.refusal(client.stub.Delegate(DelegateRequest(message=message("other"))))
        counting.go.set()
        await first
    assert isinstance(error, errors.MessageIdReused)
    assert error.metadata["message_id"] == "m1"


async def test_the_key_holds_for_one_sender_only(counting, raw):
    async with testing.mesh(counting.agent):
        client = raw(counting.agent.address)
        for sender in ("a", "b"):
            await client.stub.Delegate(DelegateRequest(message=message("x", from_agent=sender)))
    assert counting.started == 2


async def test_failures_are_remembered_too(counting):
    async with testing.mesh(counting.agent) as mesh:
        for _ in range(2):
            with pytest.raises(errors.AgentFailed):
                await mesh.delegate("counter", "fail", message_id="m1")
    assert counting.started == 1


async def test_refusals_are_not_remembered(counting, raw):
    async with testing.mesh(counting.agent):
        client = raw(counting.agent.address)
        request = DelegateRequest(message=message("x"))
        error = await client.refusal(client.stub.Delegate(request, metadata=(("botmesh-path", "counter"),)))
        assert isinstance(error, errors.LoopDetected)
        await client.stub.Delegate(request)
    assert counting.started == 1


async def test_an_outcome_is_forgotten_after_its_time():
    counting = Counting(idempotency_ttl="0.05")
    async with testing.mesh(counting.agent) as mesh:
        await mesh.delegate("counter", "x", message_id="m1")
        await asyncio.sleep(0.1)
        await mesh.delegate("counter", "x", message_id="m1")
    assert counting.started == 2


async def test_the_oldest_outcomes_make_room():
    counting = Counting(idempotency_entries="2")
    async with testing.mesh(counting.agent) as mesh:
        for name in ("m1", "m2", "m3", "m1", "m3"):
            await mesh.delegate("counter", "x", message_id=name)
    assert counting.started == 4


async def test_more_running_work_than_the_table_holds_is_refused():
    counting = Counting(idempotency_entries="2")
    async with testing.mesh(counting.agent) as mesh:
        calls = [asyncio.create_task(mesh.delegate("counter", "wait")) for _ in range(2)]
        await until(lambda: counting.started == 2)
        with pytest.raises(errors.TooMuchWork):
            await mesh.delegate("counter", "x")
        counting.go.set()
        await asyncio.gather(*calls)


async def test_a_lost_caller_can_attach_again_within_the_grace(counting, raw):
    async with testing.mesh(counting.agent):
        client = raw(counting.agent.address)
        request = DelegateRequest(message=message("wait"))
        call = client.stub.Delegate(request)
        await until(lambda: counting.started)
        call.cancel()
        await asyncio.sleep(0.3)
        again = client.stub.Delegate(request)
        await asyncio.sleep(1.0)
        counting.go.set()
        response = await again
    assert response.reply.message.payload[0].text == "run 1"
    assert (counting.started, counting.cancelled) == (1, 0)


async def test_work_without_callers_ends_after_the_grace(counting, raw):
    async with testing.mesh(counting.agent):
        client = raw(counting.agent.address)
        call = client.stub.Delegate(DelegateRequest(message=message("wait")))
        await until(lambda: counting.started)
        call.cancel()
        await asyncio.sleep(0.7)
        assert counting.cancelled == 0
        await until(lambda: counting.cancelled)


async def test_cancel_acts_at_once(counting, raw):
    async with testing.mesh(counting.agent):
        client = raw(counting.agent.address)
        call = client.stub.Delegate(DelegateRequest(message=message("wait")))
        await until(lambda: counting.started)
        response = await client.stub.Cancel(CancelRequest(message_id="m1", reason="enough"))
        assert counting.cancelled == 1
        error = await client.refusal(call)
        again = await client.stub.Cancel(CancelRequest(message_id="m1"))
        other = await client.stub.Cancel(CancelRequest(message_id="m2"))
        empty = await client.refusal(client.stub.Cancel(CancelRequest()))
    assert [receipt.outcome for receipt in response.receipts] == [CANCEL_OUTCOME_STOPPED]
    assert isinstance(error, errors.Cancelled)
    assert error.text == "enough"
    assert again.receipts[0].outcome == CANCEL_OUTCOME_TOO_LATE
    assert other.receipts[0].outcome == CANCEL_OUTCOME_UNKNOWN
    assert isinstance(empty, errors.InvalidField)


async def test_giving_up_cancels_the_whole_chain_with_a_receipt_per_hop(counting, raw):
    middle = botmesh.Agent("middle", settings=load(environ={}))

    @middle.on_delegate
    async def pass_on(task):
        return await task.delegate("counter", task.text)

    async with testing.mesh(counting.agent, middle):
        client = raw(middle.address)
        call = client.stub.Delegate(DelegateRequest(message=message("wait")))
        await until(lambda: counting.started)
        response = await client.stub.Cancel(CancelRequest(message_id="m1"))
        assert counting.cancelled == 1
        await client.refusal(call)
    assert [(one.agent, one.outcome) for one in response.receipts] == [
        ("middle", CANCEL_OUTCOME_STOPPED),
        ("counter", CANCEL_OUTCOME_STOPPED),
    ]


async def test_giving_up_in_the_sdk_cancels_at_once():
    counting = Counting(orphan_grace="60")  # so that only being told can be what ends it
    async with testing.mesh(counting.agent) as mesh:
        call = asyncio.create_task(mesh.delegate("counter", "wait"))
        await until(lambda: counting.started)
        call.cancel()
        await until(lambda: counting.cancelled, seconds=5)


async def test_a_stream_that_attaches_again_gets_what_it_missed(raw):
    agent = botmesh.Agent("steps", settings=load(environ={}))
    go = asyncio.Event()

    @agent.on_delegate
    async def answer(task):
        for step in range(4):
            if step == 2:
                await go.wait()
            yield str(step)

    async with testing.mesh(agent):
        client = raw(agent.address)
        first = client.stub.DelegateStream(DelegateStreamRequest(message=message("go")))
        seen = [await first.read() for _ in range(2)]
        first.cancel()
        go.set()
        again = client.stub.DelegateStream(DelegateStreamRequest(message=message("go"), after_sequence=2))
        rest = [event async for event in again]
    assert [event.sequence for event in seen + rest] == [1, 2, 3, 4, 5]
    assert [event.partial.part.text for event in seen + rest[:2]] == ["0", "1", "2", "3"]
    assert rest[-1].HasField("reply")


async def test_a_unary_call_and_a_stream_share_one_work(counting, raw):
    async with testing.mesh(counting.agent):
        client = raw(counting.agent.address)
        await client.stub.Delegate(DelegateRequest(message=message("x")))
        events = [e async for e in client.stub.DelegateStream(DelegateStreamRequest(message=message("x")))]
    assert counting.started == 1
    assert events[-1].reply.message.payload[0].text == "run 1"
