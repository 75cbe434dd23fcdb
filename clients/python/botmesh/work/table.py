"""The work of an instance by message id: repeats join running work, or get the outcome of ended work."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from google.protobuf.message import Message as AnyMessage

from botmesh.deadline import Deadline, now
from botmesh.errors import BotmeshError, MessageIdReused, TooMuchWork
from botmesh.v1.agent_service_pb2 import DelegateStreamResponse
from botmesh.v1.message_pb2 import Message
from botmesh.work.fingerprint import fingerprint, matches
from botmesh.work.work import Key, Work

_OVERHEAD = 768
"""Approximate bytes of an ended work beside its contents: key, tuple and table."""
_EVENT_OVERHEAD = 48
"""Bytes of each of its events beside its contents."""


class _EndedWork(NamedTuple):
    """What the table keeps of work that has ended.

    Messages are kept serialized. An event of ten bytes takes a kilobyte as a message, and Python's garbage collector
    would visit thousands of them (docs/performance.md).
    """

    ended_at: float
    size: int
    asked: bytes
    outcome_type: type[AnyMessage] | None
    outcome: bytes
    error: BotmeshError | None
    events: tuple[bytes, ...]
    dropped: int


@dataclass(slots=True)
class WorkTable:
    """The running work of one instance, and the outcomes of work that ended a short time ago."""

    ttl: float = 300.0
    """Seconds for which an outcome is kept."""
    max_entries: int = 10_000
    """The most running works, and the most outcomes."""
    max_bytes: int = 64 * 1024 * 1024
    """The most bytes of all outcomes."""
    grace: float = 1.0
    """Seconds for which work goes on after its last caller was lost."""
    running: dict[Key, Work] = field(default_factory=dict)
    _ended: OrderedDict[Key, _EndedWork] = field(default_factory=OrderedDict)
    _bytes: int = 0

    def claim(
        self, key: Key, method: str, message: Message, deadline: Deadline, max_reply_bytes: int
    ) -> tuple[Work, bool]:
        """Find or reserve the work of a message that came by `method`; return it and whether it existed before.

        Existing work runs until `deadline` if that is later than its own.

        Raises:
            MessageIdReused: the message id has work with another payload.
            TooMuchWork: as many works run as the table holds.
        """
        existing = self.find(key)
        if existing is not None:
            if not matches(existing.asked, method, message):
                raise MessageIdReused(
                    f"message id {key[2]} was used with another payload: give each message its own",
                    message_id=key[2],
                )
            existing.extend(deadline)
            return existing, True
        if len(self.running) >= self.max_entries:
            raise TooMuchWork(
                f"{len(self.running)} pieces of work run here: ask another instance or later",
                limit=self.max_entries,
            )
        work = Work(key, fingerprint(method, message), deadline, self.grace, max_reply_bytes, self._ended_with)
        self.running[key] = work
        return work, False

    def find(self, key: Key) -> Work | None:
        """Return the running or ended work of a key; None: there is none, or its outcome is no longer kept."""
        running = self.running.get(key)
        if running is not None:
            return running
        entry = self._ended.get(key)
        if entry is None or entry.ended_at < now() - self.ttl:
            return None
        return self._remembered(key, entry)

    def forget(self, work: Work) -> None:
        """Drop reserved work that never began."""
        if self.running.get(work.key) is work:
            del self.running[work.key]

    def __len__(self) -> int:
        """The number of works, running and ended."""
        return len(self.running) + len(self._ended)

    async def drain(self, timeout: float) -> None:
        """Wait at most `timeout` seconds until no work runs, then cancel the work that still does."""
        tasks = [work.task for work in self.running.values() if work.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=timeout)
        for work in list(self.running.values()):
            work.cancel("the instance is shutting down")

    def _ended_with(self, work: Work) -> None:
        self.running.pop(work.key, None)
        if not work.key[2].startswith("\0"):
            outcome = b"" if work.outcome is None else work.outcome.SerializeToString()
            events = tuple(event.SerializeToString() for event in work.events) if work.events else ()
            size = _OVERHEAD + len(work.asked) + len(outcome) + sum(map(len, events)) + _EVENT_OVERHEAD * len(events)
            if work.key in self._ended:  # an outcome older than the ttl is replaced
                self._bytes -= self._ended.pop(work.key).size
            self._ended[work.key] = _EndedWork(
                ended_at=now(),
                size=size,
                asked=work.asked,
                outcome_type=None if work.outcome is None else type(work.outcome),
                outcome=outcome,
                error=None if work.error is None else work.error.bare(),
                events=events,
                dropped=work.dropped,
            )
            self._bytes += size
            self._prune()

    def _remembered(self, key: Key, ended: _EndedWork) -> Work:
        deadline = Deadline(ended.ended_at)
        work = Work(key, ended.asked, deadline, self.grace, 0, self._ended_with, began=True, settled=True)
        work.outcome = None if ended.outcome_type is None else ended.outcome_type.FromString(ended.outcome)
        work.error = None if ended.error is None else ended.error.bare()
        work.events = [DelegateStreamResponse.FromString(event) for event in ended.events]
        work.dropped = ended.dropped
        return work

    def _prune(self) -> None:
        expired = now() - self.ttl
        while self._ended:
            oldest = next(iter(self._ended.values()))
            if oldest.ended_at >= expired and len(self._ended) <= self.max_entries and self._bytes <= self.max_bytes:
                return
            self._ended.popitem(last=False)
            self._bytes -= oldest.size
