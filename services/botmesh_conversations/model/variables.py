"""Variables of a contact or an account: named values, some for a time."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from botmesh.errors import MessageTooLarge
from botmesh.v1.conversation_pb2 import ContextChanged, ConversationEvent
from botmesh.v1.conversation_service_pb2 import GetContextResponse

MOST_BYTES = 64 * 1024
"""Of all variables of one conversation, contact or account."""


@dataclass(slots=True)
class Variables:
    """What is set, and when it ends."""

    values: Struct = field(default_factory=Struct)
    expires_at: dict[str, float] = field(default_factory=dict)
    """Seconds since the epoch; a name that is not in here does not end."""

    def apply(self, event: ConversationEvent) -> None:
        """Take in what happened next."""
        if not event.HasField("context_changed"):
            return
        changed = event.context_changed
        for name in (*changed.removed, *changed.values.fields):
            self.values.fields.pop(name, None)
            self.expires_at.pop(name, None)
        for name, value in changed.values.fields.items():
            self.values.fields[name].CopyFrom(value)
            if changed.HasField("expires_at"):
                self.expires_at[name] = changed.expires_at.ToNanoseconds() / 1e9

    def set(self, values: Struct, seconds: float | None) -> list[ConversationEvent]:
        """Set values for so many seconds, or for good; what has ended goes with the same stroke.

        Raises:
            MessageTooLarge: there would be too much.
        """
        now = time.time()
        ended = [name for name, at in self.expires_at.items() if at <= now]
        kept = Struct()
        kept.CopyFrom(self.values)
        for name in ended:
            kept.fields.pop(name, None)
        check_size(kept, values)
        return [ConversationEvent(context_changed=set_for(values, seconds, ended))]

    def delete(self, names: Iterable[str]) -> list[ConversationEvent]:
        """Delete these, or all; nothing if none is there."""
        there = [name for name in (list(names) or list(self.values.fields)) if name in self.values.fields]
        return [ConversationEvent(context_changed=ContextChanged(removed=there))] if there else []

    def get(self, names: Iterable[str]) -> GetContextResponse:
        """These that have not ended, or all."""
        return lookup(self.values, self.expires_at, list(names))


def set_for(values: Struct, seconds: float | None, removed: Iterable[str] = ()) -> ContextChanged:
    """The fact that values were set for so many seconds, or for good."""
    made = ContextChanged(values=values, removed=removed)
    if seconds is not None:
        made.expires_at.FromNanoseconds(time.time_ns() + int(seconds * 1e9))
    return made


def check_size(kept: Struct, values: Struct) -> None:
    """Refuse what would be too much together.

    Raises:
        MessageTooLarge: it is over 64 KiB.
    """
    merged = Struct()
    merged.CopyFrom(kept)
    for name, value in values.fields.items():
        merged.fields[name].CopyFrom(value)
    size = merged.ByteSize()
    if size > MOST_BYTES:
        raise MessageTooLarge(
            f"the context would be {size} bytes and the limit is {MOST_BYTES}: keep less, or a reference",
            size=size,
            limit=MOST_BYTES,
            direction="request",
        )


def lookup(values: Struct, expires_at: dict[str, float], names: list[str]) -> GetContextResponse:
    """Those of `names` that are there and have not ended; without names, all."""
    found = GetContextResponse(values=Struct())
    now = time.time()
    for name in names or list(values.fields):
        ends = expires_at.get(name)
        if name not in values.fields or (ends is not None and ends <= now):
            continue
        found.values.fields[name].CopyFrom(values.fields[name])
        if ends is not None:
            found.expires_at[name].CopyFrom(Timestamp(seconds=int(ends), nanos=int(ends % 1 * 1e9)))
    return found
