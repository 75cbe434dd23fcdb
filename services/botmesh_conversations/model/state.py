"""What a conversation is at one moment."""

import copy
from collections import deque
from dataclasses import dataclass, field

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import Conversation, Owner
from botmesh.v1.history_pb2 import AUTHOR_KIND_AGENT, AUTHOR_KIND_CONTACT, HistoryEntry
from botmesh.v1.part_pb2 import Part
from botmesh_conversations.model.recent_history import RecentHistory

DESK = "desk"
_MAX_IDS = 1000
_MAX_TRANSFERS = 100
_MAX_MOVES = 32
_FORKED = (
    *("history", "waiting", "message_ids", "came_from", "moves", "transfers", "expires_at", "for_contact"),
    "failed_agents",
)
_MAX_FAILED = 100


@dataclass(slots=True)
class RunningTurn:
    """A turn that has started and not ended, and what it is about."""

    turn_id: str
    epoch: int
    agent: str
    through: int
    transfer_id: str
    handed: pb.OwnerChanged | None
    """The change of owner that it came by."""
    waiting: list[HistoryEntry]
    """What had not been answered when it began."""
    requested_at: int
    opening: pb.ConversationOpening | None = None
    """How the conversation was opened, if this is its first turn and the bot speaks first."""


@dataclass(slots=True)
class State:
    """A conversation as the fold knows it. Bounded: what is older than the newest 256 KiB stands in the log only."""

    view: Conversation = field(default_factory=Conversation)
    """What others see of it."""
    history: RecentHistory = field(default_factory=RecentHistory)
    """What was said of late."""
    entries: int = 0
    """How many things were said in all."""
    waiting: RecentHistory = field(default_factory=RecentHistory)
    """The contact's messages that nobody has answered."""
    latest: HistoryEntry | None = None
    """The contact's latest message, never a bot's words or a handoff text."""
    message_ids: dict[str, int] = field(default_factory=dict)
    """The newest ids of messages that were taken in, with their sequence; the projection has all."""
    answered_through: int = 0
    """The last event that an answered turn covered."""
    dropped_through: int = 0
    """The last event whose suggested answer was dropped: it is not suggested again by itself."""
    away_through: int = 0
    """The newest message for which the owner was found away."""
    failed_agents: dict[str, int] = field(default_factory=dict)
    """The agents that failed in a turn since the last answer, with the last event of that turn."""
    apologised_through: int = 0
    """The newest message for which the contact got an apology."""
    deferred: pb.TransferRequested | None = None
    """The assignment that waits for the end of the turn."""
    unsaid_through: int = 0
    """The last event of a turn that ended without a word while an assignment waited; 0: there is none."""
    turn: RunningTurn | None = None
    transfer: pb.TransferRequested | None = None
    """The transfer that is under way."""
    requested_at: int = 0
    """The sequence of the last request for a transfer."""
    handed: pb.OwnerChanged | None = None
    """The change of owner whose first turn has not begun."""
    came_from: deque[Owner] = field(default_factory=lambda: deque(maxlen=_MAX_MOVES))
    """The owners before, for handing back."""
    moves: deque[tuple[float, str, str]] = field(default_factory=lambda: deque(maxlen=_MAX_MOVES))
    """Changes of owner: when, from whom, to whom."""
    transfers: dict[str, pb.ConversationEvent] = field(default_factory=dict)
    """How the last transfers ended, by id: a repeated request gets the same answer."""
    replies: int = 0
    """Replies of bots so far."""
    said_at: float = 0.0
    """When the last thing was said, seconds since the epoch."""
    worked_at: float = 0.0
    """When the last person at the desk last did something."""
    expires_at: dict[str, float] = field(default_factory=dict)
    """When variables end."""
    silence: pb.SilenceNoticed | None = None
    """The last silence that was noticed."""
    opening: pb.ConversationOpening | None = None
    """How somebody else than the contact opened it, until the owner has had its first turn."""
    closing: pb.ConversationClosed | None = None
    """How it is to end with the turn that runs."""

    for_contact: list[pb.ConversationEvent] = field(default_factory=list)
    """What was decided here for the contact, until the contact has taken it over."""

    @property
    def sequence(self) -> int:
        """The sequence of the last event; 0: it does not exist."""
        return self.view.sequence

    @property
    def last_agent(self) -> str:
        """The agent that has the conversation or had it last; empty: none ever did."""
        return self.view.owner.agent or next((owner.agent for owner in reversed(self.came_from) if owner.agent), "")

    def say(self, entry: HistoryEntry, at: float) -> None:
        """Something was said."""
        self.history.append(entry)
        self.entries += 1
        self.said_at = at
        if entry.author_kind == AUTHOR_KIND_CONTACT:
            self.waiting.append(entry)
            self.latest = entry
        self.replies += entry.author_kind == AUTHOR_KIND_AGENT

    def remember(self, message_id: str, sequence: int) -> None:
        """A message was taken in under this id."""
        self.message_ids[message_id] = sequence
        if len(self.message_ids) > _MAX_IDS:
            del self.message_ids[next(iter(self.message_ids))]

    def taken_in(self, message_id: str) -> int | None:
        """The sequence under which a message was taken in; 0: it never was; None: that is to be looked up."""
        known = self.message_ids.get(message_id)
        return known if known is not None or len(self.message_ids) >= _MAX_IDS else 0

    def close_transfer(self, transfer_id: str, event: pb.ConversationEvent) -> None:
        """No transfer is under way; this is how one ended."""
        self.transfer = None
        self.view.ClearField("transfer")
        if self.deferred is not None and self.deferred.transfer_id == transfer_id:
            self.deferred = None
        if transfer_id:
            self.transfers[transfer_id] = event
        if len(self.transfers) > _MAX_TRANSFERS:
            del self.transfers[next(iter(self.transfers))]

    def answered(self, through: int) -> None:
        """Everything up to there has been answered."""
        self.answered_through = max(self.answered_through, through)
        self.waiting.drop_through(self.answered_through)
        for agent, failed_through in list(self.failed_agents.items()):
            if failed_through <= self.answered_through:
                del self.failed_agents[agent]

    def note_failure(self, agent: str, through: int) -> None:
        """Remember that an agent failed on the messages up to an event."""
        self.failed_agents.pop(agent, None)
        self.failed_agents[agent] = through
        if len(self.failed_agents) > _MAX_FAILED:
            del self.failed_agents[next(iter(self.failed_agents))]

    def has_failed(self, agent: str) -> bool:
        """Whether an agent failed on a message that still waits: it is not given that message again."""
        return bool(self.waiting) and self.failed_agents.get(agent, 0) >= self.waiting.oldest.sequence

    def end_turn(self) -> None:
        """No turn runs any longer."""
        self.turn = None
        self.closing = None
        self.view.turn_id = ""
        self.view.ClearField("suggestion")

    @property
    def is_closed(self) -> bool:
        """Whether it has ended."""
        return self.view.HasField("closed_at")

    def fork(self) -> "State":
        """A copy that can go its own way."""
        fork = copy.copy(self)
        fork.view = Conversation()
        fork.view.CopyFrom(self.view)
        for name in _FORKED:
            setattr(fork, name, copy.copy(getattr(self, name)))
        return fork


def name_of(owner: Owner) -> str:
    """An owner in a word: the agent's name, or "desk"."""
    return owner.agent if owner.WhichOneof("owner") == "agent" else DESK


def words_of(turn: RunningTurn, max_bytes: int) -> list[Part]:
    """What a turn is about: the user message of its transfer and what came later, else the unanswered messages.

    Never a message that was answered. At most `max_bytes` bytes, the newest.
    """
    handed = turn.handed
    if handed is not None and handed.user_message:
        later = [entry for entry in turn.waiting if entry.sequence > turn.requested_at]
        size = sum(part.ByteSize() for part in handed.user_message)
        return [*handed.user_message, *_newest(later, max_bytes - size, at_least_one=False)]
    return _newest(turn.waiting, max_bytes)


def _newest(entries: list[HistoryEntry], max_bytes: int, *, at_least_one: bool = True) -> list[Part]:
    """What was said, oldest first; the newest entries that fit into `max_bytes`."""
    chosen: list[Part] = []
    size = 0
    for entry in reversed(entries):
        size += entry.ByteSize()
        if size > max_bytes and (chosen or not at_least_one):
            break
        chosen[:0] = entry.payload
    return chosen
