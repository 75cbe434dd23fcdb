"""What a contact is at one moment, and what each kind of event changes in it. Pure: no clock, no I/O."""

import copy
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from google.protobuf.struct_pb2 import Struct

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.contact_pb2 import Contact
from botmesh.v1.conversation_pb2 import ContactValues, Conversation, ConversationEvent
from botmesh_conversations.model.structs import merge, remove_nulls
from botmesh_conversations.model.variables import Variables
from botmesh_service.times import seconds_of

_MAX_IDS = 1000
_MAX_SHARED = 64
_MAX_ENDED = 32


@dataclass(slots=True)
class ContactState:
    """A contact as the fold knows it."""

    view: Contact = field(default_factory=lambda: Contact(fields=Struct()))
    """What others see of it."""
    variables: Variables = field(default_factory=Variables)
    """The contact's context."""
    merged_into: str = ""
    """The contact that it was merged into."""
    shared: int = 0
    """The sequence of the last event that its conversations carry, too."""
    recent: deque[ConversationEvent] = field(default_factory=lambda: deque(maxlen=_MAX_SHARED))
    """The newest events that its conversations carry."""
    openings: dict[str, pb.ConversationOpened] = field(default_factory=dict)
    """The first events of open conversations that somebody else than the contact opened."""
    ended: deque[str] = field(default_factory=lambda: deque(maxlen=_MAX_ENDED))
    """Conversations that ended, the newest last: a repeated message may stand in one of them."""
    last_on: dict[str, str] = field(default_factory=dict)
    """By channel: the conversation that ended last."""
    form_ids: dict[str, int] = field(default_factory=dict)
    """The newest ids of forms that were taken in, with their sequence."""

    @property
    def is_known(self) -> bool:
        """Whether the contact exists."""
        return bool(self.view.contact_id)

    def open_on(self, channel: str) -> str:
        """The newest open conversation on a channel; empty: none."""
        return next((one.conversation_id for one in reversed(self.view.conversations) if one.channel == channel), "")

    def has_address(self, address: pb.Address) -> bool:
        """Whether an address is the contact's."""
        return any(key_of(known) == key_of(address) for known in self.view.addresses)

    def values(self, now: float) -> ContactValues:
        """What its conversations take over at the time `now`, in seconds since the epoch."""
        view = self.view
        values = ContactValues(
            status=view.status,
            mode=view.mode,
            tags=view.tags,
            fields=view.fields if view.fields.fields else None,
            language=view.language,
            assigned_agent=view.assigned_agent,
        )
        if view.HasField("paused_until"):
            if seconds_of(view.paused_until) <= now:
                values.status = pb.CONVERSATION_STATUS_ACTIVE
            else:
                values.paused_until.CopyFrom(view.paused_until)
        return values

    def shared_after(self, sequence: int) -> list[ConversationEvent] | None:
        """The events after `sequence` that conversations carry; None: some of them are no longer in memory."""
        if self.shared <= sequence:
            return []
        if self.recent.maxlen == len(self.recent) and self.recent[0].sequence > sequence + 1:
            return None
        return [event for event in self.recent if event.sequence > sequence]

    def fork(self) -> "ContactState":
        """A copy that can go its own way."""
        fork = copy.copy(self)
        fork.view = Contact()
        fork.view.CopyFrom(self.view)
        fork.variables = copy.deepcopy(self.variables)
        for name in ("recent", "openings", "ended", "last_on", "form_ids"):
            setattr(fork, name, copy.copy(getattr(self, name)))
        return fork


def key_of(address: pb.Address) -> tuple[str, str]:
    """What two addresses have in common that are the same: they are kept in NFC."""
    return address.channel, address.text


def created(state: ContactState, event: ConversationEvent) -> None:
    view = state.view
    view.contact_id, view.account_id = event.contact_created.contact_id, event.contact_created.account_id
    view.status = pb.CONVERSATION_STATUS_ACTIVE
    view.created_at.CopyFrom(event.time)


def address_linked(state: ContactState, event: ConversationEvent) -> None:
    _set_addresses(state, [*state.view.addresses, event.address_linked.address])


def address_unlinked(state: ContactState, event: ConversationEvent) -> None:
    gone = key_of(event.address_unlinked.address)
    _set_addresses(state, [address for address in state.view.addresses if key_of(address) != gone])


def conversation_begun(state: ContactState, event: ConversationEvent) -> None:
    begun = event.conversation_begun
    state.view.conversations.add(conversation_id=begun.conversation_id, channel=begun.channel)
    if begun.HasField("opened"):
        state.openings[begun.conversation_id] = begun.opened


def conversation_ended(state: ContactState, event: ConversationEvent) -> None:
    ended = event.conversation_ended.conversation_id
    state.openings.pop(ended, None)
    remaining = []
    for known in state.view.conversations:
        if known.conversation_id == ended:
            state.last_on[known.channel] = ended
            state.ended.append(ended)
        else:
            remaining.append(known)
    del state.view.conversations[:]
    state.view.conversations.extend(remaining)


def merged_into(state: ContactState, event: ConversationEvent) -> None:
    state.merged_into = event.contact_merged_into.contact_id


def merged(state: ContactState, event: ConversationEvent) -> None:
    merged = event.contact_merged
    _set_addresses(state, [*state.view.addresses, *merged.addresses])
    state.view.conversations.extend(merged.conversations)
    state.view.merged_ids.extend([merged.contact_id, *merged.merged_ids])


def status_changed(state: ContactState, event: ConversationEvent) -> None:
    changed = event.status_changed
    seconds_of(changed.until)  # raises for an end that is no time: the event is left out, and told
    state.view.status = changed.status
    state.view.ClearField("paused_until")
    if changed.HasField("until"):
        state.view.paused_until.CopyFrom(changed.until)


def mode_changed(state: ContactState, event: ConversationEvent) -> None:
    state.view.mode = event.mode_changed.mode


def tags_changed(state: ContactState, event: ConversationEvent) -> None:
    set_tags(state.view, event.tags_changed)


def fields_changed(state: ContactState, event: ConversationEvent) -> None:
    merge(state.view.fields, event.fields_changed.values)
    remove_nulls(state.view.fields, event.fields_changed.values)


def form_submitted(state: ContactState, event: ConversationEvent) -> None:
    merge(state.view.fields, event.form_submitted.values)
    state.form_ids[event.form_submitted.submission_id] = event.sequence
    if len(state.form_ids) > _MAX_IDS:
        del state.form_ids[next(iter(state.form_ids))]


def action_fired(state: ContactState, event: ConversationEvent) -> None:
    if not event.acting_conversation_id:  # else they are that conversation's
        state.variables.set_values(event.action_fired.values)


def language_changed(state: ContactState, event: ConversationEvent) -> None:
    state.view.language = event.language_changed.language


def agent_assigned(state: ContactState, event: ConversationEvent) -> None:
    state.view.assigned_agent = event.agent_assigned.agent


def context_changed(state: ContactState, event: ConversationEvent) -> None:
    state.variables.apply(event)


def set_tags(view: Contact | Conversation, changed: pb.TagsChanged) -> None:
    """Add and remove tags, which stay sorted."""
    ordered = sorted((set(view.tags) | set(changed.added)) - set(changed.removed))
    del view.tags[:]
    view.tags.extend(ordered)


def _set_addresses(state: ContactState, addresses: Iterable[pb.Address]) -> None:
    ordered = sorted({key_of(address): address for address in addresses}.items())
    unchanged = [pb.Address(channel=channel, text=text) for (channel, text), _ in ordered]
    del state.view.addresses[:]
    state.view.addresses.extend(unchanged)
