"""What each kind of event changes in the state of a conversation. Pure: no clock, no I/O."""

from google.protobuf.struct_pb2 import Struct

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent, Owner
from botmesh_conversations.model.state import RunningTurn, State, name_of
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
        )
    )
    _note_queue(state, event)


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
        state.latest,
        state.requested_at,
    )
    state.view.turn_id = started.turn_id
    state.handed = None


def turn_finished(state: State, event: ConversationEvent) -> None:
    finished = event.turn_finished
    said_no = finished.outcome == pb.TURN_OUTCOME_NOT_MINE and finished.payload  # and nobody else is to answer
    if state.turn is not None and (finished.outcome == pb.TURN_OUTCOME_ANSWERED or said_no):
        state.answered(state.turn.through)
    state.end_turn()


def reply_suggested(state: State, event: ConversationEvent) -> None:
    state.view.suggestion.CopyFrom(event.reply_suggested)


def suggestion_dropped(state: State, _: ConversationEvent) -> None:
    if state.turn is not None:
        state.dropped_through = state.turn.through
    state.end_turn()


def transfer_requested(state: State, event: ConversationEvent) -> None:
    requested = event.transfer_requested
    state.transfer = requested
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
    _merge(state.view.context, changed.context)
    if changed.mode:
        state.view.mode = changed.mode
    state.end_turn()
    state.close_transfer(changed.transfer_id, event)
    state.handed = changed
    if changed.owner.desk:
        state.handed, state.worked_at = None, seconds_of(event.time)
    _note_queue(state, event)


def transfer_failed(state: State, event: ConversationEvent) -> None:
    state.close_transfer(event.transfer_failed.transfer_id, event)


def status_changed(state: State, event: ConversationEvent) -> None:
    changed = event.status_changed
    state.view.status = changed.status
    state.view.ClearField("paused_until")
    if changed.HasField("until"):
        state.view.paused_until.CopyFrom(changed.until)
    if changed.status != pb.CONVERSATION_STATUS_ACTIVE:
        state.end_turn()
        _set_asked(state, [])


def mode_changed(state: State, event: ConversationEvent) -> None:
    state.view.mode = event.mode_changed.mode


def desk_claimed(state: State, event: ConversationEvent) -> None:
    state.view.owner.CopyFrom(Owner(desk=event.desk_claimed.person))
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
    changed = event.tags_changed
    tags = sorted((set(state.view.tags) | set(changed.added)) - set(changed.removed))
    del state.view.tags[:]
    state.view.tags.extend(tags)


def context_changed(state: State, event: ConversationEvent) -> None:
    changed = event.context_changed
    _merge(state.view.context, changed.values)
    for name in changed.values.fields:
        state.expires_at.pop(name, None)
        if changed.HasField("expires_at"):
            state.expires_at[name] = seconds_of(changed.expires_at)
    for name in changed.removed:
        state.view.context.fields.pop(name, None)
        state.expires_at.pop(name, None)


def fields_changed(state: State, event: ConversationEvent) -> None:
    values = event.fields_changed.values
    _merge(state.view.fields, values)
    for name, value in values.fields.items():
        if value.WhichOneof("kind") in (None, "null_value"):
            del state.view.fields.fields[name]


def form_submitted(state: State, event: ConversationEvent) -> None:
    _merge(state.view.fields, event.form_submitted.values)
    state.remember(event.form_submitted.submission_id, event.sequence)


def action_fired(state: State, event: ConversationEvent) -> None:
    _merge(state.view.context, event.action_fired.values)


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


def _merge(into: Struct, values: Struct) -> None:
    """Set values. A variable is replaced as a whole: MergeFrom would join lists and structs with the old ones."""
    for name, value in values.fields.items():
        into.fields[name].CopyFrom(value)
