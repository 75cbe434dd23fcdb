"""The newest changes by revision, so that a watcher that was disconnected for a while misses none."""

import re
from collections import deque
from itertools import takewhile
from typing import NamedTuple

from botmesh.names import new_id

Key = tuple[str, str]
"""An agent's identity: account and name."""
_NUMBER = re.compile("[0-9]{1,19}")


class Change(NamedTuple):
    """A note that an agent or instance changed; the reader looks up its present state."""

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
        """Add a change."""
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

    def revision(self, number: int) -> str:
        """A change's number as a revision, which names this incarnation of the registry too."""
        return f"{self.incarnation}:{number}"

    def number_of(self, revision: str) -> int | None:
        """The number of a revision whose later changes are all kept; None: of any other."""
        incarnation, _, digits = revision.partition(":")
        if incarnation != self.incarnation or not _NUMBER.fullmatch(digits):
            return None
        oldest = self._changes[0].number if self._changes else self.number + 1
        return int(digits) if oldest - 1 <= int(digits) <= self.number else None

    @property
    def size(self) -> int:
        """How many changes are kept at most."""
        return self._changes.maxlen or 0
