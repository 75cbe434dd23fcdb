"""The newest of what was said in a conversation, or of what waits there for an answer."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from botmesh.v1.conversation_service_pb2 import GetHistoryResponse
from botmesh.v1.history_pb2 import HistoryEntry

HISTORY_BYTES = 256 * 1024
"""Of recent history: what goes with a turn or an offer, and all that is kept in memory. GetHistory has the rest."""
HISTORY_ENTRIES = 1000
"""The same in entries."""


class RecentHistory:  # noqa: PLW1641 - it grows: nothing to hash
    """At most 256 KiB and 1,000 entries, as bytes: as a message, an entry of ten words takes two KiB of memory.

    Each stands as a message with a list of one, because such bytes one after the other are a message with them all.
    """

    __slots__ = ("_bytes", "_entries")

    def __init__(self, entries: Iterable[HistoryEntry] = ()) -> None:
        """Oldest first."""
        self._entries: deque[tuple[int, bytes]] = deque()
        self._bytes = 0
        for entry in entries:
            self.append(entry)

    def append(self, entry: HistoryEntry) -> None:
        """Add the newest; the oldest go."""
        data = GetHistoryResponse(entries=[entry]).SerializeToString()
        self._entries.append((entry.sequence, data))
        self._bytes += len(data)
        while len(self) > 1 and (self._bytes > HISTORY_BYTES or len(self) > HISTORY_ENTRIES):
            self._bytes -= len(self._entries.popleft()[1])

    def __len__(self) -> int:
        """How many there are."""
        return len(self._entries)

    def __iter__(self) -> Iterator[HistoryEntry]:
        """Oldest first."""
        return iter(_entries(data for _, data in self._entries))

    def __reversed__(self) -> Iterator[HistoryEntry]:
        """Newest first."""
        return (entry for _, data in reversed(self._entries) for entry in _entries([data]))

    def __eq__(self, other: object) -> bool:
        """Whether the same was said."""
        return isinstance(other, RecentHistory) and self._entries == other._entries

    def __copy__(self) -> "RecentHistory":
        """One that can go its own way."""
        fork = RecentHistory()
        fork._entries, fork._bytes = self._entries.copy(), self._bytes
        return fork

    @property
    def last(self) -> int:
        """The sequence of the newest; 0: there is none."""
        return self._entries[-1][0] if self._entries else 0

    @property
    def oldest(self) -> HistoryEntry:
        """The first of them; there must be one."""
        return _entries([self._entries[0][1]])[0]

    def drop_through(self, sequence: int) -> None:
        """Forget what is no newer than that."""
        while self._entries and self._entries[0][0] <= sequence:
            self._bytes -= len(self._entries.popleft()[1])

    def after(self, sequence: int) -> Sequence[HistoryEntry]:
        """What is newer than that, oldest first."""
        newer = takewhile(lambda entry: entry[0] > sequence, reversed(self._entries))
        return _entries([data for _, data in newer][::-1])

    def newest(self, through: int, max_entries: int = HISTORY_ENTRIES) -> tuple[Sequence[HistoryEntry], bool]:
        """The newest up to a sequence, oldest first, 256 KiB at most; whether others in here were left out."""
        chosen: list[bytes] = []
        size = 0
        for at, data in reversed(self._entries):
            if at > through:
                continue
            size += len(data)
            if size > HISTORY_BYTES or len(chosen) == max_entries:
                return _entries(chosen[::-1]), True
            chosen.append(data)
        return _entries(chosen[::-1]), False


def _entries(data: Iterable[bytes]) -> Sequence[HistoryEntry]:
    return GetHistoryResponse.FromString(b"".join(data)).entries
