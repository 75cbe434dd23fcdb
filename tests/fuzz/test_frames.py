"""What no SDK would send: links, heartbeats and streams out of order, and bytes that are no HTTP/2.

Each example is FRAMES_EXAMPLES (40) long at most in CI; FUZZ_SEED chooses others.
"""

import asyncio
import os
import struct
from contextlib import AsyncExitStack, suppress
from random import Random

import grpc
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

import botmesh
from botmesh.names import new_id
from botmesh.status import error_info, from_status
from botmesh.v1 import agent_service_pb2 as agent_api
from botmesh.v1 import link_pb2 as link
from botmesh.v1 import registry_service_pb2 as registry_pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_service_pb2_grpc import AgentServiceStub
from botmesh.v1.message_pb2 import Message
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub
from botmesh.v1.transfer_pb2 import TransferOffer
from botmesh.v1.turn_pb2 import Turn
from tests.attacks.frames import PREFACE, frame
from tests.attacks.up import up
from tests.fuzz.driver import Driver
from tests.fuzz.pool import Pool
from tests.fuzz.processes import Bot
from tests.fuzz.test_fuzz import SEED, Loop, languages
from tests.languages import COMMANDS

pytestmark = [pytest.mark.slow, pytest.mark.languages]
EXAMPLES = int(os.environ.get("FRAMES_EXAMPLES", "40"))
CONNECTIONS = 300
_CHOSEN = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
_HUGE = 2**64 - 1
_PROMPT = 8.0
"""Seconds in which a stream whose caller has sent its last must have ended."""


@pytest.fixture(scope="module")
def around(tmp_path_factory):
    """A mesh, bots, and whoever looks after them; their logs must stay clean."""
    loop = Loop()
    stack = AsyncExitStack()

    async def start():
        mesh = await stack.enter_async_context(up(tmp_path_factory.mktemp("frames") / "data"))
        bots = {f"{name}-bot": Bot(f"{name}-bot", COMMANDS[name]) for name in languages()}
        for bot in bots.values():
            stack.push_async_callback(bot.stop)
            await bot.start(mesh.address)
        driver = Driver(mesh, bots, Pool())
        stack.push_async_callback(driver.close)
        await driver.find()
        return driver

    driver = loop.run(start(), 120)
    try:
        yield loop, driver
        loop.run(asyncio.sleep(0.5), 10)
        found = driver.look()
        assert found is None, str(found)
    finally:
        loop.run(stack.aclose(), 60)
        loop.close()


def clean(loop, driver):
    loop.run(asyncio.sleep(0.05), 10)
    found = driver.look()
    assert found is None, str(found)


def typed(error):
    """Whether a status is one that the contract knows, or one that gRPC makes by itself."""
    info = error_info(error)
    own = error.code() in (grpc.StatusCode.CANCELLED, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNIMPLEMENTED)
    return own or (info is not None and error.code() not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN))


def delegate(script=(), **fields):
    message = Message(payload=[botmesh.text("hello")], context={"script": list(script)}, **fields)
    return agent_api.DelegateRequest(message=message).SerializeToString()


_IDS = st.sampled_from([0, 1, 1, 2, 3, 4, 5, 2**31, 2**63 - 1, 2**63, _HUGE])
_REQUESTS = [
    delegate(),
    delegate([{"op": "partial", "text": "x" * 50_000}] * 4),
    delegate([{"op": "sleep", "seconds": 0.2}]),
    delegate([{"op": "fail"}]),
    delegate(message_id="the-same"),
    b"",
    b"\xff\xff\xff",
    b"\x0a\xff\xff\xff\xff\x0f",
    b"\0" * 100_000,
]
_METHODS = [
    "Delegate",
    "DelegateStream",
    "Notify",
    "GetCard",
    "Cancel",
    "Transfer",
    "Link",
    "",
    "../Delegate",
    "é" * 200,
]
_TIMEOUTS = [(5, 0), (0, 1), (0, 0), (-1, 0), (2**63 - 1, 0), (-(2**63), -(2**31)), (1, 2**31 - 1), (10**9, 0)]
_METADATA = [
    {},
    {"botmesh-path": "a,b,c,d,e,f,g"},
    {"botmesh-to": "nobody/0"},
    {"botmesh-max-hops": "-1"},
    {"botmesh-path": "é", "": "", "x" * 5_000: "y" * 5_000},
    {"grpc-timeout": "1n", ":path": "/", "traceparent": "zz"},
]


@st.composite
def linked_calls(draw):
    number = draw(_IDS)
    kind = draw(st.sampled_from(["start", "start", "start", "cancel", "read_bytes", "none"]))
    call = link.LinkedCall(id=number)
    if kind == "start":
        call.start.method = draw(st.sampled_from(_METHODS))
        call.start.request = draw(st.sampled_from(_REQUESTS))
        call.start.metadata.update(draw(st.sampled_from(_METADATA)))
        if draw(st.booleans()):
            call.start.timeout.seconds, call.start.timeout.nanos = draw(st.sampled_from(_TIMEOUTS))
    elif kind == "cancel":
        call.cancel = draw(st.booleans())
    elif kind == "read_bytes":
        call.read_bytes = draw(st.sampled_from([0, 1, 10**6, 2**63, _HUGE]))
    return call


link_frames = st.lists(
    st.one_of(
        st.lists(linked_calls(), max_size=5).map(lambda calls: link.LinkRequest(calls=calls).SerializeToString()),
        st.sampled_from([b"", b"\xff", b"\x0a\x05ab", b"\x0a\x00" * 1_000, b"\xc2\x3e\x01x"]),
    ),
    min_size=1,
    max_size=8,
)


async def send_link(driver, target, frames, wait):
    """What comes back of a link that is written to like this; how it ends."""
    channel = driver._channels[target]
    kind = channel.stream_stream(
        "/botmesh.v1.AgentService/Link", request_serializer=bytes, response_deserializer=link.LinkResponse.FromString
    )

    async def requests():
        for one in frames:
            yield one
        await asyncio.sleep(wait)

    answers = []
    stream = kind(requests(), timeout=wait + _PROMPT)
    try:
        async for response in stream:
            answers.extend(response.answers)
    except grpc.aio.AioRpcError as error:
        assert error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED, "a link whose caller has sent its last goes on"
        assert typed(error) or "Internal error from Core" in (error.details() or ""), error
    return answers


@pytest.mark.timeout(max(600, 15 * EXAMPLES))
def test_a_link_takes_any_frame_and_answers_the_next_call(around):
    loop, driver = around

    @_CHOSEN
    @seed(SEED)
    @given(st.sampled_from(sorted(driver.bots)), link_frames)
    def send(target, frames):
        answers = loop.run(send_link(driver, target, frames, 0.3), 30)
        for answer in answers:
            if answer.WhichOneof("event") == "status" and answer.status:
                error = from_status(answer.status)
                assert error.status not in (grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN), error
        good = link.LinkRequest()
        good.calls.add(id=1).start.CopyFrom(link.LinkedStart(method="Delegate", request=delegate()))
        answers = loop.run(send_link(driver, target, [good.SerializeToString()], 2.0), 30)
        assert [one.id for one in answers if one.response] in ([1], []), "a call is answered once"
        if target == "python-bot":
            assert answers, "a good link is answered"
        clean(loop, driver)

    send()


_BEATS = st.lists(
    st.tuples(
        st.sampled_from(["mine", "mine", "fuzz-other", "", "\0", "x" * 70, "é"]),
        st.sampled_from(["mine", "mine", "wrong", "", "x" * 5_000]),
        st.sampled_from([0, 1, 2, 3, 4, 99, -1]),
        st.sampled_from([0, 1, 2**32 - 1]),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.timeout(max(600, 15 * EXAMPLES))
def test_heartbeats_of_any_kind_end_typed(around):
    loop, driver = around
    stub = RegistryServiceStub(driver._channels["mesh"])

    async def beat(instance, beats):
        card = AgentCard(name="beaten")
        request = registry_pb.RegisterRequest(card=card, instance_id=instance, address="127.0.0.1:9")
        token = (await stub.Register(request, timeout=5)).lease.token

        async def requests():
            for named, with_token, readiness, number in beats:
                made = registry_pb.HeartbeatRequest(
                    instance_id=instance if named == "mine" else named,
                    lease_token=token if with_token == "mine" else with_token,
                    readiness=readiness,
                )
                made.load.in_flight = number
                yield made

        answered = 0
        try:
            async for _ in stub.Heartbeat(requests(), timeout=_PROMPT):
                answered += 1
        except grpc.aio.AioRpcError as error:
            assert typed(error) or "Internal error from Core" in (error.details() or ""), error
            assert error.code() is not grpc.StatusCode.DEADLINE_EXCEEDED
        assert answered <= len(beats)
        done = registry_pb.DeregisterRequest(instance_id=instance, lease_token=token)
        with suppress(grpc.aio.AioRpcError):
            await stub.Deregister(done, timeout=5)

    @_CHOSEN
    @seed(SEED)
    @given(_BEATS)
    def send(beats):
        loop.run(beat(f"beaten-{new_id()[:8]}", beats), 30)
        clean(loop, driver)

    send()


_PIECES = [
    {"op": "partial", "text": "one"},
    {"op": "progress", "text": "on it", "fraction": 0.5},
    {"op": "partial", "text": "two", "append": True},
    {"op": "sleep", "seconds": 0.1},
    {"op": "partial", "text": "three"},
]


@pytest.mark.timeout(max(600, 15 * EXAMPLES))
def test_a_stream_that_is_left_can_be_attached_to_again_from_anywhere(around):
    loop, driver = around

    async def attach(target, leaves, afters):
        stub = AgentServiceStub(driver._channels[target])
        message = Message(payload=[botmesh.text("hello")], context={"script": _PIECES}, message_id=new_id())
        first = stub.DelegateStream(agent_api.DelegateStreamRequest(message=message), timeout=_PROMPT)
        seen = 0
        async for event in first:
            seen = event.sequence
            if seen > leaves:
                first.cancel()
                break
        for after in afters:
            request = agent_api.DelegateStreamRequest(message=message, after_sequence=after)
            last, replies = after, 0
            try:
                async for event in stub.DelegateStream(request, timeout=_PROMPT):
                    assert event.sequence > last or event.HasField("reply"), "an event comes again"
                    assert not replies, "something follows the reply"
                    last, replies = event.sequence, replies + event.HasField("reply")
            except grpc.aio.AioRpcError as error:
                assert error_info(error) is not None, error
                assert error.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND), error
            else:
                assert replies == 1, "a stream ends without its reply"

    @_CHOSEN
    @seed(SEED)
    @given(
        st.sampled_from(sorted(driver.bots)),
        st.integers(0, 5),
        st.lists(st.sampled_from([0, 1, 2, 4, 1000, 2**31, 2**63 - 1, 2**63, _HUGE]), min_size=1, max_size=4),
    )
    def send(target, leaves, afters):
        loop.run(attach(target, leaves, afters), 60)
        clean(loop, driver)

    send()


def _ways(stub, message_id):
    """All that a message of one id can be sent as."""

    def say(kind, **more):
        return Message(message_id=message_id, message_type=kind, payload=[botmesh.text("x")], **more)

    turn = Turn(turn_id=message_id, contact_id="c", epoch=1)
    offer = TransferOffer(transfer_id=message_id, epoch=1)
    return {
        "a task": lambda: stub.Delegate(agent_api.DelegateRequest(message=say(3)), timeout=5),
        "a streamed task": lambda: stub.DelegateStream(agent_api.DelegateStreamRequest(message=say(0)), timeout=5),
        "a turn": lambda: stub.DelegateStream(agent_api.DelegateStreamRequest(message=say(4), turn=turn), timeout=5),
        "something told": lambda: stub.Notify(agent_api.NotifyRequest(message=say(6)), timeout=5),
        "a task in passing": lambda: stub.Notify(agent_api.NotifyRequest(message=say(3)), timeout=5),
        "an offer": lambda: stub.Transfer(agent_api.TransferRequest(message=say(5), offer=offer), timeout=5),
        "a cancellation": lambda: stub.Cancel(agent_api.CancelRequest(message_id=message_id), timeout=5),
    }


_AS_TASK = frozenset({"a task", "a streamed task", "a turn", "a task in passing"})


@pytest.mark.timeout(600)
def test_a_message_id_that_comes_again_as_something_else_is_refused(around):
    loop, driver = around

    async def ending(call):
        try:
            if hasattr(call, "__aiter__"):
                async for _ in call:
                    pass
            else:
                await call
        except grpc.aio.AioRpcError as error:
            info = error_info(error)
            return error.code().name if info is None else info.reason
        return "OK"

    async def send(target):
        stub = AgentServiceStub(driver._channels[target])
        for first in _ways(stub, ""):
            for second in _ways(stub, ""):
                ways = _ways(stub, new_id())
                endings = [await ending(ways[first]()), await ending(ways[second]())]
                case = f"{target}: {first}, then {second}"
                assert endings[0] == "OK", f"{case}: {endings}"
                same = first == second or {first, second} <= _AS_TASK or "a cancellation" in (first, second)
                assert endings[1] in (("OK", "CANCELLED") if same else ("MESSAGE_ID_REUSED",)), f"{case}: {endings}"

    for target in driver.bots:
        loop.run(send(target), 120)
    clean(loop, driver)


def _garbage(random):
    kind = random.randrange(8)
    noise = random.randbytes(random.randrange(1, 2_000))
    if kind == 0:
        return noise
    if kind == 1:
        return b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    if kind == 2:
        return PREFACE[: random.randrange(len(PREFACE))]
    if kind == 3:
        return PREFACE + noise
    if kind == 4:
        return PREFACE + frame(random.randrange(256), random.randrange(256), random.randrange(2**31), noise)
    if kind == 5:
        settings_frame = struct.pack(">HI", random.randrange(10), random.randrange(2**32))
        return PREFACE + frame(4, 0, 0, settings_frame) + frame(1, 4, 1, noise)
    if kind == 6:
        return PREFACE + frame(4, 0, 0) + b"".join(frame(9, 0, 1, b"x" * 100) for _ in range(20))
    return PREFACE + frame(4, 0, 0) + frame(8, 0, 0, struct.pack(">I", random.randrange(2**32))) + frame(7, 0, 0, noise)


@pytest.mark.timeout(max(600, 15 * EXAMPLES))
def test_bytes_that_are_no_http2_disturb_nobody(around):
    loop, driver = around
    random = Random(SEED)

    async def shout(target, address):
        host, _, port = address.rpartition(":")
        try:
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(_garbage(random))
            await writer.drain()
            with suppress(TimeoutError):
                await asyncio.wait_for(reader.read(1_000), 0.05)
            writer.close()
        except OSError:
            pass
        del target

    async def send():
        addresses = {"mesh": driver.mesh.address}
        stub = RegistryServiceStub(driver._channels["mesh"])
        for name in driver.bots:
            found = await stub.GetAgent(registry_pb.GetAgentRequest(name=name), timeout=5)
            addresses[name] = found.agent.instances[0].address
        for name, address in addresses.items():
            for _ in range(CONNECTIONS // 20):
                await asyncio.gather(*(shout(name, address) for _ in range(20)))
        await stub.ListAgents(registry_pb.ListAgentsRequest(), timeout=5)
        for name in driver.bots:
            response = await AgentServiceStub(driver._channels[name]).Delegate(
                agent_api.DelegateRequest(message=Message(payload=[botmesh.text("still there?")])), timeout=5
            )
            assert response.reply.message.payload[0].text == "still there?"

    loop.run(send(), 120)
    clean(loop, driver)
