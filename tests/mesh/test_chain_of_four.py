"""A → B → C → D, four processes: the last one learns whatever ends the chain."""

import asyncio
import signal
import time

import pytest

import botmesh
from botmesh import errors
from tests.mesh.processes import team

WAIT = {"seconds": 20, "next": ["b", "c", "d"]}


async def start_all(mesh_of, **environment):
    kinds = {name: "worker" if name == "d" else "relay" for name in "abcd"}
    return await asyncio.gather(*(mesh_of.bot(kind, name, **environment) for name, kind in kinds.items()))


async def test_the_chain_answers_and_is_one_trace(journal):
    async with team() as mesh_of:
        await start_all(mesh_of)
        async with botmesh.connect(mesh_of.address) as mesh:
            reply = await mesh.delegate("a", "it", context={"next": ["b", "c", "d"]})
    assert reply.text == "d did it after 3 hops"
    assert len(reply.trace_id) == 32


async def test_the_last_one_sees_a_cancellation_at_once(journal):
    async with team() as mesh_of:
        # A lost caller would be waited for: only being told can be what ends the chain in time.
        await start_all(mesh_of, BOTMESH_ORPHAN_GRACE="60")
        async with botmesh.connect(mesh_of.address) as mesh:
            call = asyncio.create_task(mesh.delegate("a", "it", context=WAIT))
            await journal.wait_for("d", "started")
            cancelled = time.time()
            call.cancel()
            (seen,) = await journal.wait_for("d", "cancelled")
    assert seen.at - cancelled < 4
    assert [len(journal.entries(name, "cancelled")) for name in "abcd"] == [1, 1, 1, 1]


async def test_the_last_one_sees_an_expired_deadline(journal):
    async with team() as mesh_of:
        await start_all(mesh_of)
        async with botmesh.connect(mesh_of.address) as mesh:
            asked = time.time()
            with pytest.raises(errors.DeadlineExpired) as caught:
                await mesh.delegate("a", "it", context=WAIT, timeout=2)
            (started,) = journal.entries("d", "started")
            await asyncio.sleep(1)
    ended = [entry for entry in journal.entries("d") if entry.event in ("expired", "cancelled")]
    assert len(ended) == 1
    assert started.at < ended[0].at < asked + 3
    assert caught.value.agent in "abc"  # a hop below had less time and says so


async def test_the_last_one_sees_the_death_of_the_first(journal):
    async with team() as mesh_of:
        first, *_ = await start_all(mesh_of)
        async with botmesh.connect(mesh_of.address) as mesh:
            call = asyncio.create_task(mesh.delegate("a", "it", context=WAIT))
            await journal.wait_for("d", "started")
            died = time.time()
            await first.stop(signal.SIGKILL)
            (seen,) = await journal.wait_for("d", "cancelled")
            with pytest.raises(errors.OutcomeUnknown):
                await call
    assert 0.8 < seen.at - died < 5  # 1 s in which the first could have come back


async def test_the_hop_limit_holds_over_processes(journal):
    async with team() as mesh_of:
        await start_all(mesh_of)
        async with botmesh.connect(mesh_of.address) as mesh:
            with pytest.raises(errors.HopLimitExceeded) as caught:
                await mesh.delegate("a", context={"next": ["b", "c", "d"]}, max_hops=2)
            assert caught.value.agent == "c"
            with pytest.raises(errors.LoopDetected) as loop:
                await mesh.delegate("a", context={"next": ["b", "c", "a"]})
            assert loop.value.path == ("a", "b", "c")
    assert journal.entries("d") == []
