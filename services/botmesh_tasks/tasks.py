"""All tasks: keeps the open ones in memory, and gets done what each of them needs next."""

import asyncio
import contextlib
import itertools
import logging
import time
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from botmesh.calling.directory import Directory
from botmesh.errors import BotmeshError, DeadlineExpired, QueueExpired, QueueFull
from botmesh.limits import seconds
from botmesh.v1 import agent_service_pb2 as agent_api
from botmesh.v1.task_pb2 import TaskEvent, TaskSubmitted
from botmesh.v1.task_state_pb2 import TASK_STATE_SUBMITTED, TASK_STATE_WORKING
from botmesh_log.event_log import EventLog
from botmesh_log.position import read_position
from botmesh_service.agent_clients import AgentClients
from botmesh_service.keyed_jobs import KeyedJobs
from botmesh_service.problems import Problems
from botmesh_service.stream_cache import StreamCache
from botmesh_service.supervisor import recovered, supervise
from botmesh_tasks import rules
from botmesh_tasks.aggregate import TaskAggregate, new_listener
from botmesh_tasks.projection import Projection
from botmesh_tasks.projector import COMPONENT, LIST, Projector
from botmesh_tasks.queues import Queue, ready
from botmesh_tasks.receipts import send_receipt
from botmesh_tasks.sizes import check_reply
from botmesh_tasks.work import Attempt, ask_of, is_lost

logger = logging.getLogger("botmesh")
KEPT = 1_000
"""Ended tasks in memory, at most."""
LATE_SECONDS = 5.0
"""How long an answer to a cancelled task is still listened for, and an instance waited for after a restart."""
_TICK_SECONDS = 0.1
_TICKS_BETWEEN_EXPIRIES = 5
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
    """Where failures and unreadable data are noted."""
    _cache: StreamCache[Key, TaskAggregate] = field(init=False)
    _jobs: KeyedJobs = field(init=False)
    _projector: Projector = field(init=False)
    _queues: dict[Key, Queue] = field(default_factory=lambda: defaultdict(Queue))
    """By account and agent."""
    _watching: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    """Waits for the first copy of an account's directory, by account."""
    _refused: dict[Key, int] = field(default_factory=dict)
    """How often in a row a task could not be begun."""
    _own: list[asyncio.Task[None]] = field(default_factory=list)
    _opened_at: float = 0.0

    def __post_init__(self) -> None:
        """Wire the parts that need others of them."""
        self._projector = Projector(self.log, self.projection, self.problems, self.get)
        self._jobs = KeyedJobs(COMPONENT, "task", self.problems)
        self._cache = StreamCache(
            self._load,
            max_streams=KEPT,
            may_forget=lambda _, live: not live.listeners and (not live.sequence or not live.state.is_pending),
        )

    async def open(self) -> None:
        """Catch up with the log, and go on with everything that was under way."""
        await self._projector.catch_up()
        self.projection.on_rebuild = self._rebuild_soon
        self._opened_at = asyncio.get_running_loop().time()
        self._own = [
            supervise("pending work", self._go_on, self.problems, component=COMPONENT),
            supervise("queues", self._tick, self.problems, component=COMPONENT),
        ]

    def _rebuild_soon(self) -> None:
        """The projection was damaged and set aside: fill a new one while everything else goes on."""
        self.problems.storage(COMPONENT, LIST, f"{self.projection.damage}; the list is back in a moment")
        self._own.append(supervise("rebuilding", self._projector.rebuild, self.problems, component=COMPONENT))

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
        await self._jobs.stop([*self._watching.values(), *self._own])
        self.projection.close()

    async def get(self, account: str, task_id: str) -> TaskAggregate:
        """A task, read from the log if it is not in memory; one that does not exist has no events."""
        return await self._cache.get((account, task_id))

    async def _load(self, key: Key) -> TaskAggregate:
        live = TaskAggregate(*key, self.log, self._written, self.unreadable)
        await live.load()
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
        live = self._cache.recent.get((account, task_id))
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
                self._start_job(live, "tell", self._tell(live))
        elif state.view.cancel_requested:
            self._start_job(live, "cancel", self._cancel(live))
        elif state.view.state == TASK_STATE_SUBMITTED:
            queue.put(live)
            self._serve(live.account, state.view.agent, queue)
        elif state.view.state == TASK_STATE_WORKING:
            self._start_job(live, "work", self._work(live, queue))

    def _written(self, live: TaskAggregate, events: Sequence[TaskEvent]) -> None:
        if live.state.view.task_id:
            self.projection.put(live.state, read_position(events[-1].position, field="position"))

    def _start_job(self, live: TaskAggregate, kind: str, job: Coroutine[Any, Any, None]) -> None:
        self._jobs.start(live.id, kind, job, subject=live.task_id, then=lambda: self.advance(live))

    async def _tick(self) -> None:
        """Look at all that waits, often: an instance may be ready, or time may be over."""
        for tick in itertools.count():
            await asyncio.sleep(_TICK_SECONDS)
            if self._projector.try_to_commit():
                recovered(self.problems, COMPONENT, "queues")
            for (account, agent), queue in list(self._queues.items()):
                if tick % _TICKS_BETWEEN_EXPIRIES == 0:
                    for live in queue.expired(time.time()):
                        self._start_job(live, "expire", self._expire(live, queue))
                if queue.waiting:
                    self._serve(account, agent, queue)

    def _serve(self, account: str, agent: str, queue: Queue) -> None:
        """Give waiting tasks to the instances that are ready for them."""
        directory = self.callers.of(account).directory
        if not directory.watching:
            self._watch_agents(account, directory)
        while (chosen := queue.next(ready(directory, account, agent), self.at_once)) is not None:
            live, instance = chosen
            self._start_job(live, "start", self._start(live, instance.instance_id, queue))

    def _watch_agents(self, account: str, directory: Directory) -> None:
        """Wait for the first copy of an account's directory, once at a time."""
        if account in self._watching:
            return

        async def wait() -> None:
            try:
                await directory.ready()
            except BotmeshError:
                pass  # the next look waits again
            except Exception:
                logger.exception("the agents of account %s cannot be watched; it is tried again", account)

        self._watching[account] = task = asyncio.create_task(wait())
        task.add_done_callback(lambda _: self._watching.pop(account))

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
            await asyncio.sleep(_TICK_SECONDS)

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
        working = self._jobs.get(live.id, "work")
        if working is not None:
            asyncio.get_running_loop().call_later(LATE_SECONDS, working.cancel)

    async def _tell(self, live: TaskAggregate) -> None:
        reason = await send_receipt(live, self.callers.of(live.account))
        await live.write(lambda state: rules.deliver(state, reason))
