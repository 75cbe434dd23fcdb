"""A registry that stood still, and failures inside: what is dead goes all the same."""

import asyncio
import contextlib
import os
import signal
import sys

import pytest

from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_TASK_FAILED
from botmesh_registry import Registry
from botmesh_registry.probe import Prober

from .support import SHORT, Client, until

LEASE = 1.0
RUN = "import sys; sys.modules.update({modules}); from botmesh_registry.__main__ import main; main()"


@pytest.mark.parametrize("modules", ["{}", "{'uvloop': None}"], ids=["uvloop", "asyncio"])
async def test_after_a_pause_of_the_registry_all_who_died_meanwhile_are_gone(modules, stack, make_agent):
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        RUN.format(modules=modules),
        "--bind",
        "127.0.0.1:0",
        "--lease-duration",
        str(LEASE),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    client = Client((await process.stdout.readline()).decode().split()[-1], stack)
    try:
        agents = [await make_agent(f"bot-{number}") for number in range(8)]
        beating = [asyncio.create_task(_beat(client, agent)) for agent in agents]
        for agent in agents:
            await client.listed(agent)
        watch = client.watch()
        await until(lambda: len(watch.instances) == 8)
        process.send_signal(signal.SIGSTOP)
        for task, agent in zip(beating, agents, strict=True):
            task.cancel()
            await agent.kill()
        await asyncio.sleep(1.5 * LEASE)
        process.send_signal(signal.SIGCONT)
        await until(lambda: not watch.instances, timeout=LEASE)
        for agent in agents:
            assert not (await client.get(agent.card.name)).instances
        await watch.close()
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGCONT)
            process.terminate()
        _, errors = await asyncio.wait_for(process.communicate(), 10)
        await client.channel.close()
    assert b"Traceback" not in errors


async def _beat(client, agent):
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    try:
        while True:
            await beats.beat()
            await asyncio.sleep(LEASE / 5)
    finally:
        beats.break_off()


async def test_a_lease_that_cannot_be_ended_keeps_no_other_and_is_tried_again(make_registry, make_agent, monkeypatch):
    registry, client = await make_registry(lease_duration=SHORT)
    agents = [await make_agent(f"bot-{number}") for number in range(3)]
    for agent in agents:
        await client.register(agent)
        await client.listed(agent)
    stubborn, dismiss, tries = agents[0].instance_id, registry.roster.dismiss, []

    def fail_twice(entry):
        if entry.id == stubborn:
            tries.append(1)
            if len(tries) < 3:
                raise RuntimeError("a bug")
        dismiss(entry)

    monkeypatch.setattr(registry.roster, "dismiss", fail_twice)
    await until(lambda: len(registry.leases._table) == 0)
    await until(lambda: not registry.roster.listed)
    await until(lambda: [one.over for one in registry.problems.newest(1)] == [True])
    problem = registry.problems.newest(1)[0]
    assert (problem.component, problem.kind, problem.count) == ("registry", PROBLEM_KIND_TASK_FAILED, 2)
    assert problem.subject == f"lease of {stubborn}"


async def test_one_step_of_the_sweep_that_fails_keeps_no_other(make_registry, make_agent, monkeypatch):
    registry, client = await make_registry(lease_duration=SHORT)

    def fail():
        raise RuntimeError("a bug")

    monkeypatch.setattr(registry.roster, "forget_long_gone", fail)
    agent = await make_agent()
    await client.register(agent)
    await client.listed(agent)
    await until(lambda: not registry.roster.listed)
    await until(lambda: not registry.warming)
    assert {one.subject for one in registry.problems.newest(10)} == {"agents that are gone"}


async def test_an_outcome_that_cannot_be_taken_in_is_probed_again(make_registry, make_agent, monkeypatch):
    monkeypatch.setattr("botmesh_registry.probe.LONGEST_RETRY", 0.1)
    registry, client = await make_registry(prober=Prober(first_retry=0.02))
    settle, tries = registry.prober.settle, []

    def fail_once(entry, error):
        tries.append(error)
        if len(tries) == 1:
            raise RuntimeError("a bug")
        settle(entry, error)

    registry.prober.settle = fail_once
    agent = await make_agent()
    await client.register(agent)
    await client.listed(agent)
    assert [one.subject for one in registry.problems.newest(10)] == [f"probe of {agent.instance_id}"]


def test_a_registry_notes_its_failures_where_it_is_told():
    registry = Registry()
    assert registry.problems is registry.leases.problems is registry.prober.problems
