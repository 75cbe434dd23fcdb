"""The entries of a conversation's history, made from its events."""

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.history_pb2 import (
    AUTHOR_KIND_AGENT,
    AUTHOR_KIND_CONTACT,
    AUTHOR_KIND_PERSON,
    AUTHOR_KIND_SYSTEM,
    HistoryEntry,
)


def entry_of(event: ConversationEvent, contact: str, epoch: int) -> HistoryEntry | None:
    """What an event adds to the history; None: nothing."""
    kind = event.WhichOneof("event")
    entry = HistoryEntry(sequence=event.sequence, timestamp=event.time, epoch=epoch)
    if kind == "message_posted":
        entry.author_kind, entry.author = AUTHOR_KIND_CONTACT, contact
        entry.message_id = event.message_posted.message_id
        entry.payload.extend(event.message_posted.payload)
    elif kind == "turn_finished":
        finished = event.turn_finished
        entry.author_kind = AUTHOR_KIND_AGENT if finished.agent else AUTHOR_KIND_SYSTEM
        entry.author, entry.message_id = finished.agent, finished.turn_id
        entry.payload.extend(finished.payload)
    elif kind == "owner_changed":
        entry.author_kind, entry.epoch = AUTHOR_KIND_SYSTEM, event.owner_changed.epoch
        entry.payload.extend(event.owner_changed.handoff_message)
    elif kind == "person_replied" and not event.person_replied.note:
        replied = event.person_replied
        entry.author_kind, entry.author, entry.message_id = AUTHOR_KIND_PERSON, replied.person, replied.message_id
        entry.payload.extend(replied.payload)
    elif kind == "member_answered":
        answered = event.member_answered
        entry.author_kind, entry.author, entry.message_id = AUTHOR_KIND_AGENT, answered.agent, answered.message_id
        entry.payload.extend(answered.payload)
    elif kind == "agent_said":
        said = event.agent_said
        entry.author_kind, entry.author, entry.message_id = AUTHOR_KIND_AGENT, said.agent, said.message_id
        entry.payload.extend(said.payload)
    return entry if entry.payload else None
