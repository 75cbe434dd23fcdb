"""Stores messages and costs in one SQLite file, bounded in size and age."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from google.protobuf.message import DecodeError

from botmesh.errors import InvalidField, LogUnavailable
from botmesh.v1 import journal_service_pb2 as pb
from botmesh.v1.journal_service_pb2 import CostTotal, JournalEntry
from botmesh_journal.journal_file import MEMORY, FileReplaced, JournalFile
from botmesh_log.files import FileUnavailable
from botmesh_log.stream import OnUnreadable, log_unreadable
from botmesh_service.paging import fitting, page_of, read_token

_SCHEMA = """
CREATE TABLE IF NOT EXISTS message (
  number INTEGER PRIMARY KEY, account TEXT, id TEXT, chain TEXT, conversation TEXT, sender TEXT, receiver TEXT,
  at REAL, size INTEGER, entry BLOB, UNIQUE (account, id)
);
CREATE INDEX IF NOT EXISTS by_chain ON message (account, chain);
CREATE INDEX IF NOT EXISTS by_conversation ON message (account, conversation);
CREATE INDEX IF NOT EXISTS by_sender ON message (account, sender);
CREATE INDEX IF NOT EXISTS by_receiver ON message (account, receiver);
CREATE TABLE IF NOT EXISTS counted (account TEXT, id TEXT, at REAL, PRIMARY KEY (account, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS counted_at ON counted (at);
CREATE TABLE IF NOT EXISTS cost (
  account TEXT, scope INTEGER, id TEXT, currency TEXT, micros INTEGER, input INTEGER, output INTEGER, answers INTEGER,
  at REAL, PRIMARY KEY (account, scope, id, currency)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_cost ON cost (account, scope, micros);
CREATE INDEX IF NOT EXISTS cost_at ON cost (at);
"""
MAX_SUM = 2**62
"""The largest sum: SQLite turns larger integers into floats, and the contract's field is 64 bits wide."""
COUNTED_SECONDS = 2 * 86400.0
"""Seconds that counted message ids are remembered: neither end of a delegation reports later."""
T = TypeVar("T")
_KEPT_SCOPES = (pb.COST_SCOPE_AGENT, pb.COST_SCOPE_ACCOUNT_DAY)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds on the stored data."""

    max_bytes: int = 256 * 1024 * 1024
    """Bytes of messages."""
    max_age: float = 30 * 86400.0
    """Age in seconds of messages, and of the sums of chains and conversations."""


class Store:
    """The message log and the sums of costs.

    A damaged file is renamed to journal.sqlite.damaged-TIME and replaced by a new one, also while it is in use.
    """

    def __init__(
        self,
        path: str | Path = MEMORY,
        bounds: Bounds | None = None,
        on_unreadable: OnUnreadable = log_unreadable,
    ) -> None:
        """Open the file. Any thread may use the store, one at a time.

        Args:
            path: of the SQLite file; by default a database in memory.
            bounds: on size and age.
            on_unreadable: called with a subject and a sentence for unreadable entries and for a file set aside.

        Raises:
            InvalidField: it can neither be opened nor set aside.
        """
        self._on_unreadable = on_unreadable
        self._bounds = bounds or Bounds()
        self._bytes = 0
        """Bytes of the stored messages."""
        try:
            self._file = JournalFile(path, _SCHEMA, on_unreadable)
            with contextlib.suppress(FileReplaced):  # the new file is empty
                self._bytes = self._stored_bytes()
        except (sqlite3.Error, OSError) as error:
            text = f"{Path(path)} cannot be opened: {error}"
            raise InvalidField(text, field="data_dir", value=Path(path)) from None

    def record(self, entries: Iterable[JournalEntry]) -> list[CostTotal]:
        """Record entries, each message id once, and return the sums that changed.

        Raises:
            LogUnavailable: they cannot be written now; none was recorded.
        """
        entries = list(entries)
        return self._run_with_retry(lambda: self._record(entries))

    def _record(self, entries: Sequence[JournalEntry]) -> list[CostTotal]:
        touched: set[tuple[str, int, str]] = set()
        size = self._bytes
        try:
            with self._file.transaction():
                for entry in entries:
                    if entry.logged:
                        self._log(entry)
                    if entry.HasField("usage"):
                        touched |= self._count(entry)
                self._prune()
        except BaseException:
            self._bytes = size
            raise
        return [total for key in sorted(touched) for total in self._costs(*key)]

    def messages(self, wanted: pb.ListMessagesRequest, account: str, size: int) -> tuple[list[JournalEntry], str]:
        """A page of `size` messages that match all fields set in `wanted`, newest first, and the next page token.

        Raises:
            LogUnavailable: they cannot be read now.
        """
        return self._run_with_retry(lambda: self._messages(wanted, account, size))

    def _messages(self, wanted: pb.ListMessagesRequest, account: str, size: int) -> tuple[list[JournalEntry], str]:
        clauses, values = fitting(
            {"account": account, "chain": wanted.correlation_id, "conversation": wanted.conversation_id}
        )
        if wanted.agent:
            clauses.append("(sender = ? OR receiver = ?)")
            values += [wanted.agent, wanted.agent]
        if wanted.page_token:
            clauses.append("number < ?")
            values.append(read_token(wanted.page_token)[0])
        where = " AND ".join(clauses)  # consists of the column names above only
        query = f"SELECT entry, number, '' FROM message WHERE {where} ORDER BY number DESC LIMIT ?"  # noqa: S608
        return page_of(self._file.execute(query, (*values, size + 1)), size, self._entry)

    def _entry(self, data: bytes, _: str) -> JournalEntry | None:
        try:
            return JournalEntry.FromString(data)
        except DecodeError as error:
            self._on_unreadable("message log", f"an entry cannot be read ({error}); it was left out")
            return None

    def costs(self, account: str, scope: int, scope_id: str = "", limit: int = 500) -> list[CostTotal]:
        """The sums of a scope, or of one id in it, the highest first; days the newest first.

        Raises:
            LogUnavailable: they cannot be read now.
        """
        return self._run_with_retry(lambda: self._costs(account, scope, scope_id, limit))

    def _costs(self, account: str, scope: int, scope_id: str = "", limit: int = 500) -> list[CostTotal]:
        order = "id DESC" if scope == pb.COST_SCOPE_ACCOUNT_DAY else "micros DESC, id"
        only, values = "", list[str]()
        if scope_id:  # ordered by the table's key, because an order by cost would read all of the scope
            order, only, values = "currency", "AND id = ?", [scope_id]
        rows = self._file.execute(
            "SELECT id, currency, micros, input, output, answers FROM cost "  # noqa: S608 - of the words above
            f"WHERE account = ? AND scope = ? {only} ORDER BY {order} LIMIT ?",
            (account, scope, *values, limit),
        )
        return [
            CostTotal(
                account_id=account,
                scope=scope,  # type: ignore[arg-type]
                id=row[0],
                currency=row[1],
                cost_micros=_sum(row[2]),
                input_tokens=_sum(row[3]),
                output_tokens=_sum(row[4]),
                answers=_sum(row[5]),
            )
            for row in rows
        ]

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _run_with_retry(self, work: Callable[[], T]) -> T:
        """Call `work`, and once more if it met a damaged file that was replaced.

        Raises:
            LogUnavailable: the file cannot be used now.
        """
        try:
            return work()
        except FileReplaced as replaced:
            damage = replaced.text
        except FileUnavailable as error:
            raise LogUnavailable(error.text) from None
        except sqlite3.Error as error:
            raise LogUnavailable(f"the journal cannot be used now: {error}; try again later") from None
        self._bytes = 0  # the new file is empty
        try:
            return work()
        except sqlite3.Error as error:
            text = f"the journal is damaged ({damage}) and cannot be begun anew: {error}"
            raise LogUnavailable(text) from None

    def _stored_bytes(self) -> int:
        size: int = self._file.execute("SELECT coalesce(sum(size), 0) FROM message").fetchone()[0]
        return size

    def _log(self, entry: JournalEntry) -> None:
        """Store a message; of two reports of the same message the longer one is kept."""
        message = entry.message
        data = entry.SerializeToString()
        known = self._file.execute(
            "SELECT number, size FROM message WHERE account = ? AND id = ?", (message.account_id, message.message_id)
        ).fetchone()
        if known is not None:
            if len(data) > known[1]:
                self._file.execute(
                    "UPDATE message SET entry = ?, size = ? WHERE number = ?", (data, len(data), known[0])
                )
                self._bytes += len(data) - known[1]
            return
        self._file.execute(
            "INSERT INTO message (account, id, chain, conversation, sender, receiver, at, size, entry) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                message.account_id,
                message.message_id,
                message.correlation_id,
                message.conversation_id,
                message.from_agent,
                message.to_agent,
                time.time(),
                len(data),
                data,
            ),
        )
        self._bytes += len(data)

    def _count(self, entry: JournalEntry) -> set[tuple[str, int, str]]:
        """Add the cost of an answer to its sums, once for each message id, and return the changed sums' keys."""
        message, usage = entry.message, entry.usage
        now = time.time()
        key = message.account_id, message.message_id
        if self._file.execute("INSERT OR IGNORE INTO counted VALUES (?, ?, ?)", (*key, now)).rowcount == 0:
            return set()
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        scopes: Sequence[tuple[int, str]] = (
            (pb.COST_SCOPE_CHAIN, message.correlation_id),
            (pb.COST_SCOPE_CONVERSATION, message.conversation_id),
            (pb.COST_SCOPE_ACCOUNT_DAY, day),
            (pb.COST_SCOPE_AGENT, usage.agent or message.from_agent),
        )
        touched = set()
        for scope, scope_id in scopes:
            if scope_id:
                touched.add((message.account_id, scope, scope_id))
                self._file.execute(
                    "INSERT INTO cost VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?) ON CONFLICT DO UPDATE SET "
                    "micros = min(micros + excluded.micros, ?), input = min(input + excluded.input, ?), "
                    "output = min(output + excluded.output, ?), answers = answers + 1, at = excluded.at",
                    (
                        message.account_id,
                        scope,
                        scope_id,
                        usage.currency,
                        _sum(usage.cost_micros),
                        _sum(usage.input_tokens),
                        _sum(usage.output_tokens),
                        now,
                        *[MAX_SUM] * 3,
                    ),
                )
        return touched

    def _prune(self) -> None:
        """Delete rows that are too old, and the oldest messages beyond the bound on bytes."""
        now = time.time()
        rows = self._file.execute("SELECT number, size, at FROM message ORDER BY number LIMIT 200").fetchall()
        for number, size, at in rows:
            if at >= now - self._bounds.max_age and self._bytes <= self._bounds.max_bytes:
                break
            self._file.execute("DELETE FROM message WHERE number = ?", (number,))
            self._bytes -= size
        self._file.execute("DELETE FROM counted WHERE at < ?", (now - COUNTED_SECONDS,))
        self._file.execute(
            "DELETE FROM cost WHERE at < ? AND scope NOT IN (?, ?)", (now - self._bounds.max_age, *_KEPT_SCOPES)
        )


def _sum(value: float) -> int:
    """A sum within the contract's range, also if an older version stored a larger one."""
    return int(min(max(value, 0), MAX_SUM))
