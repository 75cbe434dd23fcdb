"""One stream of events in memory: what they come to, and how something is added."""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from google.protobuf.timestamp_pb2 import Timestamp

from botmesh_log.event_log import EventLog, Record, SequenceConflict

S = TypeVar("S")
_PAGE = 1000


class Event(Protocol):
    """What every kind of event bears: its places, its time, its trace."""

    position: int
    sequence: int
    trace_id: str

    @property
    def time(self) -> Timestamp:
        """When it was written."""

    def SerializeToString(self) -> bytes:  # noqa: N802 - protobuf's name
        """As bytes."""


E = TypeVar("E", bound=Event)


class Stream(Generic[S, E]):
    """Events of one conversation, account, contact or task, folded here as they are written."""

    def __init__(
        self,
        stream_id: str,
        log: EventLog,
        state: S,
        apply: Callable[[S, E], None],
        decode: Callable[[Record], E],
    ) -> None:
        """`state` is what comes before all that is read; `apply` takes in what happened next."""
        self.id = stream_id
        self.state = state
        self.sequence = 0
        """Of the last event that was taken in."""
        self.trace_id = ""
        """The trace that events are written in."""
        self._log = log
        self._apply = apply
        self._decode = decode
        self._lock = asyncio.Lock()

    async def load(self) -> None:
        """Read what others have written since."""
        while True:
            records = await self._log.read(self.id, self.sequence + 1, _PAGE)
            self.take_in(self._decode(record) for record in records)
            if len(records) < _PAGE:
                return

    async def write(self, decide: Callable[[S], Sequence[E]]) -> list[E]:
        """Let `decide` say what happens, and make it durable; empty if it says that nothing does.

        `decide` looks at the state, refuses by raising, and is called again if a race was lost. A caller that is
        cancelled meanwhile leaves the write to end by itself: it is folded either way.

        Raises:
            BotmeshError: `decide` refused, or the log is unavailable. Nothing was written.
        """
        return await asyncio.shield(asyncio.ensure_future(self._write(decide)))

    async def _write(self, decide: Callable[[S], Sequence[E]]) -> list[E]:
        async with self._lock:
            while True:
                batch = decide(self.state)
                if not batch:
                    return []
                batch = self.complete(batch)
                try:
                    payloads = [event.SerializeToString() for event in batch]
                    records = await self._log.append(self.id, self.sequence, payloads)
                except SequenceConflict:
                    await self.load()
                    continue
                events = [self._decode(record) for record in records]
                self.take_in(events)
                self.written(events)
                return events

    def take_in(self, events: Iterable[E]) -> None:
        """Fold what was written, and what is not in here yet."""
        for event in events:
            if event.sequence > self.sequence:
                self._take_in(event)

    def _take_in(self, event: E) -> None:
        self._apply(self.state, event)
        self.sequence = event.sequence

    def complete(self, batch: Sequence[E]) -> list[E]:
        """The batch as it is written: with its place, its time and its trace, and with what follows from it."""
        now = time.time_ns()
        for index, event in enumerate(batch, start=1):
            event.trace_id = self.trace_id
            event.sequence = self.sequence + index
            event.time.FromNanoseconds(now)
        return list(batch)

    def written(self, events: Sequence[Any]) -> None:
        """These were written and are folded."""
