"""What is listed and looked up of conversations."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent
from botmesh.v1.conversation_service_pb2 import ListConversationsRequest
from botmesh_conversations.fold import VERSION
from botmesh_conversations.state import State, name_of
from botmesh_log.projection import ProjectionFile

_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversation (
  id TEXT PRIMARY KEY, account TEXT, channel TEXT, contact TEXT, status INTEGER, owner TEXT,
  updated INTEGER, position INTEGER, pending INTEGER, due INTEGER, queued INTEGER, view BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (conversation TEXT, id TEXT, sequence INTEGER, PRIMARY KEY (conversation, id))
  WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot (conversation TEXT PRIMARY KEY, state BLOB) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tag (tag TEXT, id TEXT, PRIMARY KEY (tag, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_update ON conversation (updated DESC, id);
CREATE INDEX IF NOT EXISTS by_contact ON conversation (account, contact, channel);
CREATE INDEX IF NOT EXISTS pending ON conversation (pending) WHERE pending;
CREATE INDEX IF NOT EXISTS by_due ON conversation (due) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS by_queue ON conversation (account, queued) WHERE queued IS NOT NULL;
"""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of conversations."""

    views: list[Conversation]
    next_token: str


class Projection(ProjectionFile):
    """Conversations as lists need them."""

    def __init__(self, path: str | Path = ":memory:") -> None:
        """Open it, or begin anew where it was made by another version of the fold."""
        super().__init__(path, _SCHEMA, VERSION)

    def put(self, state: State, events: Sequence[ConversationEvent], position: int, due: float | None) -> None:
        """How a conversation stands after `events`, up to `position`; `due`: when it wants to be looked at again."""
        view = state.view
        self.begin()
        queued = view.queued_at.ToNanoseconds() if view.HasField("queued_at") else None
        self._db.execute(
            "INSERT OR REPLACE INTO conversation VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                view.conversation_id,
                view.account_id,
                view.channel,
                view.contact_id,
                view.status,
                name_of(view.owner),
                view.updated_at.ToNanoseconds(),
                position,
                state.is_pending,
                None if due is None else int(due * 1e9),
                queued,
                view.SerializeToString(),
            ),
        )
        if any(event.HasField("tags_changed") for event in events):
            self._db.execute("DELETE FROM tag WHERE id = ?", (view.conversation_id,))
            self._db.executemany("INSERT INTO tag VALUES (?, ?)", [(tag, view.conversation_id) for tag in view.tags])
        self._db.executemany(
            "INSERT OR IGNORE INTO message VALUES (?, ?, ?)",
            [(view.conversation_id, taken_in, event.sequence) for event in events if (taken_in := _id_of(event))],
        )
        self.skip_to(position)

    def keep(self, conversation: str, snapshot: bytes) -> None:
        """Keep a conversation's state, so that it opens fast."""
        self._db.execute("INSERT OR REPLACE INTO snapshot VALUES (?, ?)", (conversation, snapshot))

    def snapshot(self, conversation: str) -> bytes | None:
        """What was kept last."""
        row = self._db.execute("SELECT state FROM snapshot WHERE conversation = ?", (conversation,)).fetchone()
        return None if row is None else bytes(row[0])

    def sequence_of(self, conversation: str, message_id: str) -> int:
        """Where a message was taken in; 0: nowhere."""
        query = "SELECT sequence FROM message WHERE conversation = ? AND id = ?"
        row = self._db.execute(query, (conversation, message_id)).fetchone()
        return 0 if row is None else int(row[0])

    def next_due(self) -> float | None:
        """When the first conversation wants to be looked at, seconds since the epoch."""
        (due,) = self._db.execute("SELECT min(due) FROM conversation WHERE due IS NOT NULL").fetchone()
        return None if due is None else due / 1e9

    def overdue(self, now: float, limit: int) -> list[str]:
        """Conversations that want to be looked at now, the most overdue first."""
        query = "SELECT id FROM conversation WHERE due <= ? ORDER BY due LIMIT ?"
        return [row[0] for row in self._db.execute(query, (int(now * 1e9), limit))]

    def queue_position(self, view: Conversation) -> int:
        """A conversation's place in its desk's queue, from 1; 0: it does not wait."""
        if not view.HasField("queued_at"):
            return 0
        query = "SELECT count(*) FROM conversation WHERE account = ? AND (queued < ? OR (queued = ? AND id < ?))"
        queued = view.queued_at.ToNanoseconds()
        row = self._db.execute(query, (view.account_id, queued, queued, view.conversation_id)).fetchone()
        return int(row[0]) + 1

    def queued(self, account: str) -> int:
        """How many wait for a person."""
        query = "SELECT count(*) FROM conversation WHERE account = ? AND queued IS NOT NULL"
        return int(self._db.execute(query, (account,)).fetchone()[0])

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


def _id_of(event: ConversationEvent) -> str:
    """The id under which an event's message is known; empty: it has none."""
    said = event.message_posted.message_id or event.person_replied.message_id or event.agent_said.message_id
    return said or event.form_submitted.submission_id
