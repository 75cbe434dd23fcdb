"""A trigger as data: what it waits for, where it holds, and what it does."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.struct_pb2 import Struct

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.contact_pb2 import Contact
from botmesh.v1.transfer_pb2 import ConversationMode
from botmesh_conversations.model.keywords import said_of
from botmesh_conversations.model.signals import Signal
from botmesh_conversations.model.state import State, name_of


@dataclass(frozen=True, slots=True)
class When:
    """What a trigger waits for: exactly one of these is set."""

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

    def matches(self, signal: Signal) -> bool:
        """Whether the trigger waits for this."""
        if self.keywords and signal.text is not None:
            return bool(said_of(self.keywords, signal.text))
        if self.field and signal.values is not None:
            return self._is_updated(signal.values)
        return (
            (self.tag != "" and self.tag in signal.tags)
            or (self.action != "" and self.action == signal.action)
            or (self.form != "" and self.form == signal.form)
            or (self.silence > 0 and self.silence == signal.silence)
            or (self.no_owner_ready and signal.no_owner_ready)
        )

    def _is_updated(self, values: Struct) -> bool:
        if self.field not in values.fields:
            return False
        value = values.fields[self.field]
        return self.value is None or getattr(value, value.WhichOneof("kind") or "null_value") == self.value


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

    def holds_of_contact(self, contact: Contact) -> bool:
        """Whether it holds for a contact outside of a conversation: its channels are those of its addresses."""
        tags = set(contact.tags)
        return (
            (not self.channels or any(address.channel in self.channels for address in contact.addresses))
            and (not self.owners or contact.assigned_agent in self.owners)
            and self.tags <= tags
            and not self.without_tags & tags
        )


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the conversation to an agent, or to the desk."""

    to: str
    """The agent's name, or "desk"."""
    fallback: str = ""
    """Takes over if the agent does not accept; empty: the owner keeps it."""
    mode: ConversationMode = ConversationMode.CONVERSATION_MODE_UNSPECIFIED
    handoff_message: str = ""
    intent: str = ""
    message: str = ""
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetStatus:
    """Enable, disable or pause the agent that answers."""

    status: pb.ConversationStatus
    seconds: float | None = None
    """How long a pause lasts; None: until it is ended."""


@dataclass(frozen=True, slots=True)
class AddTag:
    """Add a tag; other triggers may wait for it."""

    tag: str


@dataclass(frozen=True, slots=True)
class Begin:
    """Open a conversation with the contact on a channel, in which an agent speaks first."""

    channel: str
    agent: str = ""
    """Empty: the contact's assigned agent, else the primary."""
    intent: str = ""
    context: dict[str, Any] = field(default_factory=dict)


Action = Assign | SetStatus | AddTag | Begin


@dataclass(frozen=True, slots=True)
class Trigger:
    """When something happens, then do these, in order."""

    name: str
    when: When
    then: Sequence[Action]
    only: Only = field(default_factory=Only)
