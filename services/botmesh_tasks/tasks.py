"""All tasks: keeps the open ones in memory, and gets done what each of them needs next."""

import asyncio
import contextlib
import itertools
import logging
import time
from collections import OrderedDict, defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from botmesh.calling.agent_client import Invocation
from botmesh.chain import Chain
from botmesh.errors import BotmeshError, DeadlineExpired, LogUnavailable, QueueExpired, QueueFull
from botmesh.limits import seconds
from botmesh.v1 import agent_service_pb2 as agent_api
from botmesh.v1.message_pb2 import MESSAGE_TYPE_ERROR, MESSAGE_TYPE_RESPONSE, Message
from botmesh.v1.part_pb2 import Part
from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_STORAGE
from botmesh.v1.task_pb2 import TaskEvent, TaskSubmitted
from botmesh.v1.task_state_pb2 import TASK_STATE_COMPLETED, TASK_STATE_SUBMITTED, TASK_STATE_WORKING, TaskState
from botmesh_log.event_log import EventLog
from botmesh_log.position import read_position
from botmesh_service.agent_clients import AgentClients
from botmesh_service.pauses import Pauses
from botmesh_service.problems import Problems
from botmesh_service.supervisor import recovered, supervise
from botmesh_service.times import seconds_of
from botmesh_tasks import rules
from botmesh_tasks.aggregate import TaskAggregate, is_task, new_listener
from botmesh_tasks.projection import Projection
from botmesh_tasks.queues import Queue, ready
from botmesh_tasks.sizes import check_reply
from botmesh_tasks.work import Attempt, ask_of, is_lost

logger = logging.getLogger("botmesh")
COMPONENT = "tasks"
LIST = "list of tasks"
"""What the projection is called where it is a problem."""

KEPT = 1_000
"""Ended tasks in memory, at most."""
LATE_SECONDS = 5.0
"""How long an answer to a cancelled task is still listened for, and an instance waited for after a restart."""
RECEIPT_TIMEOUT = 30.0
_PAGE = 1000
_TICK = 0.1
_TICKS_TO_EXPIRE = 5
"""Between two looks at what has waited for too long."""
_BACKOFF = 0.1, 10.0
"""Seconds before a task that was refused is tried again, at first and at most."""

Key = tuple[str, str]
"""(account, task id)"""


@dataclass(slots=True)
class Tasks:
    """The tasks of one service."""

    log: EventLog
    projection: Projection
    callers: AgentClients
    queue_size: int = 1000
    at_once: int = 10
    """Tasks that one instance works on at a time."""
    problems: Problems = field(default_factory=Problems)
    """Where what cannot be read or done is told."""
    _lives: OrderedDict[Key, TaskAggregate] = field(default_factory=OrderedDict)
    _used: WeakValueDictionary[Key, TaskAggregate] = field(default_factory=WeakValueDictionary)
    """All that anybody holds: there are never two of one task, of which one would not hear of the other's events."""
    _queues: dict[Key, Queue] = field(default_factory=lambda: defaultdict(Queue))
    """By account and agent."""
    _doing: dict[tuple[str, str, str], asyncio.Task[None]] = field(default_factory=dict)
    """What is being done: account, task and what."""
    _refused: dict[Key, int] = field(default_factory=dict)
    """How often in a row a task could not be begun."""
    _pauses: Pauses = field(default_factory=Pauses)
    """Before what is done for a task is tried again."""
    _own: list[asyncio.Task[None]] = field(default_factory=list)
    _opened_at: float = 0.0

    async def open(self) -> None:
        """Catch up with the log, and go on with everything that was under way."""
        position = await self._project_from(self.projection.position)
        if self._try_to_commit():
            self.projection.skip_to(position)
        self.projection.on_rebuild = self._rebuild_soon
        self._opened_at = asyncio.get_running_loop().time()
        self._own = [
            supervise("pending work", self._go_on, self.problems, component=COMPONENT),
            supervise("queues", self._tick, self.problems, component=COMPONENT),
        ]

    async def _project_from(self, position: int) -> int:
        """Tell the projection of everything after a position of the log; the last position."""
        while records := await self.log.read_all(position + 1, _PAGE):
            for stream in dict.fromkeys(record.stream for record in records if is_task(record.stream)):
                _, account, task_id = stream.split("/", 2)
                live = await self.get(account, task_id)
                if live.state.view.task_id:
                    self.projection.put(live.state, 0)
            position = records[-1].position
        return position

    def _rebuild_soon(self) -> None:
        """The projection was damaged and set aside: tell all of it again, while everything else goes on."""
        self.problems.storage(COMPONENT, LIST, f"{self.projection.damage}; the list is back in a moment")
        self._own.append(supervise("rebuilding", self._rebuild, self.problems, component=COMPONENT))

    async def _rebuild(self) -> None:
        position = await self._project_from(0)
        self._try_to_commit()
        self.projection.rebuilt(position)

    async def _go_on(self) -> None:
        """With everything that was under way when the last process stopped."""
        for account, task_id in self.projection.pending():
            try:
                self.advance(await self.get(account, task_id))
            except BotmeshError:
                raise  # the log is away: all of them again, later
            except Exception as error:  # noqa: BLE001 - one task must not keep the others waiting
                self.unreadable(task_id, f"what was under way cannot go on ({type(error).__name__}: {error})")

    def unreadable(self, subject: str, text: str) -> None:
        """Something of a task cannot be read, or cannot be done for it."""
        self.problems.unreadable(COMPONENT, subject, text)

    async def close(self) -> None:
        """Stop attending to tasks; their agents go on, and the next start attaches to them."""
        running = [*self._doing.values(), *self._own]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        self.projection.close()

    async def get(self, account: str, task_id: str) -> TaskAggregate:
        """A task, read from the log if it is not in memory; one that does not exist has no events."""
        key = account, task_id
        live = self._used.get(key)
        if live is None:
            made = TaskAggregate(account, task_id, self.log, self._written, self.unreadable)
            await made.load()
            live = self._used.setdefault(key, made)
        self._lives[key] = live
        self._lives.move_to_end(key)
        self._make_room()
        return live

    async def submit(self, live: TaskAggregate, submitted: TaskSubmitted) -> None:
        """Take a task in.

        Raises:
            QueueFull: as many wait for its agent as may.
        """
        queue = self._queues[live.account, submitted.agent]
        if not live.sequence and len(queue.waiting) + queue.coming >= self.queue_size:
            text = f"{len(queue.waiting)} tasks wait for {submitted.agent}: try again later, or start more instances"
            raise QueueFull(text, limit=self.queue_size, agent=submitted.agent)
        queue.coming += 1
        try:
            await live.write(lambda state: rules.submit(state, submitted))
        finally:
            queue.coming -= 1
        self.advance(live)

    async def cancel(self, live: TaskAggregate, reason: str) -> None:
        """End a task, and return when it has ended; nothing happens to one that has."""
        queue = new_listener()
        live.listeners.add(queue)
        try:
            await live.write(lambda state: rules.request_cancel(state, reason))
            self.advance(live)
            while not live.state.is_final:
                await queue.get()
        finally:
            live.listeners.discard(queue)

    def position(self, live: TaskAggregate) -> int:
        """A task's place in its agent's queue, from 1; 0: it does not wait."""
        return self._queues[live.account, live.state.view.agent].position(live)

    def position_of(self, account: str, task_id: str) -> int:
        """The same, of a task by its id: one that waits is in memory."""
        live = self._lives.get((account, task_id))
        return self.position(live) if live is not None and live.sequence else 0

    def advance(self, live: TaskAggregate) -> None:
        """Begin whatever the task needs next, if it is not being done already."""
        state = live.state
        queue = self._queues[live.account, state.view.agent]
        if state.is_final or state.view.cancel_requested:
            queue.drop(live)
        if state.is_final:
            self._refused.pop((live.account, live.task_id), None)
            if not state.is_told:
                self._do(live, "tell", self._tell(live))
        elif state.view.cancel_requested:
            self._do(live, "cancel", self._cancel(live))
        elif state.view.state == TASK_STATE_SUBMITTED:
            queue.put(live)
            self._serve(live.account, state.view.agent, queue)
        elif state.view.state == TASK_STATE_WORKING:
            self._do(live, "work", self._work(live, queue))

    def _written(self, live: TaskAggregate, events: Sequence[TaskEvent]) -> None:
        if live.state.view.task_id:
            self.projection.put(live.state, read_position(events[-1].position, field="position"))

    def _make_room(self) -> None:
        if len(self._lives) <= KEPT:
            return
        for key in list(self._lives):
            live = self._lives[key]
            if not live.listeners and (not live.sequence or not live.state.is_pending):
                del self._lives[key]
            if len(self._lives) <= KEPT:
                return

    def _do(self, live: TaskAggregate, what: str, work: Coroutine[Any, Any, None]) -> None:
        key = live.account, live.task_id, what
        if key in self._doing:
            work.close()
            return
        task = self._doing[key] = asyncio.create_task(self._guarded(live, work), name=f"botmesh-task-{what}")

        def done(_: object) -> None:
            del self._doing[key]
            if not task.cancelled():
                self.advance(live)

        task.add_done_callback(done)

    async def _guarded(self, live: TaskAggregate, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except BotmeshError as error:
            pause = self._pauses.next(live.id)
            logger.error("task %s: %s; it is tried again in %g s", live.task_id, error, pause)  # noqa: TRY400 - no trace needed
            await asyncio.sleep(pause)
        except Exception as error:
            pause = self._pauses.next(live.id)
            logger.exception("task %s: what was under way failed; it is tried again in %g s", live.task_id, pause)
            text = f"what was under way failed and is tried again: {type(error).__name__}: {error}"
            self.problems.failed(COMPONENT, live.task_id, text)
            await asyncio.sleep(pause)
        else:
            self._pauses.forget(live.id)

    async def _tick(self) -> None:
        """Look at all that waits, often: an instance may be ready, or time may be over."""
        for tick in itertools.count():
            await asyncio.sleep(_TICK)
            if self._try_to_commit():
                recovered(self.problems, COMPONENT, "queues")
            for (account, agent), queue in list(self._queues.items()):
                if tick % _TICKS_TO_EXPIRE == 0:
                    for live in queue.expired(time.time()):
                        self._do(live, "expire", self._expire(live, queue))
                if queue.waiting:
                    self._serve(account, agent, queue)

    def _try_to_commit(self) -> bool:
        """Commit the projection; what cannot be written now stays in memory."""
        try:
            self.projection.commit()
        except LogUnavailable as error:
            self.problems.storage(COMPONENT, LIST, error.text)
            return False
        self.problems.over(COMPONENT, PROBLEM_KIND_STORAGE, LIST)
        return True

    def _serve(self, account: str, agent: str, queue: Queue) -> None:
        """Give waiting tasks to the instances that are ready for them."""
        directory = self.callers.of(account).directory
        if not directory.watching:
            self._do_once(account, directory.ready())
        while (chosen := queue.next(ready(directory, account, agent), self.at_once)) is not None:
            live, instance = chosen
            self._do(live, "start", self._start(live, instance.instance_id, queue))

    def _do_once(self, account: str, work: Coroutine[Any, Any, None]) -> None:
        key = account, "", "watch"
        if key in self._doing:
            work.close()
            return

        async def quietly() -> None:
            try:
                await work
            except BotmeshError:
                pass  # the next look begins it again
            except Exception:
                logger.exception("the agents of account %s cannot be watched; it is tried again", account)

        self._doing[key] = task = asyncio.create_task(quietly())
        task.add_done_callback(lambda _: self._doing.pop(key))

    async def _start(self, live: TaskAggregate, instance: str, queue: Queue) -> None:
        begun: list[TaskEvent] = []
        try:
            begun = await live.write(lambda state: rules.start(state, instance))
        finally:
            if not begun:
                queue.held.pop(live, None)

    async def _work(self, live: TaskAggregate, queue: Queue) -> None:
        message_id, instance = live.state.message_id, live.state.view.instance_id
        resumed = live not in queue.held  # its instance had it before this process began
        queue.held[live] = instance
        attempt = Attempt(live, self.callers.of(live.account), lambda progress: self._progressed(live, progress))
        try:
            if resumed:
                await self._appears(live, instance)
            reply = await attempt.run()
            check_reply(reply)
        except BotmeshError as failure:
            error = failure
            if is_lost(error) or (resumed and isinstance(error, DeadlineExpired)):
                self._put_off(live)
                lost = resumed or attempt.taken or error.started
                await live.write(lambda state: rules.lose(state, message_id, error, lost=lost))
            else:
                await live.write(lambda state: rules.fail(state, message_id, error))
        else:
            await live.write(lambda state: rules.answered(state, message_id, reply))
        finally:
            queue.held.pop(live, None)

    async def _appears(self, live: TaskAggregate, instance: str) -> None:
        """This process has just started, and the registry maybe as well: a missing instance may only be late."""
        directory = self.callers.of(live.account).directory
        await directory.ready()
        until = self._opened_at + LATE_SECONDS
        while directory.warming or asyncio.get_running_loop().time() < until:
            if any(one.instance_id == instance for one in directory.live(live.account, live.state.view.agent)):
                return
            await asyncio.sleep(_TICK)

    async def _progressed(self, live: TaskAggregate, progress: agent_api.Progress) -> None:
        message_id = live.state.message_id
        await live.write(lambda state: rules.progress(state, message_id, progress))

    def _put_off(self, live: TaskAggregate) -> None:
        """Leave a task alone for a moment, longer each time."""
        key = live.account, live.task_id
        times = self._refused[key] = self._refused.get(key, 0) + 1
        least, most = _BACKOFF
        live.not_before = asyncio.get_running_loop().time() + min(most, least * 2**times)

    async def _expire(self, live: TaskAggregate, queue: Queue) -> None:
        limit = seconds(live.state.view.queue_timeout)
        error = QueueExpired(f"{live.state.view.agent} could not take the task within {limit:g} s", limit=limit)
        await live.write(lambda state: rules.give_up(state, error))
        queue.drop(live)

    async def _cancel(self, live: TaskAggregate) -> None:
        receipts: list[agent_api.CancelReceipt] = []
        if live.state.began:
            caller = self.callers.of(live.account)
            with contextlib.suppress(BotmeshError):
                await self._appears(live, live.state.view.instance_id)
            receipts = await caller.cancel(ask_of(live), live.state.view.text or "cancelled")
        await live.write(lambda state: rules.cancelled(state, receipts))
        working = self._doing.get((live.account, live.task_id, "work"))
        if working is not None:
            asyncio.get_running_loop().call_later(LATE_SECONDS, working.cancel)

    async def _tell(self, live: TaskAggregate) -> None:
        """Let the agent that asked know, however long it is away; what it does with it is its own business."""
        view = live.state.view
        caller = self.callers.of(live.account)
        until = seconds_of(view.updated_at) + seconds(view.queue_timeout)
        reason, pause = "", _BACKOFF[0]
        while True:
            message = _receipt(live)
            chain = Chain(
                correlation_id=message.correlation_id,
                conversation_id=message.conversation_id,
                account_id=live.account,
            )
            ask = Invocation(view.from_agent, message, chain, RECEIPT_TIMEOUT, context=live.context)
            try:
                request = agent_api.NotifyRequest(message=message)
                await caller.unary("Notify", ask, request, agent_api.NotifyResponse.FromString)
            except BotmeshError as error:
                reason = error.reason
                if not is_lost(error) or time.time() + pause > until:
                    break
                await asyncio.sleep(pause)
                pause = min(_BACKOFF[1], pause * 2)
            else:
                reason = ""
                break
        await live.write(lambda state: rules.deliver(state, reason))


def _receipt(live: TaskAggregate) -> Message:
    """What the agent that asked is told of the end."""
    view = live.state.view
    done = view.state == TASK_STATE_COMPLETED
    said = view.reply.message.payload if done else [Part(text=view.text)]
    message = Message(
        from_agent=view.agent.rpartition("/")[2],
        to_agent=view.from_agent.rpartition("/")[2],
        message_type=MESSAGE_TYPE_RESPONSE if done else MESSAGE_TYPE_ERROR,
        payload=said,
        correlation_id=view.request.correlation_id,
        message_id=f"{view.task_id[:56]}.receipt",
        conversation_id=view.request.conversation_id,
        account_id=live.account,
        in_reply_to=view.task_id,
        task_id=view.task_id,
    )
    state = TaskState.Name(view.state).removeprefix("TASK_STATE_").lower()
    message.context.update({"state": state, "reason": view.reason, "agent": view.agent})
    return message
