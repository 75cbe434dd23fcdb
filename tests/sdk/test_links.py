"""Many calls over one stream: each is what it would be by itself, and a link that goes wrong takes nothing along."""

import asyncio
from contextlib import asynccontextmanager, suppress

import grpc
import pytest
from tests.waiting import until

import botmesh
from botmesh import errors, testing
from botmesh.limits import Limits
from botmesh.settings import load
from botmesh.status import from_rpc_error, from_status
from botmesh.transport.link_client import LARGEST
from botmesh.v1.agent_service_pb2 import (
    DelegateRequest,
    DelegateResponse,
    DelegateStreamRequest,
    DelegateStreamResponse,
    GetCardRequest,
    GetCardResponse,
)
from botmesh.v1.instance_pb2 import READINESS_READY, Instance
from botmesh.v1.link_pb2 import LinkedAnswer, LinkedCall, LinkRequest, LinkResponse
from botmesh.v1.message_pb2 import Message, Reply

SERVICE = "botmesh.v1.AgentService"


def bot(function=None, name="a", **options):
    agent = botmesh.Agent(name, account="default", settings=load(environ={}), **options)

    async def echo(task):
        return task.text

    agent.on_delegate(function or echo)
    return agent


# At the callee: what a caller may send over a link.


class RawLink:
    """A caller that says what it likes on a link."""

    def __init__(self, rpc):
        self.rpc = rpc
        self.answers = []

    async def say(self, *calls):
        await self.rpc.write(LinkRequest(calls=calls).SerializeToString())

    async def begin(self, number, method="Delegate", request=None, **fields):
        call = LinkedCall(id=number)
        call.start.method = method
        message = Message(message_id=f"m{number}")
        message.payload.add(text="hello")
        call.start.request = (request or DelegateRequest(message=message)).SerializeToString()
        call.start.metadata.update(fields)
        await self.say(call)

    async def answer(self):
        while not self.answers:
            frame = await self.rpc.read()
            assert frame is not grpc.aio.EOF, "the link has ended"
            self.answers.extend(LinkResponse.FromString(frame).answers)
        return self.answers.pop(0)

    async def error(self):
        return from_status((await self.answer()).status)


@asynccontextmanager
async def raw_link(agent):
    async with testing.mesh(agent), grpc.aio.insecure_channel(agent.address) as channel:
        rpc = channel.stream_stream(f"/{SERVICE}/Link")()
        yield RawLink(rpc)
        rpc.cancel()


async def test_answers_come_as_they_are_ready_and_name_their_call():
    first = asyncio.Event()

    async def answer(task):
        if task.message.message_id == "m1":
            await first.wait()
        return task.message.message_id

    async with raw_link(bot(answer)) as link:
        await link.begin(1)
        await link.begin(2)
        answers = [await link.answer()]
        first.set()
        answers.append(await link.answer())
    texts = [DelegateResponse.FromString(one.response).reply.message.payload[0].text for one in answers]
    assert [one.id for one in answers] == [2, 1]
    assert texts == ["m2", "m1"]


@pytest.mark.parametrize(
    ("metadata", "reason"),
    [
        ({"botmesh-path": "b,c,d,e,f,g"}, "HOP_LIMIT"),
        ({"botmesh-path": "b,a,c"}, "LOOP"),
        ({"botmesh-to": "another"}, "WRONG_INSTANCE"),
        ({"botmesh-path": "Not A Name"}, "INVALID_FIELD"),
    ],
)
async def test_each_call_on_a_link_has_its_policies(metadata, reason):
    async with raw_link(bot()) as link:
        await link.begin(1, **metadata)
        assert (await link.error()).reason == reason
        await link.begin(2)
        assert (await link.answer()).response  # the link goes on


async def test_the_deadline_of_a_call_on_a_link_ends_its_work():
    async def sleep(task):
        await asyncio.sleep(30)

    async with raw_link(bot(sleep)) as link:
        call = LinkedCall(id=1)
        call.start.method = "Delegate"
        call.start.timeout.FromMilliseconds(50)
        await link.say(call)
        assert (await link.error()).reason == "DEADLINE_EXPIRED"


@pytest.mark.parametrize("method", ["Delegate", "DelegateStream"])
@pytest.mark.parametrize(("seconds", "reason"), [(-1, "DEADLINE_EXPIRED"), (2**62, "DEADLINE_TOO_LONG")])
async def test_a_time_that_cannot_be_is_refused_by_itself(method, seconds, reason):
    async with raw_link(bot()) as link:
        call = LinkedCall(id=1)
        call.start.method = method
        call.start.timeout.seconds = seconds
        await link.say(call)
        assert (await link.error()).reason == reason
        await link.begin(2)
        assert (await link.answer()).response


async def test_other_methods_of_one_request_go_over_a_link_too():
    agent = bot()
    async with raw_link(agent) as link:
        await link.begin(1, "GetCard", GetCardRequest())
        assert GetCardResponse.FromString((await link.answer()).response).instance_id == agent.instance_id


@pytest.mark.parametrize("method", ["Link", "Nonsense", "", "/botmesh.v1.AgentService/Delegate"])
async def test_what_cannot_be_called_on_a_link_is_refused_by_itself(method):
    async with raw_link(bot()) as link:
        await link.begin(1, method)
        assert (await link.error()).reason == "NOT_SUPPORTED"
        await link.begin(2)
        assert (await link.answer()).id == 2


async def test_a_response_that_the_transport_refuses_takes_no_other_call_along():
    async def tell(task):
        if task.message.message_id == "m1":
            return "x" * (4 * 1024 * 1024 - 1100)
        return "x"

    agent = bot(tell)
    async with raw_link(agent) as link:
        agent._running.endpoint.limits = Limits(max_message_bytes=8 * 1024 * 1024)
        await link.begin(1)
        assert (await link.error()).reason == "MESSAGE_TOO_LARGE"
        await link.begin(2)
        assert (await link.answer()).response


async def test_a_number_that_was_used_is_refused():
    async with raw_link(bot()) as link:
        await link.begin(7)
        assert (await link.answer()).response
        await link.begin(7)
        assert (await link.error()).reason == "INVALID_FIELD"


async def test_a_request_that_cannot_be_read_is_refused_by_itself():
    async with raw_link(bot()) as link:
        call = LinkedCall(id=1)
        call.start.method = "Delegate"
        call.start.request = b"\xff\xff"
        await link.say(call)
        assert (await link.error()).reason == "INVALID_FIELD"


async def test_a_batch_that_cannot_be_read_ends_the_link_with_a_reason():
    async with raw_link(bot()) as link:
        await link.rpc.write(b"\xff\xff\xff")
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await link.rpc.read()
    assert from_rpc_error(caught.value).reason == "INVALID_FIELD"


@pytest.mark.parametrize("how", ["cancel", "end of the link", "loss of the link"])
async def test_work_whose_caller_has_left_ends_after_its_grace(how):
    ended = asyncio.Event()

    async def work(task):
        try:
            await asyncio.sleep(30)
        finally:
            ended.set()

    agent = botmesh.Agent("a", account="default", settings=load(environ={}, flags={"orphan_grace": "100ms"}))
    agent.on_delegate(work)
    async with raw_link(agent) as link:
        await link.begin(1)
        works = agent._running.endpoint.works
        await until(lambda: len(works.running) == 1)
        if how == "cancel":
            await link.say(LinkedCall(id=1, cancel=True))
        elif how == "end of the link":
            await link.rpc.done_writing()
        else:
            link.rpc.cancel()
        await asyncio.wait_for(ended.wait(), 5)


async def test_news_of_calls_that_are_not_there_are_nothing():
    async with raw_link(bot()) as link:
        await link.say(LinkedCall(id=5, cancel=True), LinkedCall(id=6, read_bytes=9), LinkedCall(id=7))
        await link.begin(8)
        assert (await link.answer()).id == 8


async def test_a_stream_runs_no_further_ahead_than_its_caller_allows():
    told = 0

    async def tell(task):
        nonlocal told
        for _ in range(100 if task.message.message_id == "m" else 0):
            told += 1
            yield "x" * 16_000

    async with raw_link(bot(tell)) as link:
        message = Message(message_id="m")
        await link.begin(1, "DelegateStream", DelegateStreamRequest(message=message))
        await link.begin(2)
        got = [await link.answer() for _ in range(18)]
        assert [one.id for one in got].count(2) == 1  # the other call is not held up
        await asyncio.sleep(0.2)
        assert told <= 17 + 64 + 1  # what is on its way, what the work keeps for readers, and the one in hand
        await link.say(LinkedCall(id=1, read_bytes=2**40))
        parts = [one for one in got if one.id == 1]
        while not (last := await link.answer()).HasField("status"):
            parts.append(last)
    assert last.status == b""
    events = [DelegateStreamResponse.FromString(one.part) for one in parts]
    assert [event.sequence for event in events] == list(range(1, 102))
    assert events[-1].HasField("reply")


async def test_a_server_that_stops_says_which_calls_it_took():
    agent = bot()
    async with raw_link(agent) as link:
        await link.begin(3)
        assert (await link.answer()).id == 3
        stopping = asyncio.create_task(agent.stop(drain=False))
        last = await link.answer()
        await link.rpc.done_writing()
        assert await link.rpc.read() is grpc.aio.EOF
        await stopping
    assert (last.id, last.closing) == (3, True)


# At the caller: what a callee may answer.


class Callee:
    """Serves links as a test tells it to."""

    def __init__(self, serve=None):
        self.links = []
        self.alone = []
        self.server = grpc.aio.server()
        self._serve = serve

    async def __aenter__(self):
        async def link(requests, context):
            self.links.append(context)

            async def calls():
                async for frame in requests:
                    for call in LinkRequest.FromString(frame).calls:
                        yield call

            async def answer(*answers):
                await context.write(LinkResponse(answers=answers).SerializeToString())

            await self._serve(calls(), answer, context)

        async def delegate(request, context):
            self.alone.append(len(request))
            return response("by itself")

        handlers = {"Delegate": grpc.unary_unary_rpc_method_handler(delegate)}
        if self._serve is not None:
            handlers["Link"] = grpc.stream_stream_rpc_method_handler(link)
        self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, handlers),))
        port = self.server.add_insecure_port("127.0.0.1:0")
        await self.server.start()
        self.instance = Instance(
            instance_id="callee",
            account_id="default",
            agent="a",
            address=f"127.0.0.1:{port}",
            readiness=READINESS_READY,
            takes_links=True,
        )
        return self

    async def __aexit__(self, *_):
        await self.server.stop(0)


def response(text):
    reply = Reply()
    reply.message.payload.add(text=text)
    return DelegateResponse(reply=reply).SerializeToString()


@asynccontextmanager
async def calling(serve, settings=None, **options):
    """A client whose only agent is a callee as it should not be."""
    async with Callee(serve) as callee, testing.mesh(settings=settings) as mesh:
        mesh.directory.put(bot(**options).card, [callee.instance])
        yield mesh, callee


async def echo_all(calls, answer, context):
    async for call in calls:
        if call.HasField("start"):
            await answer(LinkedAnswer(id=call.id, response=response("over the link")))


async def test_calls_share_one_stream():
    async with calling(echo_all) as (mesh, callee):
        replies = await asyncio.gather(*(mesh.delegate("a") for _ in range(50)))
    assert {reply.text for reply in replies} == {"over the link"}
    assert (len(callee.links), callee.alone) == (1, [])


async def test_a_large_request_goes_by_itself():
    async with calling(echo_all) as (mesh, _):
        assert (await mesh.delegate("a", "x" * LARGEST)).text == "by itself"
        assert (await mesh.delegate("a", "x")).text == "over the link"


async def test_links_can_be_switched_off():
    async with calling(echo_all, settings=load(environ={"BOTMESH_LINKS": "off"})) as (mesh, callee):
        assert (await mesh.delegate("a", "x")).text == "by itself"
        assert callee.links == []


async def test_an_instance_that_takes_no_links_after_all_is_called_by_itself():
    async with calling(None) as (mesh, _):
        assert (await mesh.delegate("a")).text == "by itself"
        assert (await mesh.delegate("a")).text == "by itself"


async def test_answers_that_nobody_waits_for_are_nothing():
    async def serve(calls, answer, context):
        async for call in calls:
            one = LinkedAnswer(id=call.id, response=response("once"))
            await answer(LinkedAnswer(id=99, response=b"?"), LinkedAnswer(id=call.id), one, one)

    async with calling(serve) as (mesh, _):
        for _ in range(3):
            assert (await mesh.delegate("a")).text == "once"


async def test_a_silent_callee_costs_no_more_than_the_deadline_and_is_told():
    heard = asyncio.Queue()

    async def serve(calls, answer, context):
        async for call in calls:
            heard.put_nowait(call.WhichOneof("event"))

    async with calling(serve) as (mesh, _):
        with pytest.raises(errors.DeadlineExpired):
            await mesh.delegate("a", timeout=0.2)
        assert [await heard.get(), await heard.get()] == ["start", "cancel"]


async def test_giving_up_is_said_on_the_link():
    heard = asyncio.Queue()

    async def serve(calls, answer, context):
        async for call in calls:
            heard.put_nowait(call.WhichOneof("event"))

    async with calling(serve) as (mesh, _):
        task = asyncio.ensure_future(mesh.delegate("a"))
        assert await heard.get() == "start"
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert await heard.get() == "cancel"


async def test_a_link_that_is_cut_is_made_anew_and_the_call_repeated():
    async def serve(calls, answer, context):
        if len(callee.links) == 1:
            await anext(calls)
            await context.abort(grpc.StatusCode.UNAVAILABLE, "cut")
        await echo_all(calls, answer, context)

    async with calling(serve) as (mesh, callee):
        assert (await mesh.delegate("a")).text == "over the link"
    assert len(callee.links) == 2


@pytest.mark.parametrize("end", ["cut", "ended", "garbage"])
async def test_all_calls_on_a_link_that_goes_wrong_fail_as_lost(end):
    async def serve(calls, answer, context):
        for _ in range(3):
            await anext(calls)
        if end == "cut":
            await context.abort(grpc.StatusCode.UNAVAILABLE, "cut")
        if end == "garbage":
            await context.write(b"\xff\xff\xff")
            await asyncio.sleep(30)

    async with calling(serve, settings=load(environ={"BOTMESH_MAX_RETRIES": "0"})) as (mesh, _):
        outcomes = await asyncio.gather(*(mesh.delegate("a") for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [errors.OutcomeUnknown] * 3
    assert len({id(one) for one in outcomes}) == 3


async def test_calls_that_a_closing_callee_did_not_take_never_began_and_are_repeated():
    seen = []

    async def serve(calls, answer, context):
        if len(callee.links) > 1:
            await echo_all(calls, answer, context)
            return
        first = await anext(calls)
        second = await anext(calls)
        await answer(LinkedAnswer(id=first.id, closing=True))
        await answer(LinkedAnswer(id=first.id, response=response("the last")))
        seen.extend([call.id async for call in calls])
        seen.append("end")  # the caller has ended the link
        assert (first.id, second.id) == (1, 2)

    async with calling(serve) as (mesh, callee):
        replies = await asyncio.gather(*(mesh.delegate("a") for _ in range(2)))
        await until(lambda: seen)
    assert sorted(reply.text for reply in replies) == ["over the link", "the last"]
    assert seen == ["end"]


async def test_a_slow_reader_of_a_stream_holds_up_nobody():
    async def tell(task):
        if task.text == "stream":
            for _ in range(60):
                yield "x" * 60_000
        yield "done"

    async with testing.mesh(bot(tell)) as mesh, mesh.stream("a", "stream") as slow:
        await anext(aiter(slow))
        replies = await asyncio.gather(*(mesh.delegate("a", "plain") for _ in range(20)))
        assert {reply.text for reply in replies} == {"done"}
        rest = [event async for event in slow]
    assert sum(len(event.text or "") for event in rest) >= 58 * 60_000


async def test_a_bot_that_leaves_loses_no_call_that_goes_over_its_link():
    """Calls without end while one of two instances drains: none fails."""
    one, other = bot(), bot()
    async with testing.mesh(one, other) as mesh:
        over = asyncio.Event()

        async def ask():
            count = 0
            while not over.is_set():
                await mesh.delegate("a", "x")
                count += 1
            return count

        asking = [asyncio.ensure_future(ask()) for _ in range(8)]
        await asyncio.sleep(0.2)
        await one.stop()
        await asyncio.sleep(0.2)
        over.set()
        assert all(await asyncio.gather(*asking))
