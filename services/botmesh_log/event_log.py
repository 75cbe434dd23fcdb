"""The interface of an event log: four methods, which another engine may implement."""

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
    """One event of the log."""

    position: int
    """Its place among all events of the log, from 1."""
    stream: str
    """The name of the stream of its conversation, account or task."""
    sequence: int
    """Its place in the stream, from 1 without gaps."""
    at: float
    """When it was appended, seconds since the epoch."""
    payload: bytes
    damage: str = ""
    """The damage of the event as a predicate: "fails its checksum". The payload of a damaged event is empty, and its
    time may be 0. Empty for an intact event."""


class SequenceConflict(Exception):
    """Another writer has appended to the stream."""

    def __init__(self, stream: str, expected: int, actual: int) -> None:
        """Keep the expected and the actual last sequence of the stream."""
        super().__init__(f"{stream} is at {actual}, not at {expected}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class EventLog(Protocol):
    """Durable, ordered streams of events."""

    async def append(self, stream: str, expected_sequence: int, batch: Sequence[bytes]) -> list[Record]:
        """Append all of `batch` or nothing after `expected_sequence`, 0 for a new stream; durable on return.

        An append whose caller is cancelled may or may not have been written.

        Raises:
            SequenceConflict: the stream's last sequence is another one.
            LogUnavailable: the batch could not be made durable; nothing was written.
        """

    async def read(self, stream: str, from_sequence: int = 1, limit: int = 1000) -> list[Record]:
        """Read a stream's events from a sequence on, at most `limit` of them and a few MiB; an empty list is the end.

        An event that cannot be read has `damage` and no payload. An event that is not even found is left out, so
        sequences may have gaps. A sequence of 0 or less reads all events.

        Raises:
            LogUnavailable: nothing can be read now.
        """

    async def read_all(self, from_position: int = 1, limit: int = 1000) -> list[Record]:
        """Read all events from a position on, at most `limit` of them, in ascending order of positions.

        Damaged events, gaps and errors are as in `read`.
        """

    async def close(self) -> None:
        """Finish the appends that wait, and close."""


def check_batch(stream: str, batch: Sequence[bytes]) -> None:
    """Refuse a batch that no log accepts.

    Raises:
        ValueError: the batch is empty, too long, an event is too large, or the stream's name is no text.
    """
    if not stream or not 0 < len(batch) <= MAX_BATCH:
        raise ValueError(f"an append is of 1 to {MAX_BATCH} events to a named stream")
    if "\0" in stream or any("\ud800" <= one <= "\udfff" for one in stream):
        raise ValueError("an event's stream is named by text without NUL and surrogates")
    if any(len(payload) > MAX_PAYLOAD for payload in batch):
        raise ValueError(f"an event is at most {MAX_PAYLOAD} bytes")
