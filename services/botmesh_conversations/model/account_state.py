"""What an account is at one moment, made from the events of its own stream."""

from dataclasses import dataclass, field

from botmesh.v1.conversation_pb2 import ConversationEvent, PrimaryChanged
from botmesh_conversations.model.variables import Variables


@dataclass(slots=True)
class AccountState:
    """An account's primary agent, the people at its desk and its variables."""

    primary: PrimaryChanged | None = None
    """The agent that was made primary; None: the settings name it."""
    people: dict[str, bool] = field(default_factory=dict)
    """The people who work at the desk, and whether each is on duty now."""
    variables: Variables = field(default_factory=Variables)

    @property
    def on_duty(self) -> list[str]:
        """The people who are on duty, sorted."""
        return sorted(person for person, is_on in self.people.items() if is_on)


def primary_changed(state: AccountState, event: ConversationEvent) -> None:
    state.primary = event.primary_changed


def duty_changed(state: AccountState, event: ConversationEvent) -> None:
    state.people[event.duty_changed.person] = event.duty_changed.on_duty


def context_changed(state: AccountState, event: ConversationEvent) -> None:
    state.variables.apply(event)
