"""The queue of an agent: its waiting tasks, oldest first, and the instances that work on the others."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from botmesh.calling.directory import Directory
from botmesh.v1.instance_pb2 import READINESS_BUSY, Instance
from botmesh_tasks.aggregate import TaskAggregate


@dataclass(slots=True)
class Queue:
    """The tasks of one agent that have not ended."""

    waiting: deque[TaskAggregate] = field(default_factory=deque)
    coming: int = 0
    """Tasks that are being submitted; they count against the queue's size."""
    held: dict[TaskAggregate, str] = field(default_factory=dict)
    """The id of the instance that works on each task."""

    def put(self, live: TaskAggregate) -> None:
        """Add a task unless it waits already. A task that was attempted before goes to the front."""
        if live in self.waiting:
            return
        if live.state.view.attempts:
            self.waiting.appendleft(live)
        else:
            self.waiting.append(live)

    def drop(self, live: TaskAggregate) -> None:
        """Remove a task if it waits."""
        if live in self.waiting:
            self.waiting.remove(live)

    def expired(self, now: float) -> list[TaskAggregate]:
        """The tasks whose queue timeout has passed at `now`, seconds since the epoch."""
        return [live for live in self.waiting if now >= live.state.waits_since + live.state.queue_seconds]

    def position(self, live: TaskAggregate) -> int:
        """A task's place in the queue, from 1; 0 if it does not wait."""
        return next((place for place, waiting in enumerate(self.waiting, start=1) if waiting is live), 0)

    def next(self, instances: Sequence[Instance], most: int) -> tuple[TaskAggregate, Instance] | None:
        """Take the next task from the queue for the instance with the fewest tasks.

        Args:
            instances: that take tasks.
            most: tasks that one instance works on at a time.

        Returns:
            None if no task may start now, or every instance has `most` tasks.
        """
        now = asyncio.get_running_loop().time()
        loads = Counter(self.held.values())
        free = [instance for instance in instances if loads[instance.instance_id] < most]
        live = next((waiting for waiting in self.waiting if waiting.not_before <= now), None)
        if not free or live is None:
            return None
        self.waiting.remove(live)
        chosen = min(free, key=lambda instance: loads[instance.instance_id])
        self.held[live] = chosen.instance_id
        return live, chosen


def ready(directory: Directory, account: str, agent: str) -> list[Instance]:
    """The live instances that are not busy: unlike a delegation, a task waits while all are."""
    return [instance for instance in directory.live(account, agent) if instance.readiness != READINESS_BUSY]
