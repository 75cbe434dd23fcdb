"""What is listed and looked up: told from the log, thrown away and rebuilt at will.

A SQLite file with a checkpoint. Losing its last moments costs nothing: it catches up from the log.
"""

import contextlib
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from botmesh.v1.conversation_pb2 import CONVERSATION_STATUS_ACTIVE, Conversation
from botmesh.v1.conversation_service_pb2 import ListConversationsRequest
from botmesh.v1.part_pb2 import Part
from botmesh_conversations.fold import DESK, VERSION, State, name_of

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
  id TEXT PRIMARY KEY, account TEXT, channel TEXT, contact TEXT, status INTEGER, owner TEXT,
  updated INTEGER, position INTEGER, pending INTEGER, view BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag (tag TEXT, id TEXT, PRIMARY KEY (tag, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_update ON conversation (updated DESC, id);
CREATE INDEX IF NOT EXISTS by_contact ON conversation (account, contact, channel);
CREATE INDEX IF NOT EXISTS pending ON conversation (pending) WHERE pending;
CREATE TABLE IF NOT EXISTS checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER);
INSERT OR IGNORE INTO checkpoint VALUES (1, 0);
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of conversations."""

    views: list[Conversation]
    next_token: str


class Projection:
    """Conversations as lists need them."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        """Open it, or begin anew where it was made by another version of the fold."""
        self._path = str(path)
        self._db = self._open()
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            self._db.close()
            for leftover in (self._path, f"{self._path}-wal", f"{self._path}-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(leftover).unlink()
            self._db = self._open()
        self._db.execute(f"PRAGMA user_version = {VERSION:d}")

    def _open(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(_SCHEMA)
        return db

    @property
    def position(self) -> int:
        """The last position of the log that is in here."""
        (position,) = self._db.execute("SELECT position FROM checkpoint").fetchone()
        return int(position)

    def put(self, state: State, position: int, *, pending: bool) -> None:
        """How a conversation stands after `position`; `pending`: something is still to be done for it."""
        view = state.view
        if not self._db.in_transaction:
            self._db.execute("BEGIN")
        self._db.execute(
            "INSERT OR REPLACE INTO conversation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                view.conversation_id,
                view.account_id,
                view.channel,
                view.contact_id,
                view.status,
                name_of(view.owner),
                view.updated_at.ToNanoseconds(),
                position,
                pending,
                view.SerializeToString(),
            ),
        )
        self._db.execute("DELETE FROM tag WHERE id = ?", (view.conversation_id,))
        self._db.executemany("INSERT INTO tag VALUES (?, ?)", [(tag, view.conversation_id) for tag in view.tags])
        self._db.execute("UPDATE checkpoint SET position = max(position, ?)", (position,))

    def commit(self) -> None:
        """Write down what was put."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def pending(self) -> list[str]:
        """Conversations for which something is still to be done."""
        return [row[0] for row in self._db.execute("SELECT id FROM conversation WHERE pending ORDER BY updated")]

    def of_contact(self, account: str, contact: str, channel: str | None = None) -> list[str]:
        """A contact's conversations, the newest first."""
        rows = self._db.execute(
            "SELECT id FROM conversation WHERE account = ? AND contact = ? AND channel = coalesce(?, channel) "
            "ORDER BY updated DESC",
            (account, contact, channel),
        )
        return [row[0] for row in rows]

    def page(self, wanted: ListConversationsRequest, size: int) -> Page:
        """Those that fit every field that is set; the one in which something happened last comes first."""
        clauses, values = ["1"], list[object]()
        for column, value in (
            ("account", wanted.account_id),
            ("status", wanted.status),
            ("owner", wanted.owner),
            ("channel", wanted.channel),
            ("contact", wanted.contact_id),
        ):
            if value:
                clauses.append(f"{column} = ?")
                values.append(value)
        if wanted.tag:
            clauses.append("id IN (SELECT id FROM tag WHERE tag = ?)")
            values.append(wanted.tag)
        if wanted.page_token:
            updated, _, last = wanted.page_token.partition(":")
            clauses.append("(updated < ? OR (updated = ? AND id > ?))")
            values += [int(updated), int(updated), last]
        where = " AND ".join(clauses)  # made of the column names above and nothing else
        query = f"SELECT view, updated, id FROM conversation WHERE {where} ORDER BY updated DESC, id LIMIT ?"  # noqa: S608
        rows = self._db.execute(query, (*values, size + 1)).fetchall()
        token = f"{rows[size - 1][1]}:{rows[size - 1][2]}" if len(rows) > size else ""
        return Page([Conversation.FromString(row[0]) for row in rows[:size]], token)

    def close(self) -> None:
        """Write down what was put, and close."""
        self.commit()
        self._db.close()


def is_pending(state: State) -> bool:
    """Whether something is still to be done for a conversation: a turn or an offer."""
    return state.transfer is not None or state.turn is not None or wants_turn(state)


def wants_turn(state: State) -> bool:
    """Whether the owner is to be given a turn now."""
    view = state.view
    if view.status != CONVERSATION_STATUS_ACTIVE or name_of(view.owner) == DESK:
        return False
    if state.turn is not None or state.transfer is not None:
        return False
    return any(entry.sequence > state.dropped_through for entry in state.unanswered) or first_words(state) is not None


def first_words(state: State) -> Iterable[Part] | None:
    """What a new owner answers first; None: it is not new, or there is nothing to answer."""
    handed = state.handed
    if handed is None:
        return None
    if handed.user_message:
        return handed.user_message
    latest = state.latest_message()
    if latest is not None:
        return latest.payload
    return () if handed.intent_id else None
