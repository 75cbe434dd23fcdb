"""What an instance tells the registry of its open delegations, and what it takes over from the answer."""

import asyncio

import pytest
from tests.waiting import until

import botmesh
from botmesh import errors
from botmesh_mesh.local import local
from botmesh_registry.leases import Leases

LEASE = "60"
"""Seconds; a heartbeat comes every third of it, so that only those that are sent early count in a test."""


@pytest.fixture
def beats(monkeypatch):
    """The heartbeats that registries get: the instance, what is open, and when it came."""
    seen = []
    renew = Leases.renew

    def recording(self, request):
        opened = {one.key: one.count for one in request.open_delegations}
        seen.append((request.instance_id, opened, asyncio.get_running_loop().time()))
        return renew(self, request)

    monkeypatch.setattr(Leases, "renew", recording)
    return seen


def opener(name):
    """A bot that opens as many delegations as it is told."""
    agent = botmesh.Agent(name)

    @agent.on_delegate
    async def open_all(task):
        outcomes = await asyncio.gather(*(task.delegate("gate") for _ in range(int(task.text))), return_exceptions=True)
        return str(sum(isinstance(one, errors.TooManyDelegations) for one in outcomes))

    return agent


@pytest.fixture
def gate():
    agent = botmesh.Agent("gate")
    agent.open = asyncio.Event()

    @agent.on_delegate
    async def answer(task):
        await agent.open.wait()
        return "through"

    return agent


def told(beats, agent):
    return [opened for instance, opened, _ in beats if instance == agent.instance_id and opened]


async def test_an_instance_with_five_open_says_so_at_once_and_others_hear_of_it(gate, beats):
    first, second = opener("first"), opener("second")
    async with local(gate, first, second, lease_duration=LEASE) as mesh:
        asked = asyncio.create_task(mesh.client.delegate("first", "6", conversation_id="v1"))
        await until(lambda: told(beats, first) == [{"v1": 6}])
        second._running.registration.tell_soon()
        await until(lambda: second._running.endpoint.open_elsewhere == {"v1": 6})
        refused = asyncio.create_task(mesh.client.delegate("second", "7", conversation_id="v1"))
        await until(lambda: len(second._running.endpoint.outgoing) == 1)
        gate.open.set()
        assert [(await one).text for one in (asked, refused)] == ["0", "3"]
        first._running.registration.tell_soon()
        second._running.registration.tell_soon()
        await until(lambda: second._running.endpoint.open_elsewhere == {})
        assert not first._running.endpoint.outgoing


async def test_there_is_at_most_one_early_heartbeat_a_second(gate, beats):
    first = opener("first")
    async with local(gate, first, lease_duration=LEASE) as mesh:
        began = asyncio.get_running_loop().time()
        calls = [
            asyncio.create_task(mesh.client.delegate("first", "5", conversation_id=f"v{number}")) for number in range(2)
        ]
        await until(lambda: told(beats, first))
        calls += [
            asyncio.create_task(mesh.client.delegate("first", "5", conversation_id=f"w{number}")) for number in range(5)
        ]
        await until(lambda: len(told(beats, first)[-1]) == 7)
        taken = asyncio.get_running_loop().time() - began
        assert len(told(beats, first)) <= 1 + taken
        gate.open.set()
        await asyncio.gather(*calls)


async def test_what_was_told_of_others_is_forgotten_while_no_registry_answers(gate, beats):
    first = opener("first")
    async with local(gate, first, lease_duration=LEASE) as mesh:
        endpoint = first._running.endpoint
        endpoint.open_elsewhere = {"v1": 10}
        first._running.registration._keeping.cancel()
        await until(lambda: endpoint.open_elsewhere == {})
        gate.open.set()
        assert (await mesh.client.delegate("first", "3", conversation_id="v1")).text == "0"
