import math

import pytest
from google.protobuf.struct_pb2 import Struct, Value

import botmesh
from botmesh import testing
from botmesh.errors import InvalidField
from botmesh.fields import check_fields
from botmesh.settings import load
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.journal_service_pb2 import JournalEntry, RecordRequest
from botmesh.v1.message_pb2 import Message
from botmesh.v1.part_pb2 import Part


def arrays(depth):
    """Arrays in each other."""
    value = Value(string_value="x")
    for _ in range(depth):
        outer = Value()
        outer.list_value.values.append(value)
        value = outer
    return value


def objects(depth):
    """Objects in each other."""
    value = Value(string_value="x")
    for _ in range(depth):
        outer = Value()
        outer.struct_value.fields["a"].CopyFrom(value)
        value = outer
    return value


def message(**fields):
    return pb.DelegateRequest(message=Message(**fields))


def at(seconds, nanos=0):
    made = Message()
    made.timestamp.seconds, made.timestamp.nanos = seconds, nanos
    return pb.DelegateRequest(message=made)


def until(seconds, nanos=0):
    made = api.SetStatusRequest(status=2)
    made.until.seconds, made.until.nanos = seconds, nanos
    return made


def ttl(seconds, nanos=0):
    made = api.SetContextRequest()
    made.ttl.seconds, made.ttl.nanos = seconds, nanos
    return made


@pytest.mark.parametrize(
    "good",
    [
        message(payload=[Part(data=arrays(32))]),
        message(payload=[Part(data=objects(21))]),
        message(payload=[Part(text="x" * 100_000), Part(url="data:" + "x" * 10_000)]),
        message(context=Struct(fields={"x": arrays(30)})),
        message(message_type=9),
        at(0),
        at(7_258_118_399, 999_999_999),
        ttl(3_155_760_000),
        AgentCard(description="x" * 10_000),
        pb.DelegateStreamRequest(after_sequence=2**63 - 1),
    ],
)
def test_what_can_be_kept_passes(good):
    check_fields(good)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (message(payload=[Part(text="x"), Part(data=arrays(33))]), "message.payload[1].data"),
        (message(payload=[Part(data=objects(22))]), "message.payload[0].data"),
        (message(payload=[Part(metadata=Struct(fields={"x": arrays(31)}))]), "message.payload[0].metadata"),
        (message(payload=[Part(data=Value(number_value=math.nan))]), "message.payload[0].data"),
        (message(context=Struct(fields={"x": Value(number_value=math.inf)})), "message.context"),
        (message(message_type=99), "message.message_type"),
        (message(from_agent="x" * 4_097), "message.from_agent"),
        (at(-1), "message.timestamp"),
        (at(7_258_118_400), "message.timestamp"),
        (at(1, 1_000_000_000), "message.timestamp"),
        (at(1, -1), "message.timestamp"),
        (until(253_402_300_799), "until"),
        (ttl(3_155_760_001), "ttl"),
        (ttl(-1), "ttl"),
        (ttl(1, 10**9), "ttl"),
        (pb.DelegateStreamRequest(after_sequence=2**63), "after_sequence"),
        (
            RecordRequest(entries=[JournalEntry(), JournalEntry(usage={"cost_micros": -1})]),
            "entries[1].usage.cost_micros",
        ),
        (RecordRequest(entries=[JournalEntry(usage={"input_tokens": 2**53})]), "entries[0].usage.input_tokens"),
        (until(2**62), "until"),
    ],
)
def test_what_nobody_could_keep_is_refused_by_its_path(bad, field):
    with pytest.raises(InvalidField) as caught:
        check_fields(bad)
    assert caught.value.metadata["field"] == field
    assert field in caught.value.text


def test_the_depth_is_no_harm_to_whoever_looks():
    with pytest.raises(InvalidField):
        check_fields(message(payload=[Part(data=arrays(45))]))


def test_a_deep_value_is_looked_at_without_recursion():
    with pytest.raises(InvalidField):
        check_fields(message(payload=[Part(data=arrays(45))]))


def counting_bot(name="counter"):
    agent = botmesh.Agent(name, settings=load(environ={}))
    agent.began = 0

    @agent.on_delegate
    async def answer(task):
        agent.began += 1
        return "done"

    return agent


HOSTILE = [
    (message(message_type=99), "message.message_type"),
    (message(payload=[Part(data=arrays(33))]), "message.payload[0].data"),
    (at(253_402_300_799), "message.timestamp"),
    (at(1, 10**9), "message.timestamp"),
    (message(from_agent="x" * 5_000), "message.from_agent"),
]


@pytest.mark.parametrize(("bad", "field"), HOSTILE)
async def test_the_callee_refuses_before_any_work(raw, bad, field):
    agent = counting_bot()
    async with testing.mesh(agent):
        client = raw(agent.address)
        refusal = await client.refusal(client.stub.Delegate(bad))
        assert isinstance(refusal, InvalidField)
        assert (refusal.metadata["field"], refusal.started, refusal.agent) == (field, False, "counter")
        assert refusal.trace_id
        stream = pb.DelegateStreamRequest(message=bad.message)
        assert isinstance(await client.refusal(client.stub.DelegateStream(stream)), InvalidField)
        assert agent.began == 0


async def test_what_cannot_be_parsed_is_refused_by_name(raw):
    agent = counting_bot()
    async with testing.mesh(agent):
        channel = raw(agent.address).channel
        deep = b"\x11" + bytes(8)  # a number, in 200 arrays, in a part, in the payload, in the message
        for tag in (*[0x0A, 0x32] * 200, 0x22, 0x22, 0x0A):
            deep = bytes([tag]) + _length(deep) + deep
        for request in (b"\xff\xff\xff", deep):
            call = channel.unary_unary("/botmesh.v1.AgentService/Delegate")
            refusal = await raw(agent.address).refusal(call(request))
            assert isinstance(refusal, InvalidField)
            assert (refusal.metadata["field"], refusal.agent) == ("request", "counter")


def _length(data):
    size, out = len(data), bytearray()
    while size > 127:
        out.append(size & 127 | 128)
        size >>= 7
    out.append(size)
    return bytes(out)


async def test_a_caller_sends_nothing_that_would_be_refused():
    agent = counting_bot()
    async with testing.mesh(agent) as mesh:
        deep = {"a": 1}
        for _ in range(25):
            deep = {"a": deep}
        with pytest.raises(InvalidField) as caught:
            await mesh.delegate("counter", deep)
        assert (caught.value.metadata["field"], caught.value.started) == ("message.payload[0].data", False)
        with pytest.raises(InvalidField):
            async for _ in mesh.stream("counter", "x", context=deep):
                pass
    assert agent.began == 0


@pytest.mark.parametrize("links", ["true", "false"])
@pytest.mark.parametrize("streamed", [True, False])
async def test_a_caller_takes_no_answer_that_nobody_could_keep(streamed, links):
    agent = botmesh.Agent("careless", settings=load(environ={}, flags={"links": links}))
    tries = 0

    @agent.on_delegate
    async def answer(task):
        nonlocal tries
        tries += 1
        return Part(data=arrays(33))

    async with testing.mesh(agent) as mesh:
        with pytest.raises(InvalidField) as caught:
            if streamed:
                async for _ in mesh.stream("careless", "x"):
                    pass
            else:
                await mesh.delegate("careless", "x")
    assert caught.value.metadata["field"] == "reply.message.payload[0].data"
    assert (caught.value.started, caught.value.from_peer, tries) == (True, False, 1)
    assert "careless" in str(caught.value)
