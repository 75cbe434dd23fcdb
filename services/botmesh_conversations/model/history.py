"""What was said in a conversation, told from its events."""

from collections.abc import AsyncGenerator

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.history_pb2 import (
    AUTHOR_KIND_AGENT,
    AUTHOR_KIND_CONTACT,
    AUTHOR_KIND_PERSON,
    AUTHOR_KIND_SYSTEM,
    HistoryEntry,
)
from botmesh_conversations.model.streams import decode
from botmesh_log.event_log import EventLog

_PAGE = 1000


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


async def read_history(log: EventLog, conversation: str, after: int = 0) -> AsyncGenerator[HistoryEntry, None]:
    """All that was said after a sequence, oldest first, from the log itself."""
    contact, epoch, sequence = "", 1, 0
    while True:
        records = await log.read(conversation, sequence + 1, _PAGE)
        for record in records:
            event = decode(record)
            sequence = event.sequence
            if event.HasField("opened"):
                contact = event.opened.contact_id
            elif event.HasField("owner_changed"):
                epoch = event.owner_changed.epoch
            entry = entry_of(event, contact, epoch)
            if entry is not None and sequence > after:
                yield entry
        if not records:
            return
