"""What is listed and looked up of contacts: tables in the file of the projection."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from botmesh.v1.contact_pb2 import Contact
from botmesh.v1.contact_service_pb2 import ListContactsRequest
from botmesh.v1.conversation_pb2 import CONVERSATION_STATUS_ACTIVE, CONVERSATION_STATUS_PAUSED, ConversationEvent
from botmesh_conversations.model.contact_state import ContactState, key_of
from botmesh_conversations.model.streams import contact_stream
from botmesh_log.stream import OnUnreadable
from botmesh_service.paging import read_token
from botmesh_service.times import seconds_of

SCHEMA = """
CREATE TABLE IF NOT EXISTS contact (
  account TEXT, id TEXT, status INTEGER, until INTEGER, assigned TEXT, updated INTEGER, shared INTEGER, merged TEXT,
  view BLOB, PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS address (account TEXT, channel TEXT, text TEXT, contact TEXT,
  PRIMARY KEY (account, channel, text)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contact_tag (account TEXT, tag TEXT, id TEXT, PRIMARY KEY (account, tag, id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contact_conversation (
  conversation TEXT PRIMARY KEY, account TEXT, contact TEXT, open INTEGER, opening INTEGER
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS contact_merge (account TEXT, merged TEXT, PRIMARY KEY (account, merged)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS form (account TEXT, contact TEXT, id TEXT, PRIMARY KEY (account, contact, id)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS contact_by_update ON contact (updated DESC, account, id);
CREATE INDEX IF NOT EXISTS address_of_contact ON address (account, contact);
CREATE INDEX IF NOT EXISTS tag_of_contact ON contact_tag (account, id);
CREATE INDEX IF NOT EXISTS open_conversation ON contact_conversation (conversation) WHERE open;
CREATE INDEX IF NOT EXISTS merged_contact ON contact (account, id) WHERE merged <> '';
"""

_BEHIND = """SELECT c.id FROM conversation c JOIN contact k ON k.account = c.account AND k.id = c.contact
WHERE NOT c.closed AND (k.shared > c.carried OR k.merged <> '')"""
_UNOPENED = """SELECT x.conversation, x.account, x.contact FROM contact_conversation x
LEFT JOIN conversation c ON c.id = x.conversation WHERE x.open AND x.opening AND c.id IS NULL"""
_UNENDED = """SELECT x.conversation, x.account, x.contact FROM contact_conversation x
JOIN conversation c ON c.id = x.conversation WHERE x.open AND c.closed"""
_UNMERGED = """SELECT account, id, merged FROM contact k WHERE merged <> ''
AND NOT EXISTS (SELECT 1 FROM contact_merge m WHERE m.account = k.account AND m.merged = k.id)"""
_UNADOPTED = """SELECT DISTINCT account, contact FROM conversation c WHERE contact <> ''
AND NOT EXISTS (SELECT 1 FROM contact_conversation x WHERE x.conversation = c.id)"""


@dataclass(slots=True)
class FreshContacts:
    """Contacts that were put and do not stand in the file yet."""

    states: dict[tuple[str, str], ContactState] = field(default_factory=dict)
    """By account and id."""
    addresses: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """By account, channel and text: the contact; empty: nobody has the address any more."""
    forms: dict[tuple[str, str, str], None] = field(default_factory=dict)
    """Forms that were taken in: account, contact, id."""
    conversations: dict[str, tuple[str, str, bool, bool]] = field(default_factory=dict)
    """By conversation: account, contact, whether it is open, whether somebody else than the contact opened it."""

    def put(self, state: ContactState, events: Iterable[ConversationEvent]) -> None:
        """How a contact stands after `events`."""
        account, contact = state.view.account_id, state.view.contact_id
        self.states[account, contact] = state
        for event in events:
            self._put_conversations(account, contact, event)
            if event.HasField("address_unlinked"):
                self.addresses[account, *key_of(event.address_unlinked.address)] = ""
            if event.HasField("form_submitted"):
                self.forms[account, contact, event.form_submitted.submission_id] = None
        if not state.merged_into:
            for address in state.view.addresses:
                self.addresses[account, *key_of(address)] = contact

    def _put_conversations(self, account: str, contact: str, event: ConversationEvent) -> None:
        if event.HasField("conversation_begun"):
            begun = event.conversation_begun
            self.conversations[begun.conversation_id] = account, contact, True, begun.HasField("opened")
        elif event.HasField("conversation_ended"):
            self.conversations[event.conversation_ended.conversation_id] = account, contact, False, False
        elif event.HasField("contact_merged"):
            for known in event.contact_merged.conversations:
                self.conversations[known.conversation_id] = account, contact, True, False

    def add(self, newer: "FreshContacts") -> None:
        """Take in what was put later."""
        self.states |= newer.states
        self.addresses |= newer.addresses
        self.forms |= newer.forms
        self.conversations |= newer.conversations

    def insert(self, db: Any, on_unreadable: OnUnreadable) -> None:
        """Write the rows, inside a transaction. What cannot be put into a row is told and left out."""
        for (account, contact), state in self.states.items():
            try:
                row = _row(state)
            except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep others out of the lists
                on_unreadable(contact_stream(account, contact), f"cannot be listed ({type(error).__name__}: {error})")
                continue
            db.execute("INSERT OR REPLACE INTO contact VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            db.execute("DELETE FROM contact_tag WHERE account = ? AND id = ?", (account, contact))
            tags = [] if state.merged_into else [(account, tag, contact) for tag in state.view.tags]
            db.executemany("INSERT OR REPLACE INTO contact_tag VALUES (?, ?, ?)", tags)
            db.executemany(
                "INSERT OR REPLACE INTO contact_merge VALUES (?, ?)",
                [(account, merged) for merged in state.view.merged_ids],
            )
        for (account, channel, text), contact in self.addresses.items():
            if contact:
                row = account, channel, text, contact
                db.execute("INSERT OR REPLACE INTO address VALUES (?, ?, ?, ?)", row)
            else:
                gone = account, channel, text
                db.execute("DELETE FROM address WHERE account = ? AND channel = ? AND text = ?", gone)
        db.executemany(
            "INSERT OR REPLACE INTO contact_conversation VALUES (?, ?, ?, ?, ?)",
            [(conversation, *row) for conversation, row in self.conversations.items()],
        )
        db.executemany("INSERT OR IGNORE INTO form VALUES (?, ?, ?)", list(self.forms))


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What has to be done for contacts because the last process stopped half-way."""

    unadopted: list[tuple[str, str]]
    """Account and id of contacts whose conversations began before contacts were kept."""
    unmerged: list[tuple[str, str, str]]
    """Account, contact, and the contact that it is to become part of."""
    unopened: list[tuple[str, str, str]]
    """Conversation, account, contact: begun by somebody else than the contact, and without an event."""
    unended: list[tuple[str, str, str]]
    """Conversation, account, contact: closed, and the contact does not know."""
    behind: list[str]
    """Open conversations that do not carry all that happened to their contact."""


def unfinished(db: Any) -> Unfinished:
    """What is to be finished, as far as the file knows."""
    queries = (_UNADOPTED, _UNMERGED, _UNOPENED, _UNENDED)
    unadopted, unmerged, unopened, unended = ([tuple(row) for row in db.execute(query)] for query in queries)
    return Unfinished(unadopted, unmerged, unopened, unended, [row[0] for row in db.execute(_BEHIND)])


def page_query(wanted: ListContactsRequest, now: int, size: int) -> tuple[str, list[object]]:
    """The query of a page of contacts, and its values. `now`: nanoseconds since the epoch."""
    clauses, values = ["merged = ''"], list[object]()
    for column, value in (("account", wanted.account_id), ("assigned", wanted.assigned_agent)):
        if value:
            clauses.append(f"{column} = ?")
            values.append(value)
    if wanted.status == CONVERSATION_STATUS_ACTIVE:
        clauses.append("(status = ? OR until <= ?)")
        values += [wanted.status, now]
    elif wanted.status:
        clauses.append("(status = ? AND (until IS NULL OR until > ?))")
        values += [wanted.status, now]
    if wanted.tag:
        clauses.append("(account, id) IN (SELECT account, id FROM contact_tag WHERE tag = ?)")
        values.append(wanted.tag)
    if wanted.channel:
        clauses.append("(account, id) IN (SELECT account, contact FROM address WHERE channel = ?)")
        values.append(wanted.channel)
    if wanted.page_token:
        updated, last = read_token(wanted.page_token)
        clauses.append("(updated < ? OR (updated = ? AND account || '/' || id > ?))")
        values += [updated, updated, last]
    where = " AND ".join(clauses)  # made of the texts above and nothing else
    query = (
        f"SELECT view, updated, account || '/' || id FROM contact WHERE {where} "  # noqa: S608
        "ORDER BY updated DESC, account || '/' || id LIMIT ?"
    )
    return query, [*values, size + 1]


_NEVER = 9e9
"""Seconds since the epoch, the year 2255: later moments do not fit as nanoseconds."""


def nanoseconds(moment: float | None) -> int | None:
    """A moment as SQLite keeps it; what lies past its integers is never."""
    return None if moment is None or not moment < _NEVER else int(moment * 1e9)


def effective(view: Contact, now: float) -> Contact:
    """A contact as it stands at the time `now`, in seconds since the epoch: a pause that is over is none."""
    shown = Contact()
    shown.CopyFrom(view)
    is_timed = shown.status == CONVERSATION_STATUS_PAUSED and shown.HasField("paused_until")
    if is_timed and shown.paused_until.ToNanoseconds() <= now * 1e9:
        shown.status = CONVERSATION_STATUS_ACTIVE
        shown.ClearField("paused_until")
    return shown


def _row(state: ContactState) -> tuple[object, ...]:
    view = state.view
    return (
        view.account_id,
        view.contact_id,
        view.status,
        nanoseconds(seconds_of(view.paused_until)) if view.HasField("paused_until") else None,
        view.assigned_agent,
        view.updated_at.ToNanoseconds(),
        state.shared,
        state.merged_into,
        view.SerializeToString(),
    )
