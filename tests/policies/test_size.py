from dataclasses import replace

import grpc
import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateRequest, DelegateStreamRequest
from botmesh.v1.message_pb2 import Message

MIB = 1024 * 1024


def request_of(size):
    return DelegateRequest(message=Message(payload=[botmesh.text("x" * size)]))


@pytest.fixture
def talkative():
    agent = botmesh.Agent("talkative", settings=load(environ={}))

    @agent.on_delegate
    async def answer(task):
        return "y" * int(task.text)

    return agent


async def test_a_request_over_the_limit_never_leaves_the_caller(make_agent):
    agent = make_agent()
    async with testing.mesh(agent) as mesh:
        with pytest.raises(errors.MessageTooLarge) as caught:
            await mesh.delegate("shout-bot", "x" * MIB)
    error = caught.value
    assert not error.from_peer
    assert not error.started
    assert int(error.metadata["size"]) > int(error.metadata["limit"]) == MIB
    assert error.metadata["direction"] == "request"


async def test_a_request_just_under_the_limit_passes(make_agent):
    async with testing.mesh(make_agent()) as mesh:
        reply = await mesh.delegate("shout-bot", "x" * (MIB - 1000))
    assert len(reply.text) == MIB - 1000


async def test_a_request_over_the_limit_is_refused_at_the_callee(raw, make_agent):
    agent = make_agent()
    async with testing.mesh(agent):
        stub = raw(agent.address)
        error = await stub.refusal(stub.stub.Delegate(request_of(2 * MIB)))
    assert isinstance(error, errors.MessageTooLarge)
    assert (error.agent, error.started) == ("shout-bot", False)


async def test_a_request_over_the_transports_limit_is_the_same_error(raw, make_agent):
    agent = make_agent()
    async with testing.mesh(agent):
        stub = raw(agent.address)
        error = await stub.refusal(stub.stub.Delegate(request_of(5 * MIB)))
    assert isinstance(error, errors.MessageTooLarge)
    assert error.status is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("size", [2 * MIB, 5 * MIB])
async def test_a_reply_over_the_limit_is_refused_at_the_callee(talkative, size):
    async with testing.mesh(talkative) as mesh:
        with pytest.raises(errors.MessageTooLarge) as caught:
            await mesh.delegate("talkative", str(size))
    assert caught.value.from_peer
    assert caught.value.started
    assert caught.value.metadata["direction"] == "response"


@pytest.mark.parametrize(("size", "links"), [(2 * MIB, "on"), (2 * MIB, "off"), (5 * MIB, "off")])
async def test_a_reply_over_the_limit_is_refused_at_the_caller(talkative, size, links):
    async with testing.mesh(talkative, settings=load(environ={}, flags={"links": links})) as mesh:
        # A careless callee: its own limit is switched off behind its back.
        end = talkative._running.endpoint
        end.limits = replace(end.limits, max_message_bytes=100 * MIB)
        with pytest.raises(errors.MessageTooLarge) as caught:
            await mesh.delegate("talkative", str(size))
    assert not caught.value.from_peer


async def test_a_stream_may_carry_more_than_one_message_may():
    agent = botmesh.Agent("long", settings=load(environ={}))

    @agent.on_delegate
    async def answer(task):
        for _ in range(6):
            yield "z" * (MIB // 2)

    async with testing.mesh(agent) as mesh:
        stream = mesh.stream("long")
        async for _ in stream:
            pass
        assert len(stream.reply.text) == 3 * MIB
        with pytest.raises(errors.MessageTooLarge):
            await mesh.delegate("long")


async def test_one_part_over_the_limit_ends_a_stream(raw, talkative):
    async with testing.mesh(talkative):
        stub = raw(talkative.address)
        request = DelegateStreamRequest(message=Message(payload=[botmesh.text(str(2 * MIB))]))
        error = await stub.refusal(stub.stub.DelegateStream(request))
    assert isinstance(error, errors.MessageTooLarge)
    assert error.agent == "talkative"
