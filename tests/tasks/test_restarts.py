"""Tasks outlast the mesh and their agents: processes are killed and begin again."""

import asyncio
import signal
from contextlib import AsyncExitStack

import pytest

import botmesh
from botmesh import errors
from botmesh.settings import load
from tests.mesh.processes import BOTS, Process
from tests.tasks.conftest import Worker
from tests.waiting import until


class Mesh:
    """`botmesh up` and bots as processes; up begins again at the same address and in the same folder."""

    def __init__(self, stack, folder):
        self._stack = stack
        self._folder = folder
        self.address = "127.0.0.1:0"
        self.process = None

    async def up(self):
        words = ("-m", "botmesh_cli", "up", "--bind", self.address, "--json")
        self.process = await self._own(
            Process("up").start(*words, BOTMESH_DATA_DIR=str(self._folder), BOTMESH_LEASE_DURATION="2")
        )
        if self.address.endswith(":0"):
            self.address = self.process.ready.partition('"registry": "')[2].partition('"')[0]

    async def bot(self, kind, name):
        return await self._own(Process(name).start(str(BOTS), kind, name, BOTMESH_REGISTRY=self.address))

    async def _own(self, starting):
        process = await starting
        self._stack.push_async_callback(end, process)
        return process

    def connect(self):
        return botmesh.connect(self.address, settings=load(environ={}, flags={"registry": self.address}))


async def end(process):
    if process._process.returncode is None:
        process._process.kill()
    await process._process.communicate()
    process.forget_log()


@pytest.fixture
async def mesh(tmp_path):
    async with AsyncExitStack() as stack:
        made = Mesh(stack, tmp_path / "data")
        await made.up()
        yield made


async def test_the_mesh_is_killed_and_its_tasks_go_on_undisturbed(mesh, journal):
    await mesh.bot("careful", "worker")
    async with mesh.connect() as client:
        task = await client.submit("worker", "it", context={"seconds": 4})
        await journal.wait_for("worker", "started")
        waiting = asyncio.create_task(task.result(30))
        await mesh.process.stop(signal.SIGKILL)
        await asyncio.sleep(1.5)
        await mesh.up()
        assert (await waiting).text == "worker did it after 0 hops"
    assert len(journal.entries("worker", "started")) == 1


async def test_work_that_ends_while_the_mesh_is_away_is_not_lost(mesh, journal):
    await mesh.bot("careful", "worker")
    async with mesh.connect() as client:
        task = await client.submit("worker", "it", context={"seconds": 1})
        await journal.wait_for("worker", "started")
        await mesh.process.stop(signal.SIGKILL)
        await journal.wait_for("worker", "done")
        await mesh.up()
        assert (await task.result(30)).text == "worker did it after 0 hops"
    assert len(journal.entries("worker", "started")) == 1


async def test_what_waits_still_waits_in_its_order_after_the_mesh_was_killed(mesh, journal):
    worker = await mesh.bot("worker", "worker")
    await worker.stop()
    async with mesh.connect() as client:
        tasks = [await client.submit("worker", str(number)) for number in range(3)]
        await mesh.process.stop(signal.SIGKILL)
        await mesh.up()
        assert [(await task.get()).queue_position for task in tasks] == [1, 2, 3]
        await mesh.bot("worker", "worker")
        for number, task in enumerate(tasks):
            assert (await task.result(20)).text == f"worker did {number} after 0 hops"


async def test_an_agent_is_killed_and_its_task_begins_again_under_the_same_task_id(mesh, journal):
    worker = await mesh.bot("worker", "worker")
    async with mesh.connect() as client:
        task = await client.submit("worker", "it", context={"seconds": 2})
        await journal.wait_for("worker", "started")
        await worker.stop(signal.SIGKILL)
        await mesh.bot("worker", "worker")
        assert (await task.result(30)).text == "worker did it after 0 hops"
        assert (await task.get()).proto.attempts >= 2
    ids = [entry.message_id for entry in journal.entries("worker", "started")]
    assert ids == [task.task_id, f"{task.task_id}.2"]


async def test_at_most_once_means_that_a_lost_task_is_not_begun_again(mesh, journal):
    worker = await mesh.bot("worker", "worker")
    async with mesh.connect() as client:
        task = await client.submit("worker", "it", context={"seconds": 5}, at_most_once=True)
        await journal.wait_for("worker", "started")
        await worker.stop(signal.SIGKILL)
        await mesh.bot("worker", "worker")
        with pytest.raises(errors.OutcomeUnknown):
            await task.result(30)
    assert len(journal.entries("worker", "started")) == 1


async def test_an_agent_that_leaves_gives_its_task_to_the_next(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client:
        await mesh.start(first := Worker())
        task = await client.submit("worker", "a hole")
        await until(lambda: first.seen)
        await first.stop(drain=False)
        async with mesh.bots(second := Worker()):
            second.go_on.set()
            assert (await task.result(10)).text == "worker dug a hole"


async def test_a_cancellation_that_was_under_way_when_the_mesh_stopped_is_done(make_mesh, monkeypatch):
    first = make_mesh()
    async with first:
        await first.start(worker := Worker())
        async with first.connect() as client:
            task = await client.submit("worker", "a hole")
            await until(lambda: worker.seen)
            tasks = first.part.tasks.tasks
            live = await tasks.get("default", task.task_id)
            monkeypatch.setattr(type(tasks), "_cancel", lambda *_: asyncio.sleep(60))
            stuck = asyncio.create_task(task.cancel("enough"))
            await until(lambda: live.state.view.cancel_requested)
        stuck.cancel()
        monkeypatch.undo()
    async with first:
        await until(lambda: worker.ended, 10)
        async with first.connect() as client:
            assert (await client.task(task.task_id).wait(5)).state == "canceled"
        await worker.stop(drain=False)


async def test_the_list_is_told_again_from_the_log_where_its_file_is_lost(make_mesh, tmp_path):
    mesh = make_mesh()
    async with mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        worker.go_on.set()
        task = await client.submit("worker", "a hole")
        await task.result(5)
    for leftover in tmp_path.glob("tasks.sqlite*"):
        leftover.unlink()
    async with mesh, mesh.connect() as client:
        assert [(one.task_id, one.state) for one in await client.tasks()] == [(task.task_id, "completed")]
