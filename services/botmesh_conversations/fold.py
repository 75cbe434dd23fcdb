"""What a conversation is, told from what happened in it. Pure: no clock, no I/O."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from google.protobuf.struct_pb2 import Struct

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent, Owner
from botmesh.v1.history_pb2 import (
    AUTHOR_KIND_AGENT,
    AUTHOR_KIND_CONTACT,
    AUTHOR_KIND_PERSON,
    AUTHOR_KIND_SYSTEM,
    AuthorKind,
    HistoryEntry,
)
from botmesh.v1.part_pb2 import Part

VERSION = 1
"""Changes whenever the fold does: snapshots of another version are thrown away."""

_MOVES_KEPT = 32
DESK = "desk"


@dataclass(slots=True)
class RunningTurn:
    """A turn that has started and not ended."""

    turn_id: str
    epoch: int
    agent: str
    through: int
    transfer_id: str


@dataclass(slots=True)
class State:
    """A conversation as the fold knows it."""

    view: Conversation = field(default_factory=Conversation)
    """What others see of it."""
    history: list[HistoryEntry] = field(default_factory=list)
    message_ids: dict[str, int] = field(default_factory=dict)
    """Ids of messages that were taken in, with their sequence."""
    answered_through: int = 0
    """The last event that an answered turn covered."""
    dropped_through: int = 0
    """The last event whose suggested answer was dropped: it is not suggested again by itself."""
    turn: RunningTurn | None = None
    transfer: pb.TransferRequested | None = None
    """The transfer that is under way."""
    requested_at: int = 0
    """The sequence of the last request for a transfer."""
    handed: pb.OwnerChanged | None = None
    """The change of owner whose first turn has not begun."""
    came_from: list[Owner] = field(default_factory=list)
    """The owners before, for handing back."""
    moves: deque[tuple[float, str, str]] = field(default_factory=lambda: deque(maxlen=_MOVES_KEPT))
    """Changes of owner: when, from whom, to whom."""
    transfers: dict[str, pb.ConversationEvent] = field(default_factory=dict)
    """How transfers ended, by id: a repeated request gets the same answer."""

    @property
    def sequence(self) -> int:
        """The sequence of the last event; 0: it does not exist."""
        return self.view.sequence

    @property
    def unanswered(self) -> list[HistoryEntry]:
        """The contact's messages that nobody has answered."""
        return [
            entry
            for entry in self.history
            if entry.sequence > self.answered_through and entry.author_kind == AUTHOR_KIND_CONTACT
        ]

    def latest_message(self) -> HistoryEntry | None:
        """The contact's latest message, never a bot's words or a handoff text."""
        return next((one for one in reversed(self.history) if one.author_kind == AUTHOR_KIND_CONTACT), None)

    def apply(self, event: ConversationEvent) -> None:
        """Take in what happened next."""
        kind = event.WhichOneof("event")
        self.view.sequence = event.sequence
        self.view.updated_at.CopyFrom(event.time)
        if kind is not None:
            _APPLY[kind](self, event)
        self.view.unanswered = len(self.unanswered)

    def add_entry(self, event: ConversationEvent, kind: AuthorKind, author: str, payload: Sequence[Part]) -> None:
        """Something that was said."""
        entry = HistoryEntry(
            sequence=event.sequence,
            author_kind=kind,
            author=author,
            payload=payload,
            timestamp=event.time,
            epoch=self.view.epoch,
        )
        self.history.append(entry)

    def end_turn(self) -> None:
        """No turn runs any longer."""
        self.turn = None
        self.view.turn_id = ""
        self.view.ClearField("suggestion")


def name_of(owner: Owner) -> str:
    """An owner in a word: the agent's name, or "desk"."""
    return owner.agent if owner.WhichOneof("owner") == "agent" else DESK


def fold(events: Sequence[ConversationEvent]) -> State:
    """The state after `events`."""
    state = State()
    for event in events:
        state.apply(event)
    return state


def _opened(state: State, event: ConversationEvent) -> None:
    opened = event.opened
    state.view.MergeFrom(
        Conversation(
            conversation_id=event.conversation_id,
            account_id=opened.account_id,
            channel=opened.channel,
            contact_id=opened.contact_id,
            owner=opened.owner,
            epoch=1,
            status=pb.CONVERSATION_STATUS_ACTIVE,
            mode=opened.mode,
            opened_at=event.time,
            context=Struct(),
        )
    )


def _message_posted(state: State, event: ConversationEvent) -> None:
    posted = event.message_posted
    state.message_ids[posted.message_id] = event.sequence
    state.add_entry(event, AUTHOR_KIND_CONTACT, state.view.contact_id, posted.payload)
    state.history[-1].message_id = posted.message_id


def _turn_started(state: State, event: ConversationEvent) -> None:
    started = event.turn_started
    state.turn = RunningTurn(
        started.turn_id, started.epoch, started.agent, started.through_sequence, started.transfer_id
    )
    state.view.turn_id = started.turn_id
    state.handed = None


def _turn_finished(state: State, event: ConversationEvent) -> None:
    finished = event.turn_finished
    if finished.payload:
        kind = AUTHOR_KIND_AGENT if finished.agent else AUTHOR_KIND_SYSTEM
        state.add_entry(event, kind, finished.agent, finished.payload)
        state.history[-1].message_id = finished.turn_id
    if state.turn is not None and finished.outcome == pb.TURN_OUTCOME_ANSWERED:
        state.answered_through = max(state.answered_through, state.turn.through)
    state.end_turn()


def _reply_suggested(state: State, event: ConversationEvent) -> None:
    state.view.suggestion.CopyFrom(event.reply_suggested)


def _suggestion_dropped(state: State, _: ConversationEvent) -> None:
    if state.turn is not None:
        state.dropped_through = state.turn.through
    state.end_turn()


def _late_reply(state: State, event: ConversationEvent) -> None:
    """Kept apart: it changes nothing."""


def _transfer_requested(state: State, event: ConversationEvent) -> None:
    requested = event.transfer_requested
    state.transfer = requested
    state.requested_at = event.sequence
    state.view.transfer.CopyFrom(
        pb.OpenTransfer(transfer_id=requested.transfer_id, target=requested.target, expires_at=requested.expires_at)
    )


def _offer_answered(state: State, event: ConversationEvent) -> None:
    """What follows from it stands in the same batch."""


def _owner_changed(state: State, event: ConversationEvent) -> None:
    changed = event.owner_changed
    state.came_from.append(changed.previous)
    at = event.time.ToNanoseconds() / 1e9
    state.moves.append((at, name_of(changed.previous), name_of(changed.owner)))
    state.view.owner.CopyFrom(changed.owner)
    state.view.epoch = changed.epoch
    state.view.context.MergeFrom(changed.context)
    if changed.mode:
        state.view.mode = changed.mode
    state.end_turn()
    _close_transfer(state, event, changed.transfer_id)
    state.handed = changed
    if changed.handoff_message:
        state.add_entry(event, AUTHOR_KIND_SYSTEM, "", changed.handoff_message)


def _transfer_failed(state: State, event: ConversationEvent) -> None:
    _close_transfer(state, event, event.transfer_failed.transfer_id)


def _close_transfer(state: State, event: ConversationEvent, transfer_id: str) -> None:
    state.transfer = None
    state.view.ClearField("transfer")
    if transfer_id:
        state.transfers[transfer_id] = event


def _status_changed(state: State, event: ConversationEvent) -> None:
    changed = event.status_changed
    state.view.status = changed.status
    state.view.ClearField("paused_until")
    if changed.HasField("until"):
        state.view.paused_until.CopyFrom(changed.until)
    if changed.status != pb.CONVERSATION_STATUS_ACTIVE:
        state.end_turn()


def _mode_changed(state: State, event: ConversationEvent) -> None:
    state.view.mode = event.mode_changed.mode


def _desk_claimed(state: State, event: ConversationEvent) -> None:
    state.view.owner.CopyFrom(Owner(desk=event.desk_claimed.person))
    state.handed = None


def _desk_released(state: State, _: ConversationEvent) -> None:
    state.view.owner.CopyFrom(Owner(desk=""))


def _person_replied(state: State, event: ConversationEvent) -> None:
    replied = event.person_replied
    state.message_ids[replied.message_id] = event.sequence
    if not replied.note:
        state.add_entry(event, AUTHOR_KIND_PERSON, replied.person, replied.payload)
        state.history[-1].message_id = replied.message_id
        state.answered_through = event.sequence


def _tags_changed(state: State, event: ConversationEvent) -> None:
    changed = event.tags_changed
    tags = sorted((set(state.view.tags) | set(changed.added)) - set(changed.removed))
    del state.view.tags[:]
    state.view.tags.extend(tags)


def _context_changed(state: State, event: ConversationEvent) -> None:
    state.view.context.MergeFrom(event.context_changed.values)
    for name in event.context_changed.removed:
        state.view.context.fields.pop(name, None)


_APPLY: dict[str, Callable[[State, ConversationEvent], None]] = {
    "opened": _opened,
    "message_posted": _message_posted,
    "turn_started": _turn_started,
    "turn_finished": _turn_finished,
    "reply_suggested": _reply_suggested,
    "suggestion_dropped": _suggestion_dropped,
    "late_reply": _late_reply,
    "transfer_requested": _transfer_requested,
    "offer_answered": _offer_answered,
    "owner_changed": _owner_changed,
    "transfer_failed": _transfer_failed,
    "status_changed": _status_changed,
    "mode_changed": _mode_changed,
    "desk_claimed": _desk_claimed,
    "desk_released": _desk_released,
    "person_replied": _person_replied,
    "tags_changed": _tags_changed,
    "context_changed": _context_changed,
}
