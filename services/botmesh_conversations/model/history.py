"""The entries of a conversation's history: each function fills in the entry of one kind of event."""

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.history_pb2 import (
    AUTHOR_KIND_AGENT,
    AUTHOR_KIND_CONTACT,
    AUTHOR_KIND_PERSON,
    AUTHOR_KIND_SYSTEM,
    HistoryEntry,
)


def message_posted(entry: HistoryEntry, event: ConversationEvent, contact: str) -> None:
    posted = event.message_posted
    entry.author_kind, entry.author, entry.message_id = AUTHOR_KIND_CONTACT, contact, posted.message_id
    entry.payload.extend(posted.payload)


def turn_finished(entry: HistoryEntry, event: ConversationEvent, _: str) -> None:
    finished = event.turn_finished
    entry.author_kind = AUTHOR_KIND_AGENT if finished.agent else AUTHOR_KIND_SYSTEM
    entry.author, entry.message_id = finished.agent, finished.turn_id
    entry.payload.extend(finished.payload)


def owner_changed(entry: HistoryEntry, event: ConversationEvent, _: str) -> None:
    changed = event.owner_changed
    entry.author_kind, entry.epoch = AUTHOR_KIND_SYSTEM, changed.epoch
    entry.payload.extend(changed.handoff_message)


def person_replied(entry: HistoryEntry, event: ConversationEvent, _: str) -> None:
    replied = event.person_replied
    if replied.note:
        return  # for the desk only
    entry.author_kind, entry.author, entry.message_id = AUTHOR_KIND_PERSON, replied.person, replied.message_id
    entry.payload.extend(replied.payload)


def member_answered(entry: HistoryEntry, event: ConversationEvent, _: str) -> None:
    answered = event.member_answered
    entry.author_kind, entry.author, entry.message_id = AUTHOR_KIND_AGENT, answered.agent, answered.message_id
    entry.payload.extend(answered.payload)


def agent_said(entry: HistoryEntry, event: ConversationEvent, _: str) -> None:
    said = event.agent_said
    entry.author_kind, entry.author, entry.message_id = AUTHOR_KIND_AGENT, said.agent, said.message_id
    entry.payload.extend(said.payload)
