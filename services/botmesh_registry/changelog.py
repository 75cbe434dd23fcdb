"""What changed, by revision: enough of the past that a watcher who was away for a while misses nothing."""

from collections import deque
from itertools import takewhile
from typing import NamedTuple

from botmesh.names import new_id
from botmesh.v1.registry_service_pb2 import Revision

Key = tuple[str, str]
"""An agent's identity: account and name."""


class Change(NamedTuple):
    """That something changed, not how: whoever reads it looks up the outcome."""

    number: int
    agent: Key
    instance: str
    """The instance that changed; empty: the agent itself."""
    shared: bool
    """Whether other accounts saw the agent before the change or see it after."""


class ChangeLog:
    """The newest changes, numbered from 1 within one incarnation."""

    def __init__(self, size: int) -> None:
        """Keep `size` changes."""
        self.incarnation = new_id()
        self.number = 0
        """The newest change's number."""
        self._changes: deque[Change] = deque(maxlen=size)

    def add(self, agent: Key, instance: str, *, shared: bool) -> None:
        """Note a change."""
        self.number += 1
        self._changes.append(Change(self.number, agent, instance, shared))

    def since(self, number: int) -> list[Change] | None:
        """All changes after `number`, oldest first; None if they are no longer kept or `number` never was."""
        oldest = self._changes[0].number if self._changes else self.number + 1
        if not oldest - 1 <= number <= self.number:
            return None
        newer = list(takewhile(lambda change: change.number > number, reversed(self._changes)))
        newer.reverse()
        return newer

    def has(self, revision: Revision) -> bool:
        """Whether all changes after `revision` are kept."""
        oldest = self._changes[0].number if self._changes else self.number + 1
        return revision.incarnation == self.incarnation and oldest - 1 <= revision.number <= self.number

    def revision(self, number: int) -> Revision:
        """A change's number as a revision."""
        return Revision(incarnation=self.incarnation, number=number)

    @property
    def size(self) -> int:
        """How many changes are kept at most."""
        return self._changes.maxlen or 0
