"""Transfers: how a target is named, and what became of a transfer or of asking for a person."""

from dataclasses import dataclass
from typing import Final

from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner

DESK: Final = "desk"
"""The desk as a target of transfers. An agent of that name cannot be a target."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """The result of a transfer."""

    transferred: bool
    """Whether the target owns the conversation now."""
    owner: str
    """The owner now: an agent's name, or "desk"."""
    epoch: int
    """The conversation's epoch now."""
    reason: str
    """Why the target does not own it; empty: it does."""
    desk: str = ""
    """The desk's answer: assigned, queued or nobody_on_duty; empty: the desk was not asked."""
    queue_position: int = 0
    """The place in the desk's queue, from 1; 0: it is not in the queue."""


@dataclass(frozen=True, slots=True)
class HandedToPerson:
    """The result of asking for a person."""

    outcome: str
    """The desk's answer: assigned, queued or nobody_on_duty."""
    queue_position: int
    """The place in the desk's queue, from 1; 0: it is not in the queue."""
    conversation_id: str
    """The id of the conversation, or of the alert if there was none."""


def owner_named(name: str) -> Owner:
    """The owner that a transfer's target names: an agent, "desk" for the human desk, "desk/anna" for one person."""
    desk, _, person = name.partition("/")
    return Owner(desk=person) if desk == DESK else Owner(agent=name)


def outcome_of(answer: "api.DeskOutcome") -> str:
    """The desk's answer as a word; empty: the desk was not asked."""
    return api.DeskOutcome.Name(answer).removeprefix("DESK_OUTCOME_").lower() if answer else ""
