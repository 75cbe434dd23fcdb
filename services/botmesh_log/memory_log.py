"""The event log in memory, for tests and for meshes without durable data."""

import time
from collections.abc import Sequence

from botmesh_log.event_log import Record, SequenceConflict, check_batch


class MemoryLog:
    """An EventLog that is lost with its process."""

    def __init__(self) -> None:
        """Begin without events."""
        self._all: list[Record] = []
        self._streams: dict[str, list[Record]] = {}

    async def append(self, stream: str, expected_sequence: int, batch: Sequence[bytes]) -> list[Record]:
        """Append all of `batch` or nothing."""
        check_batch(stream, batch)
        own = self._streams.get(stream, [])
        if len(own) != expected_sequence:
            raise SequenceConflict(stream, expected_sequence, len(own))
        now = time.time()
        position = len(self._all)
        records = [
            Record(position + index, stream, expected_sequence + index, now, payload)
            for index, payload in enumerate(batch, start=1)
        ]
        self._streams.setdefault(stream, []).extend(records)
        self._all.extend(records)
        return records

    async def read(self, stream: str, from_sequence: int = 1, limit: int = 1000) -> list[Record]:
        """A stream's events from a sequence on."""
        return _slice(self._streams.get(stream, []), from_sequence, limit)

    async def read_all(self, from_position: int = 1, limit: int = 1000) -> list[Record]:
        """All events from a position on."""
        return _slice(self._all, from_position, limit)

    async def close(self) -> None:
        """Nothing to close."""


def _slice(records: list[Record], start: int, limit: int) -> list[Record]:
    first = max(start, 1) - 1
    return records[first : first + max(limit, 0)]
