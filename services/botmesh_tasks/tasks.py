"""The tasks of a service: keeps the open ones in memory and runs the next step of each."""

import asyncio
import contextlib
import itertools
import logging
import time
from collections import defaultdict
from collections.abc import Coroutine, Sequence
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
from botmesh_tasks.work import Attempt, invocation_of, is_lost

logger = logging.getLogger("botmesh")
KEPT = 1_000
"""Ended tasks in memory, at most."""
LATE_SECONDS = 5.0
"""Seconds that a late reply to a cancelled task is accepted, and that a restarted service waits for an instance."""
_TICK_SECONDS = 0.1
_TICKS_BETWEEN_EXPIRIES = 5
"""Ticks between two checks for expired queue timeouts."""
_BACKOFF = 0.1, 10.0
"""The first and the longest pause, in seconds, before a task that an agent refused is attempted again."""

Key = tuple[str, str]
"""(account, task id)"""


class Tasks:
    """The tasks of one service."""

    def __init__(
        self,
        log: EventLog,
        projection: Projection,
        clients: AgentClients,
        problems: Problems,
        *,
        queue_size: int = 1000,
        instance_concurrency: int = 10,
    ) -> None:
        """Wire the tasks; `open` starts them.

        Args:
            log: the event log.
            projection: answers lists.
            clients: call the agents.
            problems: notes failures and unreadable data.
            queue_size: tasks that may wait for one agent.
            instance_concurrency: tasks that one instance works on at a time.
        """
        self.log = log
        self.projection = projection
        self.clients = clients
        self.problems = problems
        self._queue_size = queue_size
        self._instance_concurrency = instance_concurrency
        self._projector = Projector(log, projection, problems, self.get)
        self._jobs = KeyedJobs(COMPONENT, "task", problems)
        self._cache: StreamCache[Key, TaskAggregate] = StreamCache(
            self._load,
            max_streams=KEPT,
            may_forget=lambda _, live: not live.listeners and (not live.sequence or not live.state.is_pending),
        )
        self._queues: dict[Key, Queue] = defaultdict(Queue)
        """By account and agent."""
        self._watching: dict[str, asyncio.Task[None]] = {}
        """Tasks that wait for the first copy of an account's directory, by account."""
        self._refusals: dict[Key, int] = {}
        """Attempts in a row that could not begin, by account and task id."""
        self._background: list[asyncio.Task[None]] = []
        self._opened_at = 0.0

    async def open(self) -> None:
        """Bring the projection up to date, and continue all pending tasks."""
        await self._projector.catch_up()
        self.projection.on_rebuild = self._rebuild_soon
        self._opened_at = asyncio.get_running_loop().time()
        self._background = [
            supervise("pending work", self._continue_pending, self.problems, component=COMPONENT),
            supervise("queues", self._tick, self.problems, component=COMPONENT),
        ]

    def _rebuild_soon(self) -> None:
        """Fill the new projection that replaces a damaged one, in the background."""
        self.problems.storage(COMPONENT, LIST, f"{self.projection.damage}; the list is back in a moment")
        self._background.append(supervise("rebuilding", self._projector.rebuild, self.problems, component=COMPONENT))

    async def _continue_pending(self) -> None:
        """Continue the tasks that were pending when the last process stopped."""
        for account, task_id in self.projection.pending():
            try:
                self.advance(await self.get(account, task_id))
            except BotmeshError:
                raise  # the log is unavailable: the supervisor retries all of them later
            except Exception as error:  # noqa: BLE001 - one task must not keep the others waiting
                self.unreadable(task_id, f"its work cannot be continued ({type(error).__name__}: {error})")

    def unreadable(self, subject: str, text: str) -> None:
        """Note that data of a task cannot be read or applied."""
        self.problems.unreadable(COMPONENT, subject, text)

    async def close(self) -> None:
        """Stop all background work; the agents work on, and the next start attaches to their work."""
        await self._jobs.stop([*self._watching.values(), *self._background])
        self.projection.close()

    async def get(self, account: str, task_id: str) -> TaskAggregate:
        """A task, read from the log if it is not in memory; a task that does not exist has no events."""
        return await self._cache.get((account, task_id))

    async def _load(self, key: Key) -> TaskAggregate:
        live = TaskAggregate(*key, self.log, self._written, self.unreadable)
        await live.load()
        return live

    async def submit(self, live: TaskAggregate, submitted: TaskSubmitted) -> None:
        """Submit a task; nothing happens if the same task was submitted before.

        Raises:
            QueueFull: `queue_size` tasks wait for its agent.
            MessageIdReused: another task has this id.
        """
        queue = self._queues[live.account, submitted.agent]
        if not live.sequence and len(queue.waiting) + queue.coming >= self._queue_size:
            text = f"{len(queue.waiting)} tasks wait for {submitted.agent}: try again later, or start more instances"
            raise QueueFull(text, limit=self._queue_size, agent=submitted.agent)
        queue.coming += 1
        try:
            await live.write(lambda state: rules.submit(state, submitted))
        finally:
            queue.coming -= 1
        self.advance(live)

    async def cancel(self, live: TaskAggregate, reason: str) -> None:
        """Cancel a task, and return when it has ended; nothing happens if it has already."""
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
        """A task's place in its agent's queue, from 1; 0 if it does not wait."""
        return self._queues[live.account, live.state.view.agent].position(live)

    def position_of(self, account: str, task_id: str) -> int:
        """As `position`, by task id: a task that waits is always in memory."""
        live = self._cache.recent.get((account, task_id))
        return self.position(live) if live is not None and live.sequence else 0

    def advance(self, live: TaskAggregate) -> None:
        """Start the job that the task needs next, unless it runs already."""
        state = live.state
        queue = self._queues[live.account, state.view.agent]
        if state.is_final or state.view.cancel_requested:
            queue.drop(live)
        if state.is_final:
            self._refusals.pop((live.account, live.task_id), None)
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
        """Check all queues every 100 ms: an instance may have become ready, or a queue timeout may have passed."""
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
        """Start waiting tasks at the instances that are ready."""
        directory = self.clients.of(account).directory
        if not directory.watching:
            self._watch_agents(account, directory)
        while (chosen := queue.next(ready(directory, account, agent), self._instance_concurrency)) is not None:
            live, instance = chosen
            self._start_job(live, "start", self._start(live, instance.instance_id, queue))

    def _watch_agents(self, account: str, directory: Directory) -> None:
        """Wait in the background for the first copy of an account's directory, unless that runs already."""
        if account in self._watching:
            return

        async def wait() -> None:
            try:
                await directory.ready()
            except BotmeshError:
                pass  # the next tick waits again
            except Exception:
                logger.exception("cannot watch the agents of account %s; the next tick tries again", account)

        self._watching[account] = task = asyncio.create_task(wait())
        task.add_done_callback(lambda _: self._watching.pop(account))

    async def _start(self, live: TaskAggregate, instance: str, queue: Queue) -> None:
        events: list[TaskEvent] = []
        try:
            events = await live.write(lambda state: rules.start(state, instance))
        finally:
            if not events:
                queue.held.pop(live, None)

    async def _work(self, live: TaskAggregate, queue: Queue) -> None:
        message_id, instance = live.state.message_id, live.state.view.instance_id
        resumed = live not in queue.held  # an earlier process of this service started the attempt
        queue.held[live] = instance
        attempt = Attempt(live, self.clients.of(live.account), lambda progress: self._progressed(live, progress))
        try:
            if resumed:
                await self._wait_for_instance(live, instance)
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

    async def _wait_for_instance(self, live: TaskAggregate, instance: str) -> None:
        """Wait until an instance is listed, up to `LATE_SECONDS` after the start: the registry may be new too."""
        directory = self.clients.of(live.account).directory
        await directory.ready()
        until = self._opened_at + LATE_SECONDS
        while directory.warming or asyncio.get_running_loop().time() < until:
            listed = directory.live(live.account, live.state.view.agent)
            if any(known.instance_id == instance for known in listed):
                return
            await asyncio.sleep(_TICK_SECONDS)

    async def _progressed(self, live: TaskAggregate, progress: agent_api.Progress) -> None:
        message_id = live.state.message_id
        await live.write(lambda state: rules.progress(state, message_id, progress))

    def _put_off(self, live: TaskAggregate) -> None:
        """Let a task wait before its next attempt, longer after each refusal in a row."""
        key = live.account, live.task_id
        times = self._refusals[key] = self._refusals.get(key, 0) + 1
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
            client = self.clients.of(live.account)
            with contextlib.suppress(BotmeshError):
                await self._wait_for_instance(live, live.state.view.instance_id)
            receipts = await client.cancel(invocation_of(live), live.state.view.text or "cancelled")
        await live.write(lambda state: rules.cancelled(state, receipts))
        working = self._jobs.get(live.id, "work")
        if working is not None:
            asyncio.get_running_loop().call_later(LATE_SECONDS, working.cancel)

    async def _tell(self, live: TaskAggregate) -> None:
        reason = await send_receipt(live, self.clients.of(live.account))
        await live.write(lambda state: rules.deliver(state, reason))
