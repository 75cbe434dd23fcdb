"""What an account's triggers do when something happens in a conversation. A trigger fires once for an event."""

import time
from collections import deque
from dataclasses import dataclass

from botmesh.errors import BotmeshError, TransferToSelf
from botmesh.names import new_id
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh.v1.part_pb2 import Part
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_TRIGGER
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.event_stream import Batch
from botmesh_conversations.model import rules, transfer_rules
from botmesh_conversations.model.deferral import defer_transfer
from botmesh_conversations.model.event_kinds import signal_of
from botmesh_conversations.model.fold import apply
from botmesh_conversations.model.state import DESK, State
from botmesh_conversations.triggers.trigger import Action, AddTag, Begin, SetStatus, Trigger

Events = list[ConversationEvent]


def react(live: ConversationAggregate, batch: Batch, offer_seconds: float) -> None:
    """Add to a batch what the account's triggers do because of it: all is written together, or nothing is."""
    if not any(_fires(trigger, event) for event in batch.events for trigger in live.account.triggers):
        return
    state = live.state.fork()
    for event in batch.events:
        apply(state, event)
    causes = deque((event, event) for event in batch.events)
    while causes:
        cause, root = causes.popleft()
        for trigger in live.account.triggers:
            if _fires(trigger, cause) and trigger.only.holds(state):
                length = len(batch.events)
                assignment = _Assignment(offer_seconds, waits=_is_by_owner_in_turn(root, state))
                state = _fire(live, trigger, cause.sequence, state, batch, assignment)
                # What one trigger does can be another's cause.
                causes.extend((event, root) for event in batch.events[length:])


@dataclass(frozen=True, slots=True)
class _Assignment:
    """How an assignment is begun."""

    offer_seconds: float
    waits: bool
    """Whether it waits for the end of the turn."""


def _is_by_owner_in_turn(event: ConversationEvent, state: State) -> bool:
    """Whether an event is an action that the agent whose turn runs has fired."""
    return state.turn is not None and event.action_fired.agent == state.turn.agent.rpartition("/")[2]


def _fires(trigger: Trigger, event: ConversationEvent) -> bool:
    signal = signal_of(event)
    return signal is not None and trigger.when.matches(signal)


def _fire(
    live: ConversationAggregate, trigger: Trigger, cause: int, state: State, batch: Batch, assignment: _Assignment
) -> State:
    """Add what a trigger does to the batch, and nothing if all of it is so already; the state after it."""
    ahead, length = state.fork(), len(batch.events)
    fired = ConversationEvent(trigger_fired=pb.TriggerFired(trigger=trigger.name, cause_sequence=cause))
    batch.add([fired])
    apply(ahead, fired)
    for action in trigger.then:
        try:
            events = _act(live, trigger, action, ahead, assignment)
        except TransferToSelf:
            continue  # the target has the conversation already
        except BotmeshError as error:
            fired.trigger_fired.refusal = f"{error.reason}: {error.text}"
            continue
        batch.add(events)
        for event in events:
            apply(ahead, event)
    if len(batch.events) == length + 1 and not fired.trigger_fired.refusal:
        batch.shorten_to(length)
        return state
    return ahead


def _act(
    live: ConversationAggregate,
    trigger: Trigger,
    action: Action,
    state: State,
    assignment: _Assignment,
) -> Events:
    if isinstance(action, Begin):
        return []  # the contact does that
    if isinstance(action, AddTag):
        if action.tag in state.view.tags:
            return []
        return [ConversationEvent(tags_changed=pb.TagsChanged(added=[action.tag]), for_contact=True)]
    if isinstance(action, SetStatus):
        changed = pb.StatusChanged(status=action.status, reason=f"trigger {trigger.name}")
        if action.seconds is not None:
            changed.until.FromNanoseconds(time.time_ns() + int(action.seconds * 1e9))
        events = rules.set_status(state, changed)
        for event in events:
            event.for_contact = event.HasField("status_changed")
        return events
    if action.to != DESK:
        live.account.routing.refuse_internal(action.to)
    wanted = TransferConversationRequest(
        target=_owner(action.to),
        transfer_id=new_id(),
        initiator=TRANSFER_INITIATOR_TRIGGER,
        intent_id=action.intent,
        user_message=[Part(text=action.message)] if action.message else (),
        handoff_message=[Part(text=action.handoff_message)] if action.handoff_message else (),
        reason=f"trigger {trigger.name}",
        mode=action.mode,
        fallback=_owner(action.fallback) if action.fallback else None,
    )
    wanted.context.update(action.context)
    if assignment.waits and state.turn is not None:
        return defer_transfer(state, wanted, time.time())
    return transfer_rules.request_transfer(state, wanted, time.time(), assignment.offer_seconds)


def _owner(name: str) -> Owner:
    return Owner(desk="") if name == DESK else Owner(agent=name)
