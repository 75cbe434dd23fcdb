"""Triggers: what an account wants done when something happens in a conversation. A trigger fires once for an event."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.struct_pb2 import Struct, Value

from botmesh.errors import BotmeshError, TransferToSelf
from botmesh.names import new_id
from botmesh.parts import text_of
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh.v1.part_pb2 import Part
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_TRIGGER, ConversationMode
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.model import rules
from botmesh_conversations.model.fold import apply
from botmesh_conversations.model.keywords import said_of
from botmesh_conversations.model.state import DESK, State, name_of

Events = list[ConversationEvent]


@dataclass(frozen=True, slots=True)
class When:
    """What a trigger waits for: exactly one of these."""

    tag: str = ""
    """A tag is added."""
    action: str = ""
    """An action is fired."""
    field: str = ""
    """A field is updated; with `value`, to that value."""
    value: Any = None
    form: str = ""
    """A form is submitted."""
    keywords: tuple[str, ...] = ()
    """The contact says one of these words or phrases: whole words, in any case."""
    silence: float = 0.0
    """The contact has said nothing for so many seconds after the last answer."""
    no_owner_ready: bool = False
    """A message waits and no instance of the owner is ready."""

    def fits(self, event: ConversationEvent) -> bool:
        """Whether this is it."""
        kind = event.WhichOneof("event") or ""
        return kind in _FITS and _FITS[kind](self, getattr(event, kind))

    def updates(self, values: Struct) -> bool:
        """Whether new values of fields are what it waits for."""
        if not self.field or self.field not in values.fields:
            return False
        return self.value is None or _plain(values.fields[self.field]) == self.value


_FITS: dict[str, Callable[[When, Any], bool]] = {
    "tags_changed": lambda when, it: when.tag in it.added,
    "action_fired": lambda when, it: when.action == it.action,
    "fields_changed": lambda when, it: when.updates(it.values),
    "form_submitted": lambda when, it: when.form == it.form or when.updates(it.values),
    "message_posted": lambda when, it: bool(said_of(when.keywords, text_of(it.payload))),
    "silence_noticed": lambda when, it: when.silence == it.seconds,
    "owner_away": lambda when, _: when.no_owner_ready,
}
"""By kind of event. What a trigger does not wait for is empty, and no event's name is."""


@dataclass(frozen=True, slots=True)
class Only:
    """Where a trigger holds; what is empty holds everywhere."""

    channels: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    without_tags: frozenset[str] = frozenset()

    def holds(self, state: State) -> bool:
        """Whether it holds for a conversation as it stands."""
        tags = set(state.view.tags)
        return (
            (not self.channels or state.view.channel in self.channels)
            and (not self.owners or name_of(state.view.owner) in self.owners)
            and self.tags <= tags
            and not self.without_tags & tags
        )


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the conversation to an agent, or to the desk."""

    to: str
    fallback: str = ""
    mode: ConversationMode = ConversationMode.CONVERSATION_MODE_UNSPECIFIED
    handoff_message: str = ""
    intent: str = ""
    message: str = ""
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Enable, disable or pause whoever answers."""

    status: pb.ConversationStatus
    seconds: float | None = None
    """How long a pause lasts; None: until somebody ends it."""


@dataclass(frozen=True, slots=True)
class AddTag:
    """Add a tag; other triggers may wait for it."""

    tag: str


@dataclass(frozen=True, slots=True)
class Trigger:
    """When something happens, then do these, in order."""

    name: str
    when: When
    then: Sequence[Assign | SetStatus | AddTag]
    only: Only = field(default_factory=Only)


def react(live: ConversationAggregate, batch: Events, offer_seconds: float) -> Events:
    """The batch with what the account's triggers make of it: both are written together, or neither is."""
    triggers = live.account.triggers
    if not any(trigger.when.fits(event) for event in batch for trigger in triggers):
        return batch
    state = live.state.fork()
    written: Events = []

    def take(events: Events) -> None:
        for event in events:
            event.conversation_id, event.sequence = live.id, live.sequence + len(written) + 1
            event.time.GetCurrentTime()
            apply(state, event)
            written.append(event)

    take(batch)
    for cause in written:  # it grows meanwhile: what one trigger does can be another's cause
        for trigger in triggers:
            if trigger.when.fits(cause) and trigger.only.holds(state):
                take(_fire(live, trigger, cause.sequence, state, offer_seconds))
    return written


def _fire(live: ConversationAggregate, trigger: Trigger, cause: int, state: State, offer_seconds: float) -> Events:
    """What a trigger does now; nothing if all of it is so already."""
    fired = pb.TriggerFired(trigger=trigger.name, cause_sequence=cause)
    ahead = state.fork()
    done: Events = []
    for action in trigger.then:
        try:
            events = _do(live, trigger, action, ahead, offer_seconds)
        except TransferToSelf:
            continue  # it is there already
        except BotmeshError as error:
            fired.refusal = f"{error.reason}: {error.text}"
            continue
        for event in events:
            event.sequence = ahead.sequence + 1
            event.time.GetCurrentTime()
            apply(ahead, event)
        done += events
    return [ConversationEvent(trigger_fired=fired), *done] if done or fired.refusal else []


def _do(
    live: ConversationAggregate,
    trigger: Trigger,
    action: Assign | SetStatus | AddTag,
    state: State,
    offer_seconds: float,
) -> Events:
    if isinstance(action, AddTag):
        if action.tag in state.view.tags:
            return []
        return [ConversationEvent(tags_changed=pb.TagsChanged(added=[action.tag]))]
    if isinstance(action, SetStatus):
        changed = pb.StatusChanged(status=action.status, reason=f"trigger {trigger.name}")
        if action.seconds is not None:
            changed.until.FromNanoseconds(time.time_ns() + int(action.seconds * 1e9))
        return rules.set_status(state, changed)
    if action.to != DESK:
        live.account.routing.refuse_internal(action.to)
    wanted = TransferConversationRequest(
        target=_owner(action.to),
        transfer_id=new_id(),
        initiator=TRANSFER_INITIATOR_TRIGGER,
        intent_id=action.intent,
        user_message=[Part(text=action.message)] if action.message else (),
        handoff_message=[Part(text=action.handoff_message)] if action.handoff_message else (),
        reason=f"trigger {trigger.name}",
        mode=action.mode,
        fallback=_owner(action.fallback) if action.fallback else None,
    )
    wanted.context.update(action.context)
    return rules.request_transfer(state, wanted, time.time(), offer_seconds)


def _owner(name: str) -> Owner:
    return Owner(desk="") if name == DESK else Owner(agent=name)


def _plain(value: Value) -> Any:
    return getattr(value, value.WhichOneof("kind") or "null_value")
