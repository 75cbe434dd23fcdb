"""Instances and the registry die, under load: nothing starts twice that must not, and nobody hangs."""

import asyncio
import signal
import time
from collections import Counter

import pytest

import botmesh
from botmesh import errors
from tests.mesh.processes import team


async def load_while(mesh, agent, disturb, *, calls=150, seconds=0.05):
    """Delegate all the time, a few at once, while `disturb` happens; each call's outcome by message id."""
    outcomes = {}
    places = asyncio.Semaphore(8)

    async def one(number):
        message_id = f"m{number}"
        async with places:
            try:
                reply = await mesh.delegate(
                    agent, "it", context={"seconds": seconds}, message_id=message_id, timeout=10
                )
                outcomes[message_id] = reply
            except errors.BotmeshError as error:
                outcomes[message_id] = error

    async with asyncio.timeout(60):
        async with asyncio.TaskGroup() as group:
            for number in range(calls):
                group.create_task(one(number))
            await asyncio.sleep(0.3)
            await disturb()
    return outcomes


async def test_killed_under_load_idempotent_work_loses_no_call(journal):
    async with team() as mesh_of:
        first = await mesh_of.bot("worker")
        await mesh_of.bot("worker")
        async with botmesh.connect(mesh_of.address) as mesh:

            async def kill():
                await first.stop(signal.SIGKILL)

            outcomes = await load_while(mesh, "worker", kill)
    failed = [outcome for outcome in outcomes.values() if isinstance(outcome, Exception)]
    assert failed == []
    assert len(outcomes) == 150
    assert len({entry.pid for entry in journal.entries("worker", "done")}) == 2


async def test_killed_under_load_other_work_never_starts_twice(journal):
    async with team() as mesh_of:
        first = await mesh_of.bot("careful")
        await mesh_of.bot("careful")
        async with botmesh.connect(mesh_of.address) as mesh:

            async def kill():
                await first.stop(signal.SIGKILL)

            outcomes = await load_while(mesh, "careful", kill)
    starts = Counter(entry.message_id for entry in journal.entries("careful", "started"))
    assert max(starts.values()) == 1
    failed = {key: outcome for key, outcome in outcomes.items() if isinstance(outcome, Exception)}
    assert {type(error) for error in failed.values()} == {errors.OutcomeUnknown}
    assert 1 <= len(failed) <= 8  # no more than were under way
    for message_id in outcomes.keys() - failed.keys():
        assert starts[message_id] == 1


async def pieces_of(mesh, agent, bots, journal):
    """The pieces of a stream whose instance is killed after some of them; resets are None."""
    pieces = []
    async with mesh.stream(agent, timeout=15) as stream:
        async for event in stream:
            pieces.append(None if event.reset else event.text)
            if len(pieces) == 5:
                (started,) = journal.entries(agent, "started")
                (serving,) = [bot for bot in bots if str(bot.pid) == started.pid]
                await serving.stop(signal.SIGKILL)
        return pieces, stream.reply


async def test_killed_mid_stream_idempotent_work_begins_again_elsewhere_after_a_reset(journal):
    async with team() as mesh_of:
        bots = [await mesh_of.bot("teller"), await mesh_of.bot("teller")]
        async with botmesh.connect(mesh_of.address) as mesh:
            pieces, reply = await pieces_of(mesh, "teller", bots, journal)
    whole = "".join(f"{number} " for number in range(20))
    assert "".join(pieces[pieces.index(None) + 1 :]) == whole
    assert reply.text == whole
    assert pieces.count(None) == 1


async def test_killed_mid_stream_other_work_ends_as_unknown(journal):
    async with team() as mesh_of:
        bots = [await mesh_of.bot("careful-teller"), await mesh_of.bot("careful-teller")]
        async with botmesh.connect(mesh_of.address) as mesh:
            with pytest.raises(errors.OutcomeUnknown):
                await pieces_of(mesh, "careful-teller", bots, journal)
    assert len(journal.entries("careful-teller", "started")) == 1


async def test_a_killed_instance_is_gone_within_its_lease(journal):
    async with team(lease=2.0) as mesh_of:
        bot = await mesh_of.bot("worker")
        async with botmesh.connect(mesh_of.address) as mesh:
            await mesh.delegate("worker", "it")
            killed = time.monotonic()
            await bot.stop(signal.SIGKILL)
            async with asyncio.timeout(5):
                while mesh.directory.live("default", "worker"):
                    await asyncio.sleep(0.02)
            assert time.monotonic() - killed < 2.5
            with pytest.raises(errors.NoLiveInstance):
                await mesh.delegate("worker", "it")


@pytest.mark.alone
async def test_a_killed_instance_is_gone_sooner_when_somebody_reports_it(journal):
    async with team(lease=30.0) as mesh_of:
        bot = await mesh_of.bot("worker")
        async with botmesh.connect(mesh_of.address) as mesh:
            await mesh.delegate("worker", "it")
            await bot.stop(signal.SIGKILL)
            with pytest.raises(errors.Unavailable):
                await mesh.delegate("worker", "it")
            async with asyncio.timeout(5):
                while mesh.directory.live("default", "worker"):
                    await asyncio.sleep(0.02)


@pytest.mark.slow
async def test_with_the_registry_down_for_20_seconds_delegations_go_on(journal):
    async with team(lease=2.0) as mesh_of:
        await mesh_of.bot("relay", "a")
        await mesh_of.bot("worker", "b")
        async with botmesh.connect(mesh_of.address) as mesh:
            await mesh.delegate("a", "it", context={"next": ["b"]})
            await mesh_of.registry.stop(signal.SIGKILL)
            until = time.monotonic() + 20
            count = 0
            while time.monotonic() < until:
                await mesh.delegate("a", "it", context={"next": ["b"]})
                count += 1
                await asyncio.sleep(0.1)
            assert count > 100
            await mesh_of.start_registry()
            await asyncio.sleep(4)
            await mesh.delegate("a", "it", context={"next": ["b"]})
            async with botmesh.connect(mesh_of.address) as newcomer:
                reply = await newcomer.delegate("a", "it", context={"next": ["b"]})
                assert reply.text == "b did it after 1 hops"


async def test_a_registry_that_starts_again_empties_nobodys_copy(journal):
    async with team(lease=2.0) as mesh_of:
        await mesh_of.bot("worker")
        gone = await mesh_of.bot("worker", "gone")
        async with botmesh.connect(mesh_of.address) as mesh:
            names, smallest = lambda: {agent.card.name for agent in mesh.agents() if agent.instances}, 2
            assert names() == {"worker", "gone"}
            await mesh_of.registry.stop(signal.SIGKILL)
            await gone.stop(signal.SIGKILL)
            await mesh_of.start_registry()
            until = time.monotonic() + 6
            while time.monotonic() < until:
                smallest = min(smallest, len(names()))
                await mesh.delegate("worker", "it")
                await asyncio.sleep(0.05)
            assert names() == {"worker"}  # warm again: the one that did not come back is gone
            assert smallest == 1


async def test_sigterm_finishes_what_runs_and_takes_nothing_new(journal):
    async with team() as mesh_of:
        leaving = await mesh_of.bot("careful")
        async with botmesh.connect(mesh_of.address) as mesh:
            running = asyncio.create_task(mesh.delegate("careful", "last", context={"seconds": 1.5}))
            await journal.wait_for("careful", "started")
            leaving.send(signal.SIGTERM)
            async with asyncio.timeout(1):
                while mesh.directory.live("default", "careful"):
                    await asyncio.sleep(0.02)
            with pytest.raises(errors.NoLiveInstance):
                await mesh.delegate("careful", "new")
            assert (await running).text.startswith("careful did last")
            assert await leaving.exited() == 0
    assert "Traceback" not in leaving.log()


async def test_ctrl_c_leaves_at_once_and_cleanly(journal):
    async with team(lease=30.0) as mesh_of:
        leaving = await mesh_of.bot("careful")
        async with botmesh.connect(mesh_of.address) as mesh:
            running = asyncio.create_task(mesh.delegate("careful", "last", context={"seconds": 20}))
            await journal.wait_for("careful", "started")
            assert await leaving.stop(signal.SIGINT, timeout=4) == 0
            with pytest.raises(errors.BotmeshError):
                await running
            async with asyncio.timeout(1):
                while mesh.directory.live("default", "careful"):
                    await asyncio.sleep(0.02)
    assert "Traceback" not in leaving.log()


async def test_a_bot_that_hangs_is_answered_for(journal):
    async with team(lease=2.0) as mesh_of:
        bot = await mesh_of.bot("worker")
        async with botmesh.connect(mesh_of.address) as mesh:
            await mesh.delegate("worker", "it")
            bot.send(signal.SIGSTOP)
            try:
                with pytest.raises(errors.DeadlineExceeded):
                    await mesh.delegate("worker", "it", timeout=1)
            finally:
                bot.send(signal.SIGCONT)


async def test_without_a_registry_the_client_says_what_to_do():
    with pytest.raises(errors.RegistryUnreachable, match="botmesh up"):
        async with botmesh.connect("127.0.0.1:1"):
            pass
