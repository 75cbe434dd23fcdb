"""One stream of events with its folded state in memory, and the way to append to it."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, Protocol, TypeVar

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from botmesh.errors import InvalidField, MessageTooLarge, QuotaExceeded
from botmesh_log.event_log import MAX_BATCH, MAX_PAYLOAD, EventLog, Record, SequenceConflict
from botmesh_log.position import position_token
from botmesh_log.shielded import shielded

logger = logging.getLogger("botmesh")

S = TypeVar("S")
_PAGE = 1000

OnUnreadable = Callable[[str, str], None]
"""Called with an event that cannot be read or folded: its stream, and a sentence."""


class Event(Protocol):
    """The fields that every kind of event has: position, sequence, time and trace id."""

    position: str
    sequence: int
    trace_id: str

    @property
    def time(self) -> Timestamp:
        """The time of the append."""

    def SerializeToString(self) -> bytes:  # noqa: N802 - protobuf's name
        """The event as bytes."""


E = TypeVar("E", bound=Event)


def log_unreadable(stream: str, text: str) -> None:
    """Log an unreadable event; for processes without a list of problems."""
    logger.error("stream %s: %s", stream, text)


def read_payload(parse: Callable[[bytes], E], stand_in: Callable[[], E], record: Record, told: OnUnreadable) -> E:
    """The event of a record, or an event without a kind if the record is damaged or cannot be parsed.

    All code that folds, counts or shows events skips those without a kind, as it skips kinds of a newer version, so
    the events around it stay readable.
    """
    damage = record.damage
    if not damage:
        try:
            return parse(record.payload)
        except DecodeError as error:
            damage = f"cannot be read ({error})"
    told(record.stream, f"event {record.sequence} at position {record.position} {damage}; it was left out")
    event = stand_in()
    event.time.FromNanoseconds(int(record.at * 1e9))
    return event


class Stream(Generic[S, E]):
    """The events of one conversation, account, contact or task, folded as they are written."""

    def __init__(
        self,
        stream_id: str,
        log: EventLog,
        state: S,
        apply: Callable[[S, E], None],
        decode: Callable[[Record, OnUnreadable], E],
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """Begin before the first event.

        Args:
            stream_id: name of the stream in the log.
            log: the event log.
            state: the state before all events.
            apply: changes the state by the next event.
            decode: gives the event of a record.
            on_unreadable: called with each event that cannot be read or folded.
        """
        self.id = stream_id
        self.state = state
        self.sequence = 0
        """The sequence of the last folded event."""
        self.trace_id = ""
        """The trace id that new events get."""
        self._log = log
        self._apply = apply
        self._decode = decode
        self._on_unreadable = on_unreadable
        self._lock = asyncio.Lock()

    async def load(self) -> None:
        """Read and fold the events after the last folded one."""
        while True:
            records = await self._log.read(self.id, self.sequence + 1, _PAGE)
            self.take_in(self._decode(record, self._on_unreadable) for record in records)
            if not records:
                return

    async def write(self, decide: Callable[[S], Sequence[E]]) -> list[E]:
        """Append the events that `decide` returns for the state, and return them; without any, nothing is written.

        `decide` refuses by raising, and is called again if another writer appended first. If the caller is cancelled,
        the write still ends and is folded.

        Raises:
            BotmeshError: `decide` refused, an event could not be read again, or the log is unavailable. Nothing was
                written.
        """
        return await shielded(asyncio.ensure_future(self._write(decide)))

    async def _write(self, decide: Callable[[S], Sequence[E]]) -> list[E]:
        async with self._lock:
            while True:
                batch = decide(self.state)
                if not batch:
                    return []
                batch = self.complete(batch)
                payloads = [event.SerializeToString() for event in batch]
                events = self._read_again(payloads)
                try:
                    records = await self._log.append(self.id, self.sequence, payloads)
                except SequenceConflict as conflict:
                    await self.load()
                    self._skip_to(conflict.actual)
                    continue
                for event, record in zip(events, records, strict=True):
                    event.position = position_token(record.position)
                self.take_in(events)
                self.written(events)
                return events

    def _skip_to(self, sequence: int) -> None:
        """Skip events that the log counts but cannot find, so that new events are appended after them."""
        if self.sequence < sequence:
            text = f"events {self.sequence + 1} to {sequence} cannot be found; they were left out"
            self._on_unreadable(self.id, text)
            self.sequence = sequence

    def _read_again(self, payloads: Sequence[bytes]) -> list[E]:
        """Parse the events as every reader will, so that no unreadable event is written.

        Raises:
            InvalidField: an event cannot be parsed.
            MessageTooLarge: an event is over 2 MiB.
            QuotaExceeded: there are over 1,000 events.
        """
        if len(payloads) > MAX_BATCH:
            text = f"{len(payloads)} things would happen at once and {MAX_BATCH} are the most: ask for less"
            raise QuotaExceeded(text, limit=MAX_BATCH, field="events")
        size = max(map(len, payloads))
        if size > MAX_PAYLOAD:
            text = f"this would be an event of {size} bytes and the limit is {MAX_PAYLOAD}: send less, or a URL"
            error = MessageTooLarge(text, size=size, limit=MAX_PAYLOAD, direction="request")
            error.started = False
            raise error
        unreadable: list[str] = []
        events = [
            self._decode(
                Record(0, self.id, self.sequence + index, 0.0, payload), lambda _, text: unreadable.append(text)
            )
            for index, payload in enumerate(payloads, start=1)
        ]
        if unreadable:
            raise InvalidField(f"this could not be read again, so it is not written: {unreadable[0]}", field="payload")
        return events

    def take_in(self, events: Iterable[E]) -> None:
        """Fold events, except those that are folded already."""
        for event in events:
            if event.sequence > self.sequence:
                self._take_in(event)

    def _take_in(self, event: E) -> None:
        try:
            self._apply(self.state, event)
        except Exception as error:
            logger.debug("stream %s: event %d cannot be folded", self.id, event.sequence, exc_info=True)
            text = f"event {event.sequence} cannot be taken in ({type(error).__name__}: {error}); it was left out"
            self._on_unreadable(self.id, text)
        self.sequence = event.sequence

    def complete(self, batch: Sequence[E]) -> list[E]:
        """The batch to write: its events with sequence, time and trace id. Subclasses may add events."""
        now = time.time_ns()
        for index, event in enumerate(batch, start=1):
            event.trace_id = self.trace_id
            event.sequence = self.sequence + index
            event.time.FromNanoseconds(now)
        return list(batch)

    def written(self, events: Sequence[Any]) -> None:
        """Called after events were written and folded; subclasses notify their listeners."""
