"""Tasks from their submission to their end: states, waiting, input, run time, cancellation, receipts."""

import asyncio

import pytest

import botmesh
from botmesh import errors
from botmesh.v1.agent_service_pb2 import CancelOutcome
from botmesh.v1.instance_pb2 import READINESS_BUSY
from botmesh.v1.message_pb2 import MessageType
from tests.tasks.conftest import Worker
from tests.waiting import until


def outcomes(receipts):
    return [(one.agent, CancelOutcome.Name(one.outcome).removeprefix("CANCEL_OUTCOME_")) for one in receipts]


async def test_a_task_is_returned_at_once_and_done_later(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        task = await client.submit("worker", "a hole")
        await until(lambda: worker.seen)
        status = await task.get()
        assert (status.state, status.agent, status.proto.attempts) == ("working", "worker", 1)
        assert (await task.get()).run_time > status.run_time > 0
        assert worker.seen[0].task_id == worker.seen[0].message_id == task.task_id
        worker.go_on.set()
        assert (await task.result(5)).text == "worker dug a hole"
        status = await task.get()
        assert (status.state, status.reason) == ("completed", "")
        assert [one.task_id for one in await client.tasks(agent="worker", states=["completed"])] == [task.task_id]
        assert await client.tasks(states=["failed"]) == []


async def test_progress_is_kept_and_any_client_resumes_watching_from_the_last_event(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        task = await client.submit("worker", "a hole")
        await until(lambda: worker.seen)
        seen = []
        async for event in task.watch():
            seen.append(event)
            if event.HasField("progressed"):
                break
        assert (await task.get()).fraction == 0.5
        worker.go_on.set()
        async with mesh.connect() as other:
            seen += [event async for event in other.task(task.task_id).watch(seen[-1].sequence)]
        assert [event.WhichOneof("event") for event in seen] == ["submitted", "started", "progressed", "ended"]
        assert [event.sequence for event in seen] == [1, 2, 3, 4]
        assert len({event.trace_id for event in seen}) == 1
        assert seen[0].trace_id == worker.seen[0].trace_id


async def test_a_repeat_under_the_same_id_is_the_same_task_and_another_payload_is_refused(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        for _ in range(2):
            assert (await client.submit("worker", "a hole", message_id="hole-1")).task_id == "hole-1"
        with pytest.raises(errors.MessageIdReused):
            await client.submit("worker", "another hole", message_id="hole-1")
        await until(lambda: worker.seen)
        worker.go_on.set()
        await client.task("hole-1").result(5)
        assert len(worker.seen) == 1


async def test_what_would_be_refused_as_a_delegation_is_refused_at_once(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(Worker()):
        with pytest.raises(errors.UnknownAgent, match="Did you mean worker"):
            await client.submit("worked", "a hole")
        with pytest.raises(errors.UnknownSkill):
            await client.submit(content="a hole", skill="dug")
        with pytest.raises(errors.InvalidField, match="run_timeout"):
            await client.submit("worker", "a hole", run_timeout=1e6)
        with pytest.raises(errors.UnknownTask):
            await client.task("nothing").get()
        assert await client.tasks() == []


async def test_a_task_keeps_its_path_and_hops(make_mesh):
    front = botmesh.Agent("front")
    submit = {}

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return (await task.submit(task.text, "a hole", **submit)).task_id

    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(front, worker := Worker()):
        worker.go_on.set()
        with pytest.raises(errors.LoopDetected):
            await client.delegate("front", "front")
        task = client.task((await client.delegate("front", "worker")).text)
        await task.result(5)
        assert (worker.seen[0].path, worker.seen[0].max_hops) == (("front",), 5)
        submit["max_hops"] = 0
        with pytest.raises(errors.HopLimitExceeded):
            await client.delegate("front", "worker")


async def test_a_task_for_a_skill_goes_to_an_agent_that_has_it(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        worker.go_on.set()
        assert (await (await client.submit(content="a hole", skill="dig")).result(5)).agent == "worker"


async def test_a_task_waits_for_an_agent_that_is_away_and_that_does_not_count_as_run_time(make_mesh):
    worker = Worker()
    async with make_mesh() as mesh, mesh.connect() as client:
        async with mesh.bots(worker):
            pass
        first = await client.submit("worker", "a hole", run_timeout=1)
        second = await client.submit("worker", "another")
        assert [(await one.get()).queue_position for one in (first, second)] == [1, 2]
        assert {one.task_id: one.queue_position for one in await client.tasks()} == {
            first.task_id: 1,
            second.task_id: 2,
        }
        await asyncio.sleep(1.2)
        assert (await first.get()).state == "submitted"
        async with mesh.bots(back := Worker()):
            back.go_on.set()
            assert (await first.result(5)).text == "worker dug a hole"
            assert (await second.result(5)).text == "worker dug another"
            assert (await first.get()).run_time < 1


async def test_a_task_waits_while_its_agent_is_busy(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker(capacity=1)):
        delegation = asyncio.create_task(client.delegate("worker", "at once"))
        await until(lambda: worker.seen)
        directory = mesh.part.tasks.tasks.clients.of("default").directory
        await directory.ready()
        await until(lambda: [one.readiness for one in directory.live("default", "worker")] == [READINESS_BUSY])
        task = await client.submit("worker", "a hole")
        await asyncio.sleep(0.5)
        assert (await task.get()).state == "submitted"
        worker.go_on.set()
        await delegation
        assert (await task.result(5)).text == "worker dug a hole"


async def test_an_instance_works_on_so_many_tasks_at_a_time_and_the_oldest_comes_first(make_mesh):
    async with make_mesh(task_concurrency="2") as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        tasks = [await client.submit("worker", str(number)) for number in range(5)]
        await until(lambda: len(worker.seen) == 2)
        await asyncio.sleep(0.3)
        assert len(worker.seen) == 2
        worker.go_on.set()
        for task in tasks:
            await task.result(5)
        assert [task.text for task in worker.seen] == ["0", "1", "2", "3", "4"]


async def test_a_full_queue_refuses_and_keeps_nothing(make_mesh):
    async with make_mesh(queue_size="2") as mesh, mesh.connect() as client:
        async with mesh.bots(Worker()):
            pass
        for number in range(2):
            await client.submit("worker", str(number))
        with pytest.raises(errors.QueueFull) as caught:
            await client.submit("worker", "one too many")
        assert caught.value.metadata["limit"] == "2"
        assert not caught.value.started
        assert len(await client.tasks()) == 2


async def test_a_task_that_waits_for_too_long_fails_with_its_reason(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client:
        async with mesh.bots(Worker()):
            pass
        task = await client.submit("worker", "a hole", queue_timeout=0.3)
        with pytest.raises(errors.QueueExpired):
            await task.result(5)


async def test_a_task_that_runs_for_too_long_is_stopped_and_fails(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        task = await client.submit("worker", "a hole", run_timeout=0.5)
        with pytest.raises(errors.RunTimeout, match=r"0\.5 s"):
            await task.result(5)
        await until(lambda: worker.ended)


async def test_work_goes_on_beyond_the_longest_deadline_of_a_call(make_mesh):
    async with make_mesh(max_timeout="5") as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        task = await client.submit("worker", "a hole", run_timeout=60)
        await until(lambda: worker.seen)
        await asyncio.sleep(6)
        assert (await task.get()).state == "working"
        worker.go_on.set()
        assert (await task.result(5)).text == "worker dug a hole"
        assert len(worker.seen) == 1
        assert (await task.get()).run_time > 5


async def test_silence_beyond_the_idle_limit_is_no_harm(make_mesh):
    async with make_mesh(stream_idle_timeout="0.5") as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        task = await client.submit("worker", "a hole")
        await until(lambda: worker.seen)
        await asyncio.sleep(1.5)
        worker.go_on.set()
        assert (await task.result(5)).text == "worker dug a hole"
        assert len(worker.seen) == 1


async def test_more_tasks_than_are_kept_in_memory_are_all_heard_of(make_mesh, monkeypatch):
    monkeypatch.setattr("botmesh_tasks.tasks.KEPT", 2)
    async with make_mesh(task_concurrency="3") as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        tasks = [await client.submit("worker", str(number)) for number in range(8)]
        waiting = [asyncio.create_task(task.result(20)) for task in tasks]
        await until(lambda: len(worker.seen) == 3)
        await tasks[-1].cancel()
        worker.go_on.set()
        assert [(await one).text for one in waiting[:-1]] == [f"worker dug {number}" for number in range(7)]
        with pytest.raises(errors.Cancelled):
            await waiting[-1]


async def test_many_submissions_at_once_do_not_overfill_the_queue(make_mesh):
    async with make_mesh(queue_size="5") as mesh, mesh.connect() as client:
        async with mesh.bots(Worker()):
            pass
        outcomes = await asyncio.gather(
            *(client.submit("worker", str(number)) for number in range(20)), return_exceptions=True
        )
        assert sum(isinstance(one, errors.QueueFull) for one in outcomes) == 15
        assert len(await client.tasks()) == 5


async def test_a_failure_that_the_agent_declares_is_final_and_comes_back_typed(make_mesh):
    bot = botmesh.Agent("broken")

    @bot.on_delegate
    async def fail(task: botmesh.Task) -> str:
        raise botmesh.AgentFailed("no more shovels")

    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(bot):
        task = await client.submit("broken", "a hole")
        with pytest.raises(botmesh.AgentFailed, match="no more shovels"):
            await task.result(5)
        assert (await task.get()).reason == "AGENT_FAILED"


async def test_an_agent_rejects_or_asks_for_input_and_goes_on_with_what_it_remembers(make_mesh):
    bot = botmesh.Agent("clerk")

    @bot.on_delegate
    async def serve(task: botmesh.Task) -> botmesh.Reply:
        if task.text == "nonsense":
            return botmesh.Reply("not here", state="rejected")
        if "account" not in task.context:
            return botmesh.Reply("Which account?", state="input_required", context={"wanted": task.text})
        return botmesh.Reply(f"{task.context['wanted']} for {task.context['account']}, {task.text}")

    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(bot):
        assert (await (await client.submit("clerk", "nonsense")).wait(5)).state == "rejected"
        task = await client.submit("clerk", "a refund")
        status = await task.wait(5)
        assert (status.state, status.reply.text) == ("input_required", "Which account?")
        with pytest.raises(errors.InvalidField, match="Which account"):
            await task.result(5)
        await task.resume("please", context={"account": "A-1"})
        assert (await task.result(5)).text == "a refund for A-1, please"
        with pytest.raises(errors.TaskNotWaiting):
            await task.resume("and again")


async def test_cancelling_goes_down_the_chain_and_returns_a_receipt_per_hop(make_mesh):
    front = botmesh.Agent("front")

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return (await task.delegate("worker", task.text)).text

    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(front, worker := Worker()):
        task = await client.submit("front", "a hole")
        await until(lambda: worker.seen)
        receipts = await task.cancel("not needed")
        assert outcomes(receipts) == [("front", "STOPPED"), ("worker", "STOPPED")]
        await until(lambda: worker.ended)
        status = await task.get()
        assert (status.state, status.reason, status.text) == ("canceled", "CANCELLED", "not needed")
        assert outcomes(await task.cancel()) == outcomes(receipts)
        with pytest.raises(errors.Cancelled, match="not needed"):
            await task.result(1)


async def test_cancelling_what_waits_or_has_ended(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        worker.go_on.set()
        done = await client.submit("worker", "a hole")
        await done.result(5)
        assert outcomes(await done.cancel()) == [("worker", "TOO_LATE")]
        assert (await done.get()).state == "completed"
        await worker.stop(drain=False)
        waiting = await client.submit("worker", "another")
        assert await waiting.cancel() == ()
        assert (await waiting.get()).state == "canceled"


async def test_an_agent_that_cannot_be_told_is_a_receipt_too(make_mesh):
    async with make_mesh() as mesh, mesh.connect() as client:
        await mesh.start(worker := Worker())
        task = await client.submit("worker", "a hole")
        await until(lambda: worker.seen)
        directory = mesh.part.tasks.tasks.clients.of("default").directory
        directory._remove_instance(worker.instance_id)
        assert outcomes(await task.cancel()) == [("worker", "UNREACHABLE")]
        assert (await task.get()).state == "canceled"
        await worker.stop(drain=False)


async def test_a_late_reply_to_a_cancelled_task_is_kept_apart(make_mesh, monkeypatch):
    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        task = await client.submit("worker", "a hole")
        await until(lambda: worker.seen)
        caller = mesh.part.tasks.tasks.clients.of("default")
        told = caller.peers.get(caller.directory.live("default", "worker")[0])
        monkeypatch.setitem(told._methods, "Cancel", None)  # the message that says stop is lost on its way
        monkeypatch.setattr(type(caller), "cancel", lambda *_: nobody_told())
        await task.cancel()
        worker.go_on.set()
        await until(lambda: task_has_late_reply(task))
        status = await task.get()
        assert status.state == "canceled"
        assert status.reply is None
        assert [one.message.payload[0].text for one in status.proto.late_replies] == ["worker dug a hole"]


async def nobody_told():
    return []


async def task_has_late_reply(task):
    return (await task.get()).proto.late_replies


async def test_the_agent_that_asked_is_told_of_the_end(make_mesh):
    front = botmesh.Agent("front")
    told = asyncio.Queue()

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return (await task.submit("worker", task.text)).task_id

    @front.on_receipt
    async def hear(task: botmesh.Task) -> None:
        await told.put(task)

    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(front, worker := Worker()):
        task_id = (await client.delegate("front", "a hole", conversation_id="c1")).text
        await until(lambda: worker.seen)
        assert worker.seen[0].path == ("front",)
        assert worker.seen[0].from_agent == "front"
        worker.go_on.set()
        receipt = await asyncio.wait_for(told.get(), 5)
        assert (receipt.text, receipt.task_id, receipt.conversation_id) == ("worker dug a hole", task_id, "c1")
        assert receipt.context == {"state": "completed", "reason": "", "agent": "worker"}
        assert receipt.message.message_type == MessageType.MESSAGE_TYPE_RESPONSE
        await until(lambda: delivered(client.task(task_id)))


async def delivered(task):
    status = await task.get()
    return status.proto.HasField("delivered") and not status.proto.delivered.reason


async def test_a_watch_does_not_wait_until_an_agent_that_is_away_is_told(make_mesh):
    front = botmesh.Agent("front")

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return (await task.submit("worker", task.text)).task_id

    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(worker := Worker()):
        async with mesh.bots(front):
            task = client.task((await client.delegate("front", "a hole")).text)
            await until(lambda: worker.seen)
        worker.go_on.set()
        async with asyncio.timeout(5):
            events = [event.WhichOneof("event") async for event in task.watch()]
        assert events[-1] == "ended"


async def test_an_agent_that_hears_nothing_is_no_harm_and_is_noted(make_mesh):
    front = botmesh.Agent("front")

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return (await task.submit("worker", task.text)).task_id

    async with make_mesh() as mesh, mesh.connect() as client, mesh.bots(front, worker := Worker()):
        worker.go_on.set()
        task = client.task((await client.delegate("front", "a hole")).text)
        await task.result(5)
        events = [event async for event in task.watch()]
        assert events[-1].receipt_delivered.reason == "NOT_SUPPORTED"
