"""The policies on all four kinds of call, on a service that is not ours."""

import asyncio
from contextlib import asynccontextmanager

import grpc
import pytest

from botmesh import errors
from botmesh.limits import Limits
from botmesh.policies import Endpoint, methods
from botmesh.serving.grpc_server import Server
from botmesh.settings import load
from botmesh.status import from_rpc_error
from botmesh.telemetry.telemetry import Telemetry
from botmesh.transport.adapter import client_interceptors
from botmesh.v1.message_pb2 import Message
from botmesh.v1.part_pb2 import Part
from tests.waiting import until

SERVICE = "test.v1.KindsService"
KINDS = ("UnaryUnary", "UnaryStream", "StreamUnary", "StreamStream")


class Kinds:
    """Answers with what it was told; "wait" waits, "huge" answers with two MiB, "crash" raises."""

    def __init__(self):
        self.served = []

    async def reply(self, message):
        said = message.payload[0].text
        self.served.append(said)
        if said == "wait":
            await asyncio.sleep(30)
        if said == "crash":
            raise ValueError("secret")
        return saying("x" * (2 << 20) if said == "huge" else "small")

    async def unary_unary(self, request, context):
        return await self.reply(request)

    async def unary_stream(self, request, context):
        for _ in range(2):
            yield await self.reply(request)

    async def stream_unary(self, requests, context):
        async for request in requests:
            last = request
        return await self.reply(last)

    async def stream_stream(self, requests, context):
        async for request in requests:
            yield await self.reply(request)

    def handlers(self):
        made = {}
        for name, method in zip(KINDS, ("unary_unary", "unary_stream", "stream_unary", "stream_stream"), strict=True):
            make = getattr(grpc, f"{method}_rpc_method_handler")
            made[name] = make(
                getattr(self, method),
                request_deserializer=Message.FromString,
                response_serializer=Message.SerializeToString,
            )
        return grpc.method_handlers_generic_handler(SERVICE, made)


def saying(text):
    return Message(payload=[Part(text=text)])


@pytest.fixture(autouse=True)
def as_work(monkeypatch):
    monkeypatch.setattr(methods, "_WORK", {f"/{SERVICE}/{name}" for name in KINDS})


@asynccontextmanager
async def serving(idle=60.0, **caller_limits):
    kinds = Kinds()
    end = Endpoint(Telemetry("kinds"), agent="kinds", instance="i1")
    end.ceiling = end.limits = Limits(stream_idle_timeout=idle)
    server = Server("kinds", endpoint=end)
    server.grpc.add_generic_rpc_handlers((kinds.handlers(),))
    address = await server.start("127.0.0.1:0", [SERVICE])
    caller = Endpoint(Telemetry("caller"), limits=Limits(**caller_limits))
    checked = grpc.aio.insecure_channel(address, interceptors=client_interceptors(caller))
    bare = grpc.aio.insecure_channel(address)
    try:
        async with checked, bare:
            yield kinds, checked, bare, (end, caller)
    finally:
        await server.stop(0)


async def ask(channel, kind, say="hi", metadata=(), timeout=None):
    """Make a call of one kind; the number of responses."""
    streams_in, streams_out = kind.startswith("Stream"), kind.endswith("Stream")
    make = getattr(channel, f"{'stream' if streams_in else 'unary'}_{'stream' if streams_out else 'unary'}")
    method = make(f"/{SERVICE}/{kind}", Message.SerializeToString, Message.FromString)

    async def several():
        yield saying(say)

    call = method(several() if streams_in else saying(say), metadata=metadata, timeout=timeout)
    try:
        if streams_out:
            return len([response async for response in call])
        await call
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from None
    return 1


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_passes(kind):
    async with serving() as (kinds, checked, bare, ends):
        for channel in (checked, bare):
            assert await ask(channel, kind) >= 1
        for end in ends:
            assert not end.incoming
            assert not end.outgoing
    assert kinds.served


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("metadata", "refusal"),
    [
        ((("botmesh-path", "a,b,c,d,e,f"),), errors.HopLimitExceeded),
        ((("botmesh-path", "kinds"), ("botmesh-to", "kinds")), errors.LoopDetected),
        ((("botmesh-max-hops", "x"),), errors.InvalidField),
    ],
)
async def test_each_kind_is_refused_at_both_ends(kind, metadata, refusal):
    async with serving() as (kinds, checked, bare, _):
        for channel, from_peer in ((checked, False), (bare, True)):
            with pytest.raises(refusal) as caught:
                await ask(channel, kind, metadata=metadata)
            assert caught.value.from_peer is from_peer
    assert kinds.served == []


@pytest.mark.parametrize("kind", KINDS)
async def test_oversize_requests_are_refused_at_both_ends(kind):
    async with serving() as (kinds, checked, bare, _):
        for channel in (checked, bare):
            with pytest.raises(errors.MessageTooLarge):
                await ask(channel, kind, say="x" * (2 << 20))
    assert kinds.served == []


@pytest.mark.parametrize("kind", KINDS)
async def test_oversize_responses_are_refused_at_both_ends(kind):
    async with serving() as (_, _, bare, _):
        with pytest.raises(errors.MessageTooLarge) as caught:
            await ask(bare, kind, say="huge")
        assert caught.value.agent == "kinds"
    async with serving(max_message_bytes=1000) as (_, checked, _, ends):
        ends[0].limits = Limits(max_message_bytes=100 << 20)
        with pytest.raises(errors.MessageTooLarge) as caught:
            await ask(checked, kind, say="huge")
        assert not caught.value.from_peer


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_ends_at_its_deadline(kind):
    async with serving() as (_, checked, bare, ends):
        for channel in (checked, bare):
            with pytest.raises(errors.DeadlineExceeded):
                await ask(channel, kind, say="wait", timeout=0.3)
        with pytest.raises(errors.DeadlineTooLong):
            await ask(checked, kind, timeout=301)
        with pytest.raises(errors.DeadlineTooLong):
            await ask(bare, kind, timeout=400)
        assert not ends[1].outgoing


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.endswith("Stream")])
async def test_a_silent_stream_is_ended_at_the_callee(kind):
    async with serving(idle=0.5) as (_, _, bare, _):
        with pytest.raises(errors.StreamIdle):
            await ask(bare, kind, say="wait", timeout=10)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_exceptions_text_stays_where_it_was_raised(kind):
    async with serving() as (_, checked, bare, _):
        for channel in (checked, bare):
            with pytest.raises(errors.AgentError) as caught:
                await ask(channel, kind, say="crash")
            assert "secret" not in str(caught.value)
            assert len(caught.value.trace_id) == 32


@pytest.mark.parametrize("kind", KINDS)
async def test_the_eleventh_is_refused_at_both_ends(kind):
    same = (("botmesh-conversation", "c1"),)
    async with serving() as (_, checked, bare, ends):
        for channel in (bare, checked):
            open_calls = [asyncio.create_task(ask(channel, kind, "wait", same, timeout=10)) for _ in range(10)]
            await until(lambda: sum(ends[0].incoming.values()) == 10)
            with pytest.raises(errors.TooManyDelegations):
                await ask(channel, kind, metadata=same)
            for call in open_calls:
                call.cancel()
            await asyncio.gather(*open_calls, return_exceptions=True)
            await until(lambda: not ends[0].incoming and not ends[1].outgoing)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.endswith("Stream")])
async def test_leaving_a_stream_early_frees_both_ends(kind):
    async with serving() as (_, checked, _, ends):
        make = checked.unary_stream if kind == "UnaryStream" else checked.stream_stream
        method = make(f"/{SERVICE}/{kind}", Message.SerializeToString, Message.FromString)

        async def several():
            yield saying("hi")
            yield saying("wait")

        call = method(saying("hi") if kind == "UnaryStream" else several())
        async for _ in call:
            break
        call.cancel()
        del call
        await until(lambda: not ends[0].incoming and not ends[1].outgoing)


def test_the_settings_used_here_are_the_built_in_ones():
    assert load(environ={}).limits == Limits()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_call_that_cannot_be_started_is_over_at_the_caller(kind):
    async with serving() as (kinds, checked, _, (_, caller)):
        await checked.close()
        with pytest.raises(grpc.aio.UsageError):
            await ask(checked, kind)
        await until(lambda: not caller.outgoing, 1)
        assert kinds.served == []
