"""What is too large, or broken, costs its own task and no other."""

import asyncio

import pytest

import botmesh
from botmesh import errors
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import Progress
from botmesh.v1.message_pb2 import Message
from botmesh.v1.task_pb2 import TaskEvent
from botmesh.v1.task_service_pb2 import (
    GetTaskRequest,
    ListTasksRequest,
    SubmitTaskRequest,
    WaitTaskRequest,
    WatchTaskRequest,
)
from botmesh.v1.task_service_pb2_grpc import TaskServiceStub
from botmesh.v1.task_state_pb2 import TASK_STATE_FAILED
from botmesh_tasks.sizes import MAX_REPLY, MAX_REQUEST
from tests.waiting import until

PLANTS_UNREADABLE = True
KIB = "x" * 1024


def submit(agent, text, **fields):
    return SubmitTaskRequest(message=Message(to_agent=agent, payload=[botmesh.text(text)], **fields))


def answering(name, function):
    agent = botmesh.Agent(name, settings=load(environ={}))
    agent.on_delegate(function)
    return agent


async def ended(stub, request):
    task = (await stub.SubmitTask(request)).task
    return (await stub.WaitTask(WaitTaskRequest(task_id=task.task_id), timeout=30)).task


async def test_a_task_that_could_not_be_shown_again_is_refused(make_mesh):
    async def answer(text: str) -> str:
        return "ok"

    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        with pytest.raises(errors.MessageTooLarge) as caught:
            await stub.SubmitTask(submit("worker", "x" * MAX_REQUEST))
        assert not caught.value.started


async def test_a_reply_that_could_not_be_shown_again_fails_its_task(make_mesh):
    async def answer(text: str) -> str:
        return "x" * (MAX_REPLY + 1)

    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        task = await ended(stub, submit("worker", "go"))
        assert (task.state, task.reason) == (TASK_STATE_FAILED, "MESSAGE_TOO_LARGE")
        assert (await stub.GetTask(GetTaskRequest(task_id=task.task_id))).task.reason == "MESSAGE_TOO_LARGE"


async def test_a_reply_that_streams_without_end_fails_its_task_and_stops(make_mesh):
    yielded = 0

    async def answer(task: botmesh.Task):
        nonlocal yielded
        while True:
            yielded += 1
            yield KIB
            await asyncio.sleep(0)

    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        task = await ended(stub, submit("worker", "go"))
        assert (task.state, task.reason) == (TASK_STATE_FAILED, "MESSAGE_TOO_LARGE")


async def test_the_largest_tasks_come_in_pages_that_fit(make_mesh):
    async def answer(text: str) -> str:
        return "y" * (MAX_REPLY - 1024)

    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        ids = {(await ended(stub, submit("worker", "x" * (MAX_REQUEST - 1024)))).task_id for _ in range(5)}
        found, token = set(), ""
        while True:
            page = await stub.ListTasks(ListTasksRequest(page_size=500, page_token=token))
            assert page.ByteSize() < 1024 * 1024
            found |= {task.task_id for task in page.tasks}
            token = page.next_page_token
            if not token:
                break
        assert found == ids


@pytest.mark.parametrize("token", ["x", "99999999999999999999:a", "٣:a"])
async def test_a_page_token_of_somebody_s_own_is_refused(make_mesh, token):
    async with make_mesh() as mesh:
        stub = await mesh.stub(TaskServiceStub)
        with pytest.raises(errors.InvalidField):
            await stub.ListTasks(ListTasksRequest(page_token=token))


async def test_a_list_that_cannot_be_written_loses_no_task(make_mesh):
    async def answer(text: str) -> str:
        return KIB * 8

    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        tasks = mesh.process.services.tasks.tasks
        first = await ended(stub, submit("worker", "go"))
        tasks.projection.commit()
        (pages,) = tasks.projection._db.execute("PRAGMA page_count").fetchone()
        tasks.projection._db.execute(f"PRAGMA max_page_count = {pages:d}")
        ids = {first.task_id} | {(await ended(stub, submit("worker", "go"))).task_id for _ in range(10)}
        await until(lambda: tasks.problems.newest(1))
        with pytest.raises(errors.LogUnavailable):
            await stub.ListTasks(ListTasksRequest())
        tasks.projection._db.execute("PRAGMA max_page_count = 1000000")
        page = await stub.ListTasks(ListTasksRequest(page_size=500))
        assert {task.task_id for task in page.tasks} == ids


async def test_an_event_that_cannot_be_read_costs_its_task_and_no_other(make_mesh):
    async def answer(text: str) -> str:
        return "ok"

    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        good = await ended(stub, submit("worker", "go"))
        log = mesh.process.services._log
        await log.append(
            "task/default/broken", 0, [b"\xff\xff", TaskEvent(progressed=Progress(text="half")).SerializeToString()]
        )
        one = f"task/default/{good.task_id}"
        await log.append(one, len(await log.read(one)), [b"\xff"])
    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        with pytest.raises(errors.UnknownTask, match="doctor"):
            await stub.GetTask(GetTaskRequest(task_id="broken"))
        assert (await stub.GetTask(GetTaskRequest(task_id=good.task_id))).task.state == good.state
        assert (await ended(stub, submit("worker", "go"))).reply.message.payload[0].text == "ok"


async def test_a_watcher_that_is_slow_misses_nothing_and_takes_no_memory(make_mesh):
    going = asyncio.Event()

    async def answer(task: botmesh.Task) -> str:
        await going.wait()
        return "ok"

    async with make_mesh() as mesh, mesh.bots(answering("worker", answer)):
        stub = await mesh.stub(TaskServiceStub)
        task = (await stub.SubmitTask(submit("worker", "go"))).task
        live = await mesh.process.services.tasks.tasks.get("default", task.task_id)
        watch = stub.WatchTask(WatchTaskRequest(task_id=task.task_id))
        await until(lambda: live.listeners)
        (queue,) = live.listeners
        for number in range(1000):
            progressed = Progress(text=f"{number} {KIB}")
            await live.write(lambda _, progressed=progressed: [TaskEvent(progressed=progressed)])
        assert queue.qsize() <= 256
        going.set()
        seen = [response.event.sequence async for response in watch]
    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) > 1000
