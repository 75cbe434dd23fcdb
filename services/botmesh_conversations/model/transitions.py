"""What each kind of event changes in the state of a conversation. Pure: no clock, no I/O."""

from google.protobuf.struct_pb2 import Struct

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent, Owner
from botmesh_conversations.model.contact_state import set_tags
from botmesh_conversations.model.state import RunningTurn, State, name_of
from botmesh_conversations.model.structs import merge, remove_nulls
from botmesh_service.times import seconds_of


def opened(state: State, event: ConversationEvent) -> None:
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
            fields=Struct(),
            previous_conversation_id=opened.previous_conversation_id,
            alert_from=opened.alert_from,
            contact_sequence=opened.contact_sequence,
        )
    )
    if opened.HasField("values"):
        _take_over(state, opened.values)
    if opened.HasField("opening"):
        state.opening = opened.opening
        merge(state.view.context, opened.opening.context)
        if opened.owner.WhichOneof("owner") == "desk":
            state.view.desk_reason = opened.opening.reason
    _note_queue(state, event)


def closed(state: State, event: ConversationEvent) -> None:
    state.view.closed_at.CopyFrom(event.time)
    state.view.close_cause = event.closed.cause
    state.end_turn()
    state.close_transfer("", event)
    state.handed = state.opening = state.deferred = None
    state.view.returns_to = ""
    state.view.ClearField("queued_at")
    _set_asked(state, [])


def close_requested(state: State, event: ConversationEvent) -> None:
    state.closing = event.close_requested.closed


def contact_replaced(state: State, event: ConversationEvent) -> None:
    replaced = event.contact_replaced
    state.view.contact_id = replaced.contact_id
    _take_over(state, replaced.values)


def contact_told(state: State, event: ConversationEvent) -> None:
    through = event.contact_told.through_sequence
    state.for_contact = [decided for decided in state.for_contact if decided.sequence > through]


def language_changed(state: State, event: ConversationEvent) -> None:
    state.view.language = event.language_changed.language


def _take_over(state: State, values: pb.ContactValues) -> None:
    """What a conversation takes over from its contact."""
    view = state.view
    view.status = values.status or pb.CONVERSATION_STATUS_ACTIVE
    view.ClearField("paused_until")
    if values.HasField("paused_until"):
        view.paused_until.CopyFrom(values.paused_until)
    view.mode = values.mode or view.mode
    view.language = values.language
    view.own_status = view.own_mode = False
    del view.tags[:]
    view.tags.extend(values.tags)
    view.fields.CopyFrom(values.fields)
    if view.status != pb.CONVERSATION_STATUS_ACTIVE:
        _silence(state)


def message_posted(state: State, event: ConversationEvent) -> None:
    state.remember(event.message_posted.message_id, event.sequence)


def turn_started(state: State, event: ConversationEvent) -> None:
    started = event.turn_started
    state.turn = RunningTurn(
        started.turn_id,
        started.epoch,
        started.agent,
        started.through_sequence,
        started.transfer_id,
        state.handed,
        list(state.waiting),
        state.requested_at,
        state.opening,
    )
    state.view.turn_id = started.turn_id
    state.handed = state.opening = None


def turn_finished(state: State, event: ConversationEvent) -> None:
    finished = event.turn_finished
    if state.turn is not None:
        _note_outcome(state, state.turn, finished)
    state.end_turn()


def _note_outcome(state: State, turn: RunningTurn, finished: pb.TurnFinished) -> None:
    # An agent that says "not mine" is named, and somebody else answers; without a name, nobody is to.
    said_no = finished.outcome == pb.TURN_OUTCOME_NOT_MINE and not finished.agent
    if finished.outcome == pb.TURN_OUTCOME_ANSWERED and not finished.payload and state.deferred is not None:
        state.unsaid_through = turn.through  # the next owner answers, if there is one
    elif finished.outcome == pb.TURN_OUTCOME_ANSWERED or said_no:
        state.answered(turn.through)
    elif finished.outcome == pb.TURN_OUTCOME_NOT_MINE and (state.deferred is not None or state.transfer is not None):
        state.note_failure(turn.agent, turn.through)  # if the move fails, somebody else answers
    elif finished.outcome == pb.TURN_OUTCOME_FAILED:
        if finished.unreached:
            state.opening = turn.opening  # the next owner speaks first, or this one when it is back
        else:
            state.note_failure(turn.agent, turn.through)
        if finished.payload:
            state.apologised_through = turn.through


def reply_suggested(state: State, event: ConversationEvent) -> None:
    state.view.suggestion.CopyFrom(event.reply_suggested)


def suggestion_dropped(state: State, _: ConversationEvent) -> None:
    if state.turn is not None:
        state.dropped_through = state.turn.through
    state.end_turn()


def transfer_deferred(state: State, event: ConversationEvent) -> None:
    state.deferred = event.transfer_deferred.transfer


def transfer_requested(state: State, event: ConversationEvent) -> None:
    requested = event.transfer_requested
    state.transfer = requested
    if state.deferred is not None and state.deferred.transfer_id == requested.transfer_id:
        state.deferred = None
    state.requested_at = event.sequence
    state.view.transfer.CopyFrom(
        pb.OpenTransfer(transfer_id=requested.transfer_id, target=requested.target, expires_at=requested.expires_at)
    )


def owner_changed(state: State, event: ConversationEvent) -> None:
    changed = event.owner_changed
    state.came_from.append(changed.previous)
    state.moves.append((seconds_of(event.time), name_of(changed.previous), name_of(changed.owner)))
    state.view.owner.CopyFrom(changed.owner)
    state.view.epoch = changed.epoch
    merge(state.view.context, changed.context)
    if changed.mode:
        state.view.mode = changed.mode
    state.end_turn()
    state.close_transfer(changed.transfer_id, event)
    state.deferred, state.unsaid_through = None, 0
    is_return = bool(changed.owner.agent) and changed.owner.agent == state.view.returns_to
    if not (changed.owner_was_away or is_return):
        state.opening = None
    state.view.returns_to = changed.previous.agent if changed.owner_was_away and not changed.owner.agent else ""
    state.handed = changed
    state.view.desk_reason = changed.reason if changed.owner.WhichOneof("owner") == "desk" else ""
    if changed.owner.desk:
        state.handed, state.worked_at = None, seconds_of(event.time)
    _note_queue(state, event)


def transfer_failed(state: State, event: ConversationEvent) -> None:
    state.close_transfer(event.transfer_failed.transfer_id, event)
    state.answered(state.unsaid_through)  # the owner stays, and has chosen to say nothing
    state.unsaid_through = 0


def status_changed(state: State, event: ConversationEvent) -> None:
    changed = event.status_changed
    state.view.status = changed.status
    state.view.own_status = not (event.contact_sequence or event.for_contact)
    state.view.ClearField("paused_until")
    if changed.HasField("until"):
        state.view.paused_until.CopyFrom(changed.until)
    if changed.status != pb.CONVERSATION_STATUS_ACTIVE:
        _silence(state)


def _silence(state: State) -> None:
    """Nobody answers any more; an assignment that waits for the turn is dropped if the conversation is stopped."""
    state.end_turn()
    _set_asked(state, [])
    if state.view.status == pb.CONVERSATION_STATUS_STOPPED:
        state.deferred = None


def mode_changed(state: State, event: ConversationEvent) -> None:
    state.view.mode = event.mode_changed.mode
    state.view.own_mode = not event.contact_sequence


def desk_claimed(state: State, event: ConversationEvent) -> None:
    state.view.owner.CopyFrom(Owner(desk=event.desk_claimed.person))
    state.view.returns_to = ""
    state.handed, state.worked_at = None, seconds_of(event.time)
    _note_queue(state, event)


def desk_released(state: State, event: ConversationEvent) -> None:
    state.view.owner.CopyFrom(Owner(desk=""))
    _note_queue(state, event)


def _note_queue(state: State, event: ConversationEvent) -> None:
    """Note since when the conversation has waited for a person, or that it does not wait."""
    owner = state.view.owner
    if owner.WhichOneof("owner") != "desk" or owner.desk:
        state.view.ClearField("queued_at")
    elif not state.view.HasField("queued_at"):
        state.view.queued_at.CopyFrom(event.time)


def person_replied(state: State, event: ConversationEvent) -> None:
    replied = event.person_replied
    state.remember(replied.message_id, event.sequence)
    state.worked_at = seconds_of(event.time)
    if not replied.note:
        state.answered(event.sequence)


def tags_changed(state: State, event: ConversationEvent) -> None:
    set_tags(state.view, event.tags_changed)


def context_changed(state: State, event: ConversationEvent) -> None:
    changed = event.context_changed
    merge(state.view.context, changed.values)
    for name in changed.values.fields:
        state.expires_at.pop(name, None)
        if changed.HasField("expires_at"):
            state.expires_at[name] = seconds_of(changed.expires_at)
    for name in changed.removed:
        state.view.context.fields.pop(name, None)
        state.expires_at.pop(name, None)


def fields_changed(state: State, event: ConversationEvent) -> None:
    merge(state.view.fields, event.fields_changed.values)
    remove_nulls(state.view.fields, event.fields_changed.values)


def form_submitted(state: State, event: ConversationEvent) -> None:
    merge(state.view.fields, event.form_submitted.values)
    state.remember(event.form_submitted.submission_id, event.sequence)


def action_fired(state: State, event: ConversationEvent) -> None:
    if event.acting_conversation_id in ("", state.view.conversation_id):
        merge(state.view.context, event.action_fired.values)


def outcome_recorded(state: State, event: ConversationEvent) -> None:
    state.view.outcome.MergeFrom(event.outcome_recorded.outcome)


def silence_noticed(state: State, event: ConversationEvent) -> None:
    state.silence = event.silence_noticed


def owner_away(state: State, event: ConversationEvent) -> None:
    state.away_through = event.owner_away.message_sequence


def member_added(state: State, event: ConversationEvent) -> None:
    member = pb.Member()
    member.CopyFrom(event.member_added.member)
    member.scheduled_since.CopyFrom(event.time)
    _set_members(state, [*_without(state, member.agent), member])


def member_removed(state: State, event: ConversationEvent) -> None:
    gone = event.member_removed.agent
    _set_members(state, _without(state, gone))
    _set_asked(state, [asked for asked in state.view.asked if asked.agent != gone])


def member_asked(state: State, event: ConversationEvent) -> None:
    asked = event.member_asked
    state.view.asked.append(asked)
    for member in state.view.members:
        if asked.trigger == "schedule" and member.agent == asked.agent:
            member.scheduled_since.CopyFrom(event.time)


def member_answered(state: State, event: ConversationEvent) -> None:
    _set_asked(state, [asked for asked in state.view.asked if asked.message_id != event.member_answered.message_id])


def agent_said(state: State, event: ConversationEvent) -> None:
    state.remember(event.agent_said.message_id, event.sequence)


def _without(state: State, agent: str) -> list[pb.Member]:
    return [member for member in state.view.members if member.agent != agent]


def _set_members(state: State, members: list[pb.Member]) -> None:
    ordered = sorted(members, key=lambda member: (-member.priority, member.agent))
    del state.view.members[:]
    state.view.members.extend(ordered)


def _set_asked(state: State, asked: list[pb.MemberAsked]) -> None:
    del state.view.asked[:]
    state.view.asked.extend(asked)
