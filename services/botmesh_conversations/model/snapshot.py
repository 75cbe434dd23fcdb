"""A conversation's state as bytes, so that a long one opens without folding all of it again."""

from botmesh.v1 import conversation_pb2 as pb
from botmesh_conversations.model.fold import VERSION
from botmesh_conversations.model.recent_history import RecentHistory
from botmesh_conversations.model.snapshot_pb2 import ConversationSnapshot, MoveSnapshot, RunningTurnSnapshot
from botmesh_conversations.model.state import RunningTurn, State
from botmesh_service.times import seconds_of, timestamp_of

EVERY = 200
"""Events after which a new snapshot is worth its bytes."""


def take(state: State) -> bytes:
    """The state as bytes."""
    stored = ConversationSnapshot(
        version=VERSION,
        view=state.view,
        history=state.history,
        waiting=state.waiting,
        latest=state.latest,
        message_ids=state.message_ids,
        answered_through=state.answered_through,
        dropped_through=state.dropped_through,
        turn=_turn_to_proto(state.turn) if state.turn is not None else None,
        transfer=state.transfer,
        requested_at=state.requested_at,
        handed=state.handed,
        came_from=state.came_from,
        moves=[MoveSnapshot(time=timestamp_of(at), source=source, target=target) for at, source, target in state.moves],
        transfers=state.transfers.values(),
        replies=state.replies,
        worked_at=timestamp_of(state.worked_at),
        expires_at={name: timestamp_of(at) for name, at in state.expires_at.items()},
        silence=state.silence,
        away_through=state.away_through,
        said_at=timestamp_of(state.said_at),
        entries=state.entries,
        opening=state.opening,
        closing=state.closing,
        for_contact=state.for_contact,
        failed_agents=state.failed_agents,
        apologised_through=state.apologised_through,
        deferred=state.deferred,
        unsaid_through=state.unsaid_through,
    )
    return stored.SerializeToString()


def restore(data: bytes) -> State | None:
    """The state that was taken; None: another version of the fold made it."""
    stored = ConversationSnapshot.FromString(data)
    if stored.version != VERSION:
        return None
    state = State(
        view=stored.view,
        history=RecentHistory(stored.history),
        entries=stored.entries,
        waiting=RecentHistory(stored.waiting),
        latest=stored.latest if stored.HasField("latest") else None,
        # A map has no order of its own: the newest come last again.
        message_ids=dict(sorted(stored.message_ids.items(), key=lambda item: item[1])),
        answered_through=stored.answered_through,
        dropped_through=stored.dropped_through,
        away_through=stored.away_through,
        turn=_turn_from_proto(stored.turn) if stored.HasField("turn") else None,
        transfer=stored.transfer if stored.HasField("transfer") else None,
        requested_at=stored.requested_at,
        handed=stored.handed if stored.HasField("handed") else None,
        transfers={_transfer_id(event): event for event in stored.transfers},
        replies=stored.replies,
        said_at=seconds_of(stored.said_at),
        worked_at=seconds_of(stored.worked_at),
        expires_at={name: seconds_of(at) for name, at in stored.expires_at.items()},
        silence=stored.silence if stored.HasField("silence") else None,
        opening=stored.opening if stored.HasField("opening") else None,
        closing=stored.closing if stored.HasField("closing") else None,
        for_contact=list(stored.for_contact),
        failed_agents=dict(sorted(stored.failed_agents.items(), key=lambda item: item[1])),
        apologised_through=stored.apologised_through,
        deferred=stored.deferred if stored.HasField("deferred") else None,
        unsaid_through=stored.unsaid_through,
    )
    state.came_from.extend(stored.came_from)
    state.moves.extend((seconds_of(move.time), move.source, move.target) for move in stored.moves)
    return state


def _turn_to_proto(turn: RunningTurn) -> RunningTurnSnapshot:
    started = pb.TurnStarted(
        turn_id=turn.turn_id,
        epoch=turn.epoch,
        agent=turn.agent,
        through_sequence=turn.through,
        transfer_id=turn.transfer_id,
    )
    return RunningTurnSnapshot(
        started=started,
        handed=turn.handed,
        waiting=turn.waiting,
        requested_at=turn.requested_at,
        opening=turn.opening,
    )


def _turn_from_proto(stored: RunningTurnSnapshot) -> RunningTurn:
    return RunningTurn(
        stored.started.turn_id,
        stored.started.epoch,
        stored.started.agent,
        stored.started.through_sequence,
        stored.started.transfer_id,
        stored.handed if stored.HasField("handed") else None,
        list(stored.waiting),
        stored.requested_at,
        stored.opening if stored.HasField("opening") else None,
    )


def _transfer_id(event: pb.ConversationEvent) -> str:
    return event.transfer_failed.transfer_id or event.owner_changed.transfer_id
