"""Whose turn it is: the tasks that wait for an agent, oldest first, and where those are that it works on."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from botmesh.calling.directory import Directory
from botmesh.v1.instance_pb2 import READINESS_BUSY, Instance
from botmesh_tasks.aggregate import TaskAggregate


@dataclass(slots=True)
class Queue:
    """The tasks for one agent."""

    waiting: deque[TaskAggregate] = field(default_factory=deque)
    coming: int = 0
    """How many are being taken in."""
    held: dict[TaskAggregate, str] = field(default_factory=dict)
    """Which instance works on which task."""

    def put(self, live: TaskAggregate) -> None:
        """Let a task wait; nothing happens if it does. One that was begun before goes to the front."""
        if live in self.waiting:
            return
        if live.state.view.attempts:
            self.waiting.appendleft(live)
        else:
            self.waiting.append(live)

    def drop(self, live: TaskAggregate) -> None:
        """It does not wait any more."""
        if live in self.waiting:
            self.waiting.remove(live)

    def expired(self, now: float) -> list[TaskAggregate]:
        """Those that have waited for longer than they may."""
        return [live for live in self.waiting if now >= live.state.waits_since + live.state.queue_seconds]

    def position(self, live: TaskAggregate) -> int:
        """A task's place, from 1; 0: it does not wait."""
        return next((place for place, one in enumerate(self.waiting, start=1) if one is live), 0)

    def next(self, instances: Sequence[Instance], most: int) -> tuple[TaskAggregate, Instance] | None:
        """Which task to give to which instance now: each works on at most so many. None: nobody can take any."""
        now = asyncio.get_running_loop().time()
        at = Counter(self.held.values())
        free = [one for one in instances if at[one.instance_id] < most]
        live = next((one for one in self.waiting if one.not_before <= now), None)
        if not free or live is None:
            return None
        self.waiting.remove(live)
        chosen = min(free, key=lambda one: at[one.instance_id])
        self.held[live] = chosen.instance_id
        return live, chosen


def ready(directory: Directory, account: str, agent: str) -> list[Instance]:
    """The instances that take tasks: unlike a delegation, a task waits where all are busy."""
    return [one for one in directory.live(account, agent) if one.readiness != READINESS_BUSY]
