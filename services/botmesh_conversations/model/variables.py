"""Variables of a contact or an account: named values, some for a time."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from google.protobuf.struct_pb2 import Struct

from botmesh.errors import MessageTooLarge
from botmesh.v1.conversation_pb2 import ContextChanged, ConversationEvent
from botmesh.v1.conversation_service_pb2 import GetContextResponse
from botmesh_conversations.model.structs import merge
from botmesh_service.times import seconds_of, timestamp_of

MAX_BYTES = 64 * 1024
"""Of all variables of one conversation, contact or account."""


@dataclass(slots=True)
class Variables:
    """The values, and when some of them expire."""

    values: Struct = field(default_factory=Struct)
    expires_at: dict[str, float] = field(default_factory=dict)
    """Seconds since the epoch; a name that is not in here does not expire."""

    def apply(self, event: ConversationEvent) -> None:
        """Fold the next event; only context_changed says anything about variables."""
        changed = event.context_changed
        for name in (*changed.removed, *changed.values.fields):
            self.values.fields.pop(name, None)
            self.expires_at.pop(name, None)
        for name, value in changed.values.fields.items():
            self.values.fields[name].CopyFrom(value)
            if changed.HasField("expires_at"):
                self.expires_at[name] = seconds_of(changed.expires_at)

    def set_values(self, values: Struct) -> None:
        """Set values for good."""
        for name in values.fields:
            self.expires_at.pop(name, None)
        merge(self.values, values)

    def set(self, values: Struct, now: float, seconds: float | None) -> list[ConversationEvent]:
        """Set values for so many seconds, or until they are deleted; expired ones are removed in the same event.

        Raises:
            MessageTooLarge: there would be too much.
        """
        expired = [name for name, at in self.expires_at.items() if at <= now]
        remaining = Struct()
        remaining.CopyFrom(self.values)
        for name in expired:
            remaining.fields.pop(name, None)
        check_size(remaining, values)
        return [ConversationEvent(context_changed=set_for(values, now, seconds, expired))]

    def delete(self, names: Iterable[str]) -> list[ConversationEvent]:
        """Delete these, or all; nothing if none is there."""
        there = [name for name in (list(names) or list(self.values.fields)) if name in self.values.fields]
        return [ConversationEvent(context_changed=ContextChanged(removed=there))] if there else []

    def get(self, names: Iterable[str], now: float) -> GetContextResponse:
        """These that have not expired; without names, all."""
        return lookup(self.values, self.expires_at, list(names), now)


def set_for(values: Struct, now: float, seconds: float | None, removed: Iterable[str] = ()) -> ContextChanged:
    """Values that are set for so many seconds, or until they are deleted."""
    changed = ContextChanged(values=values, removed=removed)
    if seconds is not None:
        changed.expires_at.CopyFrom(timestamp_of(now + seconds))
    return changed


def check_size(current: Struct, values: Struct) -> None:
    """Refuse values that are too large together with the present ones.

    Raises:
        MessageTooLarge: it is over 64 KiB.
    """
    merged = Struct()
    merged.CopyFrom(current)
    for name, value in values.fields.items():
        merged.fields[name].CopyFrom(value)
    size = merged.ByteSize()
    if size > MAX_BYTES:
        raise MessageTooLarge(
            f"the context would be {size} bytes and the limit is {MAX_BYTES}: keep less, or a reference",
            size=size,
            limit=MAX_BYTES,
            direction="request",
        )


def lookup(values: Struct, expires_at: dict[str, float], names: list[str], now: float) -> GetContextResponse:
    """Those of `names` that are set and have not expired; without names, all."""
    response = GetContextResponse(values=Struct())
    for name in names or list(values.fields):
        expires = expires_at.get(name)
        if name not in values.fields or (expires is not None and expires <= now):
            continue
        response.values.fields[name].CopyFrom(values.fields[name])
        if expires is not None:
            response.expires_at[name].CopyFrom(timestamp_of(expires))
    return response
