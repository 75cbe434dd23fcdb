"""What may happen to a contact: each rule looks at the state and gives the events, or refuses. Pure."""

import unicodedata
from collections.abc import Iterable, Sequence

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from botmesh.errors import ConversationOpen, ConversationStopped, InvalidField, MessageTooLarge, QuotaExceeded
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import Address, ConversationEvent
from botmesh.v1.transfer_pb2 import (
    CONVERSATION_MODE_SUGGESTIVE,
    TRANSFER_INITIATOR_OPERATOR,
    ConversationMode,
    TransferInitiator,
)
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.model.structs import changed
from botmesh_conversations.model.variables import check_size
from botmesh_service.times import seconds_of

MAX_TAGS = 256
"""Of a contact."""
MAX_ADDRESSES = 64
"""Of a contact."""
MAX_OPEN = 64
"""Open conversations of a contact."""
_MAX_TEXT = 128
_MAX_ADDRESS = 256
_MAX_LANGUAGE = 35
_STRICTNESS = {
    pb.CONVERSATION_STATUS_UNSPECIFIED: 0,
    pb.CONVERSATION_STATUS_ACTIVE: 0,
    pb.CONVERSATION_STATUS_PAUSED: 1,
    pb.CONVERSATION_STATUS_STOPPED: 2,
}

Events = list[ConversationEvent]


def check_text(field: str, text: str, max_characters: int = _MAX_TEXT) -> str:
    """`text` in NFC, or InvalidField if it is no free text of 1 to `max_characters` without control characters."""
    normal = unicodedata.normalize("NFC", text)
    if not 0 < len(normal) <= max_characters or any(unicodedata.category(one) in ("Cc", "Cs") for one in normal):
        raise InvalidField(
            f"{field} must be 1 to {max_characters} characters without control characters",
            field=field,
            value=text[:80],
        )
    return normal


def check_address(field: str, address: Address) -> Address:
    """The address in NFC.

    Raises:
        InvalidField: its channel or its text is empty, too long, or has control characters.
    """
    return Address(
        channel=check_text(f"{field}.channel", address.channel),
        text=check_text(f"{field}.text", address.text, _MAX_ADDRESS),
    )


def check_language(language: str) -> str:
    """`language`, or InvalidField if it cannot be a BCP 47 tag; empty is one that is not known."""
    parts = language.split("-")
    is_tag = all(part.isascii() and part.isalnum() and len(part) <= 8 for part in parts)  # noqa: PLR2004 - BCP 47
    if language and (len(language) > _MAX_LANGUAGE or not is_tag):
        text = f'language must be a BCP 47 tag such as "de-AT" but is {language[:80]!r}'
        raise InvalidField(text, field="language", value=language[:80])
    return language


def check_end(status: int, until: Timestamp | None, now: float) -> None:
    """Refuse an end of a status that has none, or one that is over.

    Raises:
        InvalidField: `until`.
    """
    if until is None:
        return
    if status != pb.CONVERSATION_STATUS_PAUSED:
        raise InvalidField("only a pause has an end: leave it out, or pause", field="until", value=until.seconds)
    if seconds_of(until) <= now:
        raise InvalidField("the pause would be over already: give a later end", field="until", value=until.seconds)


def check_pause(current: int, wanted: int) -> None:
    """Refuse to pause what is stopped: it would be answered again when the pause ends.

    Raises:
        ConversationStopped: it is to be activated first.
    """
    if current == pb.CONVERSATION_STATUS_STOPPED and wanted == pb.CONVERSATION_STATUS_PAUSED:
        raise ConversationStopped("it is stopped, and a pause would end that: activate it first")


def create(state: ContactState, account: str, contact: str) -> Events:
    """Make a contact known; nothing if it is."""
    if state.is_known:
        return []
    return [ConversationEvent(contact_created=pb.ContactCreated(account_id=account, contact_id=contact))]


def link(state: ContactState, address: Address) -> Events:
    """Add an address; nothing if the contact has it."""
    if state.has_address(address):
        return []
    if len(state.view.addresses) >= MAX_ADDRESSES:
        text = f"a contact has at most {MAX_ADDRESSES} addresses: unlink one"
        raise QuotaExceeded(text, limit=MAX_ADDRESSES, field="address")
    return [ConversationEvent(address_linked=pb.AddressLinked(address=address))]


def unlink(state: ContactState, address: Address) -> Events:
    """Remove an address; nothing if the contact does not have it."""
    if not state.has_address(address):
        return []
    return [ConversationEvent(address_unlinked=pb.AddressUnlinked(address=address))]


def begin(state: ContactState, conversation: str, channel: str, opened: pb.ConversationOpened | None = None) -> Events:
    """Note a conversation that begins; nothing if it is noted. `opened`: what somebody else opens it with.

    Raises:
        ConversationOpen: somebody else opens it, and the contact has one on the channel.
        ConversationStopped: somebody else opens it, and the contact is stopped.
        QuotaExceeded: the contact has 64 open ones.
    """
    if any(known.conversation_id == conversation for known in state.view.conversations):
        return []
    if opened is not None:
        is_open = state.open_on(channel)
        if is_open:
            text = f"conversation {is_open} is open on {channel}: transfer it, or close it first"
            raise ConversationOpen(text, conversation_id=is_open)
        if state.view.status == pb.CONVERSATION_STATUS_STOPPED:
            raise ConversationStopped("the contact is stopped: activate it before a conversation is opened")
    if len(state.view.conversations) >= MAX_OPEN:
        text = f"a contact has at most {MAX_OPEN} open conversations: close one"
        raise QuotaExceeded(text, limit=MAX_OPEN, field="conversation_id")
    begun = pb.ConversationBegun(conversation_id=conversation, channel=channel, opened=opened)
    return [ConversationEvent(conversation_begun=begun)]


def end(state: ContactState, conversation: str) -> Events:
    """Note that a conversation is open no more; nothing if that is noted."""
    if not any(known.conversation_id == conversation for known in state.view.conversations):
        return []
    ended = pb.ConversationEnded(conversation_id=conversation)
    return [ConversationEvent(conversation_ended=ended)]


def set_status(state: ContactState, changed_to: pb.StatusChanged, now: float, *, again: bool = False) -> Events:
    """Activate, pause or stop; nothing if it stands so, unless `again`: a conversation has a status of its own."""
    current = state.values(now)
    check_pause(current.status, changed_to.status)
    same_end = current.HasField("paused_until") == changed_to.HasField("until")
    if current.HasField("paused_until"):
        same_end = same_end and current.paused_until == changed_to.until
    is_over = state.view.status != current.status
    if current.status == changed_to.status and same_end and not is_over and not again:
        return []
    return [ConversationEvent(status_changed=changed_to)]


def set_mode(state: ContactState, mode: ConversationMode, *, again: bool = False) -> Events:
    """How replies go out; nothing if it stands so, unless `again`: a conversation has a mode of its own."""
    return [] if state.view.mode == mode and not again else [ConversationEvent(mode_changed=pb.ModeChanged(mode=mode))]


def set_tags(state: ContactState, add: Sequence[str], remove: Sequence[str]) -> Events:
    """Add and remove tags; nothing if all stands so."""
    added = [tag for tag in dict.fromkeys(add) if tag not in state.view.tags]
    removed = [tag for tag in dict.fromkeys(remove) if tag in state.view.tags]
    if not added and not removed:
        return []
    if len(state.view.tags) + len(added) - len(removed) > MAX_TAGS:
        raise QuotaExceeded(f"a contact has at most {MAX_TAGS} tags: remove some", limit=MAX_TAGS, field="add")
    return [ConversationEvent(tags_changed=pb.TagsChanged(added=added, removed=removed))]


def set_fields(state: ContactState, values: Struct) -> Events:
    """Update fields: those that have another value now."""
    check_size(state.view.fields, values)
    new = changed(state.view.fields, values)
    return [ConversationEvent(fields_changed=pb.FieldsChanged(values=new))] if new.fields else []


def set_language(state: ContactState, language: str) -> Events:
    """The language that the contact is spoken to in; nothing if it stands so."""
    if state.view.language == language:
        return []
    return [ConversationEvent(language_changed=pb.LanguageChanged(language=language))]


def assign(state: ContactState, agent: str, initiator: TransferInitiator, reason: str) -> Events:
    """Who owns new conversations; open ones are handed to it. Nothing if it stands so."""
    if state.view.assigned_agent == agent:
        return []
    assigned = pb.AgentAssigned(agent=agent, initiator=initiator, reason=reason)
    return [ConversationEvent(agent_assigned=assigned)]


def submit_form(state: ContactState, submitted: pb.FormSubmitted) -> Events:
    """Take in a form; a repeat is nothing new."""
    if submitted.submission_id in state.form_ids:
        return []
    check_size(state.view.fields, submitted.values)
    return [ConversationEvent(form_submitted=submitted)]


def fire_action(state: ContactState, fired: pb.ActionFired) -> Events:
    """Take in that something happened."""
    check_size(state.variables.values, fired.values)
    return [ConversationEvent(action_fired=fired)]


def take_in(state: ContactState, conversation: str, decided: Sequence[ConversationEvent], now: float) -> Events:
    """Take over what triggers decided in a conversation for its contact; nothing of what stands so."""
    events: Events = []
    for event in decided:
        if event.HasField("tags_changed"):
            events += set_tags(state, event.tags_changed.added, event.tags_changed.removed)
        elif event.HasField("status_changed"):
            events += set_status(state, event.status_changed, now)
    for event in events:
        event.acting_conversation_id, event.for_contact = conversation, True
    return events


def merge_into(state: ContactState, remaining: str) -> Events:
    """Make a contact part of another one: from now on it takes nothing in. Nothing if it is."""
    if state.merged_into:
        return []
    return [ConversationEvent(contact_merged_into=pb.ContactMergedInto(contact_id=remaining))]


def take_over(state: ContactState, merged: ContactState, now: float) -> Events:
    """Take over all that a contact had that was merged into this one. Nothing if that is done."""
    if merged.view.contact_id in state.view.merged_ids:
        return []
    mine, other = state.values(now), merged.values(now)
    events = [
        ConversationEvent(
            contact_merged=pb.ContactMerged(
                contact_id=merged.view.contact_id,
                addresses=merged.view.addresses,
                conversations=merged.view.conversations,
                merged_ids=merged.view.merged_ids,
            )
        )
    ]
    events += _stricter_status(mine, other, f"merged with {merged.view.contact_id}")
    if other.mode == CONVERSATION_MODE_SUGGESTIVE:
        events += set_mode(state, other.mode)
    added = [tag for tag in other.tags if tag not in mine.tags][: MAX_TAGS - len(mine.tags)]
    if added:
        events.append(ConversationEvent(tags_changed=pb.TagsChanged(added=added)))
    fields = _missing(mine.fields, other.fields)
    if fields.fields:
        events.append(ConversationEvent(fields_changed=pb.FieldsChanged(values=fields)))
    if other.language and not mine.language:
        events += set_language(state, other.language)
    if other.assigned_agent and not mine.assigned_agent:
        events += assign(state, other.assigned_agent, TRANSFER_INITIATOR_OPERATOR, "merged")
    missing = _missing(state.variables.values, merged.variables.values)
    if missing.fields:
        events.append(ConversationEvent(context_changed=pb.ContextChanged(values=missing)))
    return events


def adopt(state: ContactState, conversations: Iterable[pb.Conversation], account: str, contact: str) -> Events:
    """Make a contact known by conversations that began before contacts were kept, the oldest first.

    A contact that was stopped in one conversation is stopped; a pause stays that of its conversation. Tags are united;
    of a field the newest conversation's value holds.
    """
    known = {*state.ended, *(one.conversation_id for one in state.view.conversations)}
    unknown = [one for one in conversations if one.conversation_id not in known]
    if not unknown:
        return []
    events = create(state, account, contact)
    tags: dict[str, None] = {}
    fields = Struct()
    stopped = False
    for conversation in unknown:
        begun = pb.ConversationBegun(conversation_id=conversation.conversation_id, channel=conversation.channel)
        events.append(ConversationEvent(conversation_begun=begun))
        tags |= dict.fromkeys(conversation.tags)
        for name, value in conversation.fields.fields.items():
            fields.fields[name].CopyFrom(value)
        stopped = stopped or conversation.status == pb.CONVERSATION_STATUS_STOPPED
    if tags:
        events.append(ConversationEvent(tags_changed=pb.TagsChanged(added=sorted(tags)[:MAX_TAGS])))
    if fields.fields and _fits(Struct(), fields):
        events.append(ConversationEvent(fields_changed=pb.FieldsChanged(values=fields)))
    if stopped and state.view.status != pb.CONVERSATION_STATUS_STOPPED:
        status = pb.StatusChanged(status=pb.CONVERSATION_STATUS_STOPPED, reason="one of its conversations was stopped")
        events.append(ConversationEvent(status_changed=status))
    return events


def _stricter(mine: pb.ContactValues, other: pb.ContactValues) -> pb.ContactValues:
    """Whose status holds: of two pauses the one that ends later."""
    if _STRICTNESS[mine.status] != _STRICTNESS[other.status]:
        return mine if _STRICTNESS[mine.status] > _STRICTNESS[other.status] else other
    if other.status != pb.CONVERSATION_STATUS_PAUSED or not mine.HasField("paused_until"):
        return mine
    if other.HasField("paused_until") and seconds_of(other.paused_until) <= seconds_of(mine.paused_until):
        return mine
    return other


def _stricter_status(mine: pb.ContactValues, other: pb.ContactValues, reason: str) -> Events:
    """The other's status, if it holds."""
    if _stricter(mine, other) is mine:
        return []
    changed_to = pb.StatusChanged(status=other.status, reason=reason)
    if other.HasField("paused_until"):
        changed_to.until.CopyFrom(other.paused_until)
    return [ConversationEvent(status_changed=changed_to)]


def _missing(mine: Struct, other: Struct) -> Struct:
    """What the other has and mine does not, as far as all of it fits."""
    missing = Struct()
    for name, value in other.fields.items():
        if name not in mine.fields:
            missing.fields[name].CopyFrom(value)
            if not _fits(mine, missing):
                del missing.fields[name]
    return missing


def _fits(current: Struct, values: Struct) -> bool:
    """Whether values may be added: what two contacts had may be too much for one."""
    try:
        check_size(current, values)
    except MessageTooLarge:
        return False
    return True
