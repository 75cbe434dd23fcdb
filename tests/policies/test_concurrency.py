import asyncio

import pytest

import botmesh
from botmesh import errors, testing
from botmesh.parts import from_value
from botmesh.policies import Endpoint
from botmesh.settings import load
from botmesh.telemetry.telemetry import Telemetry
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


def opening(count, target="gate"):
    """A bot that opens so many delegations at once, and says how many were refused and with what text."""
    agent = botmesh.Agent("busy", settings=load(environ={}))

    @agent.on_delegate
    async def answer(task):
        outcomes = await asyncio.gather(*(task.delegate(target) for _ in range(count)), return_exceptions=True)
        refused = [one for one in outcomes if isinstance(one, errors.TooManyDelegations)]
        return {"refused": len(refused), "text": refused[0].text if refused else ""}

    return agent


@pytest.fixture
def quick():
    """A bot that answers after a moment, and keeps the chains of the calls that came."""
    agent = botmesh.Agent("quick", settings=load(environ={}))
    agent.chains = []

    @agent.on_delegate
    async def answer(task):
        agent.chains.append(task._call.chain)
        await asyncio.sleep(0.1)
        return "done"

    return agent


def outcome(response):
    return from_value(response.reply.message.payload[0].data)


async def test_open_delegations_of_the_path_count_for_outgoing_calls(quick, raw):
    busy = opening(3, "quick")
    async with testing.mesh(quick, busy):
        metadata = (("botmesh-path", "front"), ("botmesh-open", "8"))
        response = await raw(busy.address).stub.Delegate(request(), metadata=metadata)
    assert outcome(response) == {
        "refused": 1,
        "text": "2 outgoing delegations are open here and 8 elsewhere in this conversation, the limit is 10: "
        "wait for one to end",
    }
    assert sorted(chain.open for chain in quick.chains) == [9, 10]


async def test_what_is_open_elsewhere_counts_if_it_is_more_than_the_path(quick, raw):
    busy = opening(4, "quick")
    async with testing.mesh(quick, busy):
        busy._running.endpoint.open_elsewhere = {"c1": 8, "c2": 1}
        stub = raw(busy.address).stub
        first = await stub.Delegate(request(), metadata=(("botmesh-path", "front"), ("botmesh-open", "2")))
        second = await stub.Delegate(request("c2"), metadata=(("botmesh-path", "front"), ("botmesh-open", "9")))
        third = await stub.Delegate(request("c3"))
    assert [outcome(one)["refused"] for one in (first, second, third)] == [2, 3, 0]


async def test_open_delegations_elsewhere_are_those_of_the_own_account(raw):
    shared = botmesh.Agent("quick", account="acme", shared=True, settings=load(environ={}))
    busy = opening(4, "acme/quick")
    busy.card.account_id, busy.card.shared = "acme", True

    @shared.on_delegate
    async def answer(task):
        return "done"

    async with testing.mesh(shared, busy):
        busy._running.endpoint.open_elsewhere = {"c1": 10}
        other = await raw(busy.address).stub.Delegate(request(), metadata=(("botmesh-account", "other"),))
        own = await raw(busy.address).stub.Delegate(request(), metadata=(("botmesh-account", "acme"),))
    assert [outcome(one)["refused"] for one in (other, own)] == [0, 4]


async def test_the_first_call_of_an_agent_says_nothing_of_open_delegations_and_the_second_does(quick, raw):
    busy = opening(3, "quick")
    async with testing.mesh(quick, busy):
        await raw(busy.address).stub.Delegate(request())
    assert sorted(chain.open for chain in quick.chains) == [0, 2, 3]


async def test_calls_of_a_client_do_not_count_for_the_agents_below(quick):
    async with testing.mesh(quick) as mesh:
        await asyncio.gather(*(mesh.delegate("quick", conversation_id="c1") for _ in range(5)))
    assert {chain.open_in_path for chain in quick.chains} == {0}


async def test_a_client_has_ten_open_itself(gate):
    async with testing.mesh(gate) as mesh:
        calls = [asyncio.create_task(mesh.delegate("gate", conversation_id="c1")) for _ in range(10)]
        await filled(gate, 10)
        with pytest.raises(errors.TooManyDelegations) as caught:
            await mesh.delegate("gate", conversation_id="c1")
        assert not caught.value.from_peer
        gate.open.set()
        await asyncio.gather(*calls)
        assert not mesh._participant.endpoint.outgoing


async def test_a_collaboration_waits_for_room_beside_the_path(raw):
    names = [f"quick-{number}" for number in range(4)]
    bots = [botmesh.Agent(name, settings=load(environ={})) for name in names]
    busy = botmesh.Agent("busy", settings=load(environ={}))

    async def answer(task):
        await asyncio.sleep(0.05)
        return "done"

    for agent in bots:
        agent.on_delegate(answer)

    @busy.on_delegate
    async def ask(task):
        consultation = await task.collaborate("go", agents=names)
        return {"answers": len(consultation.answers), "failures": len(consultation.failures)}

    async with testing.mesh(*bots, busy):
        metadata = (("botmesh-path", "front"), ("botmesh-open", "8"))
        response = await raw(busy.address).stub.Delegate(request(), metadata=metadata)
    assert outcome(response) == {"answers": 4, "failures": 0}


async def test_the_fifth_open_delegation_is_told_at_once(gate):
    busy = opening(7)
    told = []
    async with testing.mesh(gate, busy) as mesh:
        endpoint = busy._running.endpoint
        endpoint.on_many_open = lambda: told.append(endpoint.open_delegations())
        asked = asyncio.create_task(mesh.delegate("busy", conversation_id="c1"))
        await filled(gate, 7)
        assert told == [[("c1", 5)]]
        assert endpoint.open_delegations() == [("c1", 7)]
        gate.open.set()
        await asked
        assert endpoint.open_delegations() == []


def test_the_most_are_reported_first_and_256_at_most():
    end = Endpoint(Telemetry("x"), account="acme")
    end.outgoing = {("acme", f"c{count}"): count for count in range(1, 400)} | {("other", "c"): 500}
    reported = end.open_delegations()
    assert reported[0] == ("c399", 399)
    assert len(reported) == 256
    end.outgoing = {("acme", "c1"): 1, ("acme", "c2"): 2}
    assert end.open_delegations() == [("c2", 2)]
