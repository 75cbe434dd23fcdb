"""What is listed and looked up of conversations."""

import contextlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.message import DecodeError

from botmesh.errors import LogUnavailable
from botmesh.v1.contact_pb2 import Contact
from botmesh.v1.contact_service_pb2 import ListContactsRequest
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent
from botmesh.v1.conversation_service_pb2 import ListConversationsRequest
from botmesh_conversations import contact_rows
from botmesh_conversations.contact_rows import FreshContacts, Unfinished, nanoseconds
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.model.event_kinds import kind_of, message_id_of
from botmesh_conversations.model.fold import VERSION
from botmesh_conversations.model.state import State, name_of
from botmesh_conversations.model.turn_rule import is_pending
from botmesh_log.projection import ProjectionFile
from botmesh_log.stream import OnUnreadable, log_unreadable
from botmesh_service.paging import page_of, read_token

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
  id TEXT PRIMARY KEY, account TEXT, channel TEXT, contact TEXT, status INTEGER, owner TEXT,
  updated INTEGER, position INTEGER, pending INTEGER, due INTEGER, queued INTEGER, closed INTEGER, carried INTEGER,
  view BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (conversation TEXT, id TEXT, sequence INTEGER, PRIMARY KEY (conversation, id))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot (conversation TEXT PRIMARY KEY, state BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag (tag TEXT, id TEXT, PRIMARY KEY (tag, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS away (id TEXT PRIMARY KEY, account TEXT, agent TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_update ON conversation (updated DESC, id);
CREATE INDEX IF NOT EXISTS by_contact ON conversation (account, contact, channel);
CREATE INDEX IF NOT EXISTS pending ON conversation (pending) WHERE pending;
CREATE INDEX IF NOT EXISTS by_due ON conversation (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_queue ON conversation (account, queued) WHERE queued IS NOT NULL;
CREATE INDEX IF NOT EXISTS open_by_contact ON conversation (account, contact) WHERE NOT closed;
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of conversations."""

    views: list[Conversation]
    next_token: str


@dataclass(frozen=True, slots=True)
class ContactPage:
    """A page of contacts."""

    views: list[Contact]
    next_token: str


@dataclass(slots=True)
class _Fresh:
    """What was put and does not stand in the file yet."""

    rows: dict[str, tuple[State, int, float | None]] = field(default_factory=dict)
    """By conversation: its state, the position, when it is due."""
    messages: dict[tuple[str, str], int] = field(default_factory=dict)
    """Where messages were taken in."""
    tagged: set[str] = field(default_factory=set)
    """Conversations whose tags have changed."""
    snapshots: dict[str, bytes] = field(default_factory=dict)
    contacts: FreshContacts = field(default_factory=FreshContacts)
    position: int = 0

    def add(self, newer: "_Fresh") -> None:
        """Take in what was put later."""
        self.rows |= newer.rows
        for key, sequence in newer.messages.items():
            self.messages.setdefault(key, sequence)
        self.tagged |= newer.tagged
        self.snapshots |= newer.snapshots
        self.contacts.add(newer.contacts)
        self.position = max(self.position, newer.position)


class Projection(ProjectionFile):
    """Conversations as lists need them.

    What is put is gathered, and written down with the next `commit` or before the next question that needs it: several
    things happen in a turn, and one row tells them all. What could not be committed is kept, and written with the next
    commit: a full disk loses no row.
    """

    def __init__(self, path: str | Path = ":memory:", on_unreadable: OnUnreadable = log_unreadable) -> None:
        """Open it, or begin anew where it was made by another version of the fold."""
        super().__init__(path, _SCHEMA + contact_rows.SCHEMA, VERSION)
        self._on_unreadable = on_unreadable
        self._fresh = _Fresh()
        self._uncommitted = _Fresh()
        """Written, in a transaction that is not committed yet."""

    def put(self, state: State, events: Sequence[ConversationEvent], position: int, due: float | None) -> None:
        """How a conversation stands after `events`, up to `position`; `due`: when it wants to be looked at again."""
        view, fresh = state.view, self._fresh
        fresh.rows[view.conversation_id] = state, position, due
        fresh.position = max(fresh.position, position)
        for event in events:
            if kind_of(event).changes_tags:
                fresh.tagged.add(view.conversation_id)
            message_id = message_id_of(event)
            if message_id:
                fresh.messages.setdefault((view.conversation_id, message_id), event.sequence)

    def put_contact(self, state: ContactState, events: Sequence[ConversationEvent], position: int) -> None:
        """How a contact stands after `events`, up to `position`."""
        self._fresh.contacts.put(state, events)
        self._fresh.position = max(self._fresh.position, position)

    def commit(self) -> None:
        """Write down what was put.

        Raises:
            LogUnavailable: that cannot be done now; nothing is lost, and the next commit tries again.
        """
        self._write()
        try:
            super().commit()
        except sqlite3.Error as error:
            raise self._undone(error) from None
        self._uncommitted = _Fresh()

    def _write(self) -> None:
        """Write down what was put, for questions.

        Raises:
            LogUnavailable: as for `commit`.
        """
        if not (self._fresh.rows or self._fresh.snapshots or self._fresh.contacts.states):
            return
        fresh, self._fresh = self._fresh, _Fresh()
        try:
            self._insert(fresh)
        except sqlite3.Error as error:
            self._fresh = fresh
            raise self._undone(error) from None
        self._uncommitted.add(fresh)

    def _try_to_write(self) -> None:
        """Write down what was put, for a question that is better answered by what the file has than not at all."""
        with contextlib.suppress(LogUnavailable):
            self._write()

    def _undone(self, error: sqlite3.Error) -> LogUnavailable:
        """What was written and is not committed is to be written again."""
        with contextlib.suppress(sqlite3.Error):
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
        again, self._uncommitted = self._uncommitted, _Fresh()
        again.add(self._fresh)
        self._fresh = again
        return LogUnavailable(
            f"the lists of conversations cannot be written: {error}; nothing is lost, try again later"
        )

    def _insert(self, fresh: _Fresh) -> None:
        self.begin()
        self._db.executemany(
            "INSERT OR REPLACE INTO conversation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [row for put in fresh.rows.values() if (row := self._row_of(*put)) is not None],
        )
        self._db.executemany("INSERT OR REPLACE INTO snapshot VALUES (?, ?)", fresh.snapshots.items())
        self._insert_away([state.view for state, _, _ in fresh.rows.values()])
        for conversation_id in fresh.tagged:
            self._db.execute("DELETE FROM tag WHERE id = ?", (conversation_id,))
            tags = fresh.rows[conversation_id][0].view.tags
            self._db.executemany("INSERT INTO tag VALUES (?, ?)", [(tag, conversation_id) for tag in tags])
        self._db.executemany(
            "INSERT OR IGNORE INTO message VALUES (?, ?, ?)",
            [(*key, sequence) for key, sequence in fresh.messages.items()],
        )
        fresh.contacts.insert(self._db, self._on_unreadable)
        self.skip_to(fresh.position)

    def _insert_away(self, views: list[Conversation]) -> None:
        """Write down which conversations return to an agent that is away, and which do not any more."""
        self._db.executemany(
            "INSERT OR REPLACE INTO away VALUES (?, ?, ?)",
            [(view.conversation_id, view.account_id, view.returns_to) for view in views if view.returns_to],
        )
        self._db.executemany(
            "DELETE FROM away WHERE id = ?", [(view.conversation_id,) for view in views if not view.returns_to]
        )

    def _row_of(self, state: State, position: int, due: float | None) -> tuple[object, ...] | None:
        """A conversation's row; None: its state cannot be put into one, which is told."""
        try:
            return _row(state, position, due)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep others out of the lists
            text = f"cannot be listed ({type(error).__name__}: {error})"
            self._on_unreadable(state.view.conversation_id, text)
            return None

    def close(self) -> None:
        """Write down what can be written, and close: the next start tells the rest from the log."""
        with contextlib.suppress(LogUnavailable):
            self.commit()
        self._fresh = _Fresh()
        super().close()

    def keep(self, conversation: str, snapshot: bytes) -> None:
        """Keep a conversation's state, so that it opens fast."""
        self._fresh.snapshots[conversation] = snapshot

    def snapshot(self, conversation: str) -> bytes | None:
        """What was kept last."""
        fresh = self._fresh.snapshots.get(conversation)
        if fresh is not None:
            return fresh
        row = self._db.execute("SELECT state FROM snapshot WHERE conversation = ?", (conversation,)).fetchone()
        return None if row is None else bytes(row[0])

    def sequence_of(self, conversation: str, message_id: str) -> int:
        """Where a message was taken in; 0: nowhere."""
        fresh = self._fresh.messages.get((conversation, message_id))
        if fresh is not None:
            return fresh
        query = "SELECT sequence FROM message WHERE conversation = ? AND id = ?"
        row = self._db.execute(query, (conversation, message_id)).fetchone()
        return 0 if row is None else int(row[0])

    def next_due(self) -> float | None:
        """When the first conversation wants to be looked at, seconds since the epoch."""
        self._try_to_write()
        (due,) = self._db.execute("SELECT min(due) FROM conversation WHERE due IS NOT NULL").fetchone()
        return None if due is None else due / 1e9

    def put_off(self, conversation: str, due: float) -> None:
        """Look at a conversation again no earlier than `due`, whatever it says itself."""
        self._try_to_write()
        self._db.execute("UPDATE conversation SET due = ? WHERE id = ?", (nanoseconds(due), conversation))

    def overdue(self, now: float, limit: int) -> list[str]:
        """Conversations that want to be looked at now, the most overdue first."""
        self._try_to_write()
        query = "SELECT id FROM conversation WHERE due <= ? ORDER BY due LIMIT ?"
        return [row[0] for row in self._db.execute(query, (nanoseconds(now), limit))]

    def queue_position(self, view: Conversation) -> int:
        """A conversation's place in its desk's queue, from 1; 0: it does not wait."""
        if not view.HasField("queued_at"):
            return 0
        self._try_to_write()
        query = "SELECT count(*) FROM conversation WHERE account = ? AND (queued < ? OR (queued = ? AND id < ?))"
        queued = view.queued_at.ToNanoseconds()
        row = self._db.execute(query, (view.account_id, queued, queued, view.conversation_id)).fetchone()
        return int(row[0]) + 1

    def queued(self, account: str) -> int:
        """How many wait for a person."""
        self._try_to_write()
        query = "SELECT count(*) FROM conversation WHERE account = ? AND queued IS NOT NULL"
        return int(self._db.execute(query, (account,)).fetchone()[0])

    def away(self) -> dict[tuple[str, str], list[str]]:
        """Conversations that return to an agent that was away, by account and agent."""
        self._try_to_write()
        found: dict[tuple[str, str], list[str]] = {}
        for conversation_id, account, agent in self._db.execute("SELECT id, account, agent FROM away ORDER BY id"):
            found.setdefault((account, agent), []).append(conversation_id)
        return found

    def pending(self) -> list[str]:
        """Conversations for which something is still to be done."""
        self._try_to_write()
        return [row[0] for row in self._db.execute("SELECT id FROM conversation WHERE pending ORDER BY updated")]

    def of_contact(self, account: str, contact: str) -> list[Conversation]:
        """All conversations of a contact that the file has, the oldest first."""
        self._try_to_write()
        query = "SELECT view, id FROM conversation WHERE account = ? AND contact = ? ORDER BY updated"
        rows = self._db.execute(query, (account, contact)).fetchall()
        return [view for data, conversation_id in rows if (view := self._view(data, conversation_id)) is not None]

    def contact_at(self, account: str, channel: str, text: str) -> str:
        """The contact that has an address, in NFC; empty: none."""
        for fresh in (self._fresh, self._uncommitted):
            known = fresh.contacts.addresses.get((account, channel, text))
            if known is not None:
                return known
        query = "SELECT contact FROM address WHERE account = ? AND channel = ? AND text = ?"
        row = self._db.execute(query, (account, channel, text)).fetchone()
        return "" if row is None else str(row[0])

    def has_form(self, account: str, contact: str, form_id: str) -> bool:
        """Whether a form was taken in."""
        if (account, contact, form_id) in self._fresh.contacts.forms:
            return True
        query = "SELECT 1 FROM form WHERE account = ? AND contact = ? AND id = ?"
        return self._db.execute(query, (account, contact, form_id)).fetchone() is not None

    def unfinished(self) -> Unfinished:
        """What has to be done for contacts because the last process stopped half-way."""
        self._try_to_write()
        return contact_rows.unfinished(self._db)

    def contact_page(self, wanted: ListContactsRequest, now: float, size: int) -> ContactPage:
        """Those that fit every field that is set; the one that changed last comes first."""
        self._write()
        query, values = contact_rows.page_query(wanted, int(now * 1e9), size)
        return ContactPage(*page_of(self._db.execute(query, values), size, self._contact))

    def _contact(self, data: bytes, contact: str) -> Contact | None:
        try:
            return Contact.FromString(data)
        except DecodeError as error:
            self._on_unreadable(contact, f"its row in the lists cannot be read ({error}); it was left out")
            return None

    def page(self, wanted: ListConversationsRequest, size: int, contacts: Sequence[str] = ()) -> Page:
        """Those that fit every field that is set; the one in which something happened last comes first.

        `contacts`: the ids of the contact that is asked for, with those that were merged into it.
        """
        self._write()
        clauses, values = ["1"], list[object]()
        for column, value in (
            ("account", wanted.account_id),
            ("status", wanted.status),
            ("owner", wanted.owner),
            ("channel", wanted.channel),
        ):
            if value:
                clauses.append(f"{column} = ?")
                values.append(value)
        if wanted.contact_id:
            ids = contacts or [wanted.contact_id]
            clauses.append(f"contact IN ({', '.join('?' * len(ids))})")
            values += ids
        if wanted.HasField("closed"):
            clauses.append("closed" if wanted.closed else "NOT closed")
        if wanted.tag:
            clauses.append("id IN (SELECT id FROM tag WHERE tag = ?)")
            values.append(wanted.tag)
        if wanted.page_token:
            updated, last = read_token(wanted.page_token)
            clauses.append("(updated < ? OR (updated = ? AND id > ?))")
            values += [updated, updated, last]
        where = " AND ".join(clauses)  # made of the column names above and nothing else
        query = f"SELECT view, updated, id FROM conversation WHERE {where} ORDER BY updated DESC, id LIMIT ?"  # noqa: S608
        return Page(*page_of(self._db.execute(query, (*values, size + 1)), size, self._view))

    def _view(self, data: bytes, conversation_id: str) -> Conversation | None:
        try:
            return Conversation.FromString(data)
        except DecodeError as error:
            self._on_unreadable(conversation_id, f"its row in the lists cannot be read ({error}); it was left out")
            return None


def _row(state: State, position: int, due: float | None) -> tuple[object, ...]:
    view = state.view
    return (
        view.conversation_id,
        view.account_id,
        view.channel,
        view.contact_id,
        view.status,
        name_of(view.owner),
        view.updated_at.ToNanoseconds(),
        position,
        is_pending(state),
        nanoseconds(due),
        view.queued_at.ToNanoseconds() if view.HasField("queued_at") else None,
        state.is_closed,
        view.contact_sequence,
        view.SerializeToString(),
    )
