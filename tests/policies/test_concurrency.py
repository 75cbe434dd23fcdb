import asyncio

import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateRequest
from botmesh.v1.message_pb2 import Message


@pytest.fixture
def gate():
    agent = botmesh.Agent("gate", settings=load(environ={}))
    agent.open = asyncio.Event()
    agent.inside = 0

    @agent.on_delegate
    async def answer(task):
        agent.inside += 1
        await agent.open.wait()
        return "through"

    return agent


async def filled(agent, count):
    async with asyncio.timeout(3):
        while agent.inside < count:
            await asyncio.sleep(0.01)


def request(conversation="c1", message_id=""):
    return DelegateRequest(message=Message(conversation_id=conversation, message_id=message_id))


async def test_the_eleventh_is_refused_at_the_callee(gate, raw):
    async with testing.mesh(gate):
        client = raw(gate.address)
        open_calls = [client.stub.Delegate(request()) for _ in range(10)]
        await filled(gate, 10)
        error = await client.refusal(client.stub.Delegate(request()))
        elsewhere = client.stub.Delegate(request("c2"))
        await filled(gate, 11)
        gate.open.set()
        await asyncio.gather(*open_calls, elsewhere)
        await client.stub.Delegate(request())
        assert not gate._running.endpoint.incoming
    assert isinstance(error, errors.TooManyDelegations)
    assert error.metadata == {"limit": "10", "direction": "incoming"}


async def test_the_eleventh_is_refused_at_the_caller(gate):
    busy = botmesh.Agent("busy", settings=load(environ={}))

    @busy.on_delegate
    async def answer(task):
        calls = [asyncio.create_task(task.delegate("gate")) for _ in range(10)]
        await filled(gate, 10)
        try:
            await task.delegate("gate")
        except errors.TooManyDelegations as error:
            return f"{error.metadata['direction']} {error.from_peer}"
        finally:
            gate.open.set()
            await asyncio.gather(*calls)

    async with testing.mesh(gate, busy) as mesh:
        reply = await mesh.delegate("busy")
        assert not busy._running.endpoint.outgoing
    assert reply.text == "outgoing False"


async def test_joining_by_message_id_does_not_count(gate, raw):
    async with testing.mesh(gate):
        client = raw(gate.address)
        calls = [client.stub.Delegate(request(message_id=f"m{i}")) for i in range(10)]
        await filled(gate, 10)
        joined = client.stub.Delegate(request(message_id="m3"))
        await asyncio.sleep(0.05)
        gate.open.set()
        await asyncio.gather(*calls, joined)
    assert gate.inside == 10


async def test_without_a_conversation_a_chain_is_counted_by_its_id(gate, raw):
    async with testing.mesh(gate):
        client = raw(gate.address)
        calls = [client.stub.Delegate(DelegateRequest()) for _ in range(12)]
        await filled(gate, 12)
        gate.open.set()
        await asyncio.gather(*calls)


async def test_a_refused_call_gives_its_place_back(raw, gate):
    gate.open.set()
    async with testing.mesh(gate):
        client = raw(gate.address)
        for _ in range(20):
            await client.refusal(client.stub.Delegate(request(), metadata=(("botmesh-path", "gate"),)))
        await client.stub.Delegate(request())


async def test_sent_work_counts_until_it_is_over(gate):
    async with testing.mesh(gate) as mesh:
        for _ in range(10):
            await mesh.send("gate", conversation_id="c1")
        with pytest.raises(errors.TooManyDelegations):
            await mesh.delegate("gate", conversation_id="c1")
        gate.open.set()
