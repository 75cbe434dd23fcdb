"""What an event tells to those who wait for something: triggers, and members of a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf.struct_pb2 import Struct

from botmesh.parts import text_of
from botmesh.v1.conversation_pb2 import ConversationEvent


@dataclass(frozen=True, slots=True)
class Signal:
    """What happened, as far as anything can wait for it. What an event does not tell is empty."""

    tags: Sequence[str] = ()
    """Tags that were added."""
    action: str = ""
    """The action that was fired."""
    values: Struct | None = None
    """Fields that were updated."""
    form: str = ""
    """The form that was submitted."""
    text: str | None = None
    """What the contact said; None: it was not the contact."""
    silence: float = 0.0
    """Seconds for which the contact has said nothing."""
    no_owner_ready: bool = False
    """Whether a message waits and no instance of the owner is ready."""


def message_posted(event: ConversationEvent) -> Signal:
    return Signal(text=text_of(event.message_posted.payload))


def tags_changed(event: ConversationEvent) -> Signal:
    return Signal(tags=event.tags_changed.added)


def fields_changed(event: ConversationEvent) -> Signal:
    return Signal(values=event.fields_changed.values)


def form_submitted(event: ConversationEvent) -> Signal:
    return Signal(form=event.form_submitted.form, values=event.form_submitted.values)


def action_fired(event: ConversationEvent) -> Signal:
    return Signal(action=event.action_fired.action)


def silence_noticed(event: ConversationEvent) -> Signal:
    return Signal(silence=event.silence_noticed.seconds)


def owner_away(_: ConversationEvent) -> Signal:
    return Signal(no_owner_ready=True)
