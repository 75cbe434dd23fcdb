"""The narrow seam behind which streams of events are kept: four methods, for another engine to implement."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

MAX_PAYLOAD = 2 * 1024 * 1024
"""Bytes of one event."""
MAX_BATCH = 1000
"""Events of one append."""
MAX_INTEGER = 2**63 - 1
"""The largest position and sequence: SQLite's integers end there."""


@dataclass(frozen=True, slots=True)
class Record:
    """One event as it stands in the log."""

    position: int
    """Its place in the whole log, growing, from 1."""
    stream: str
    """What it belongs to: a conversation, an account, a task."""
    sequence: int
    """Its place in the stream: 1, 2, 3 ... without gaps."""
    at: float
    """When it was appended, seconds since the epoch."""
    payload: bytes
    damage: str = ""
    """What is wrong with it, to be read on from "the event": "fails its checksum". Its payload is empty then, and its
    time may be 0. Empty: it is as it was written."""


class SequenceConflict(Exception):
    """Somebody else has appended to the stream."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        """Say what was thought and what is."""
        super().__init__(f"{stream} is at {actual}, not at {expected}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class EventLog(Protocol):
    """Streams of events, in order, for good."""

    async def append(self, stream: str, expected_sequence: int, batch: Sequence[bytes]) -> list[Record]:
        """Append all of `batch` or nothing, after `expected_sequence` (0: the stream is new); durable on return.

        An append whose caller is cancelled may have been written or not: read to know.

        Raises:
            SequenceConflict: the stream is somewhere else.
            LogUnavailable: it could not be made durable; nothing was written.
        """

    async def read(self, stream: str, from_sequence: int = 1, limit: int = 1000) -> list[Record]:
        """A stream's events from a sequence on, at most `limit` of them and a few MiB: only an empty list is the end.

        An event that cannot be read has `damage`, and no payload. One that is not even found is left out: sequences may
        have gaps. Any integer is a sequence: from 0 or less, all are read.

        Raises:
            LogUnavailable: nothing can be read now.
        """

    async def read_all(self, from_position: int = 1, limit: int = 1000) -> list[Record]:
        """All events from a position on, at most `limit` of them. No position comes later than a greater one.

        Damaged events, gaps and errors are as in `read`.
        """

    async def close(self) -> None:
        """Let appends that wait be written, and close."""


def check_batch(stream: str, batch: Sequence[bytes]) -> None:
    """Refuse what no log takes.

    Raises:
        ValueError: the batch is empty, too long, an event is too large, or the stream's name is no text.
    """
    if not stream or not 0 < len(batch) <= MAX_BATCH:
        raise ValueError(f"an append is of 1 to {MAX_BATCH} events to a named stream")
    if "\0" in stream or any("\ud800" <= one <= "\udfff" for one in stream):
        raise ValueError("an event's stream is named by text without NUL and surrogates")
    if any(len(payload) > MAX_PAYLOAD for payload in batch):
        raise ValueError(f"an event is at most {MAX_PAYLOAD} bytes")
