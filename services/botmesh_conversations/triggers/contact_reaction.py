"""What an account's triggers do when something happens to a contact outside of a conversation."""

import time
from collections import deque

from botmesh.errors import BotmeshError
from botmesh.names import new_id
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_TRIGGER
from botmesh_conversations.contact_aggregate import ContactAggregate
from botmesh_conversations.event_stream import Batch
from botmesh_conversations.model import contact_rules
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.model.event_kinds import signal_of
from botmesh_conversations.model.fold import apply_to_contact
from botmesh_conversations.model.state import DESK
from botmesh_conversations.triggers.trigger import Action, AddTag, Begin, SetStatus, Trigger

Events = list[ConversationEvent]


def react_of_contact(contact: ContactAggregate, batch: Batch) -> None:
    """Add to a contact's batch what triggers do because of it: all is written together, or nothing is.

    What happened in a conversation makes triggers fire there, except those that begin a conversation.
    """
    triggers = contact.account.triggers
    if not any(_fires(trigger, event) for event in batch.events for trigger in triggers):
        return
    state = _ahead(contact, batch.events)
    causes = deque(batch.events)
    while causes:
        cause = causes.popleft()
        for trigger in triggers:
            if not _fires(trigger, cause) or not trigger.only.holds_of_contact(state.view):
                continue
            length = len(batch.events)
            actions = trigger.then if not cause.acting_conversation_id else _beginnings(trigger)
            fired = ConversationEvent(
                trigger_fired=pb.TriggerFired(trigger=trigger.name, cause_sequence=cause.sequence)
            )
            events: Events = []
            for action in actions:
                try:
                    added = _act(contact, trigger, action, state)
                except BotmeshError as error:
                    fired.trigger_fired.refusal = f"{error.reason}: {error.text}"
                    continue
                events += added
                for event in added:
                    apply_to_contact(state, event)
            if events or fired.trigger_fired.refusal:
                batch.add([fired, *events])
                causes.extend(batch.events[length + 1 :])


def _fires(trigger: Trigger, event: ConversationEvent) -> bool:
    signal = signal_of(event)
    if signal is None or not trigger.when.matches(signal):
        return False
    return not event.acting_conversation_id or bool(_beginnings(trigger))


def _beginnings(trigger: Trigger) -> list[Begin]:
    return [action for action in trigger.then if isinstance(action, Begin)]


def _ahead(contact: ContactAggregate, events: Events) -> ContactState:
    """The state after a batch that is not written yet."""
    state = contact.state.fork()
    for event in events:
        apply_to_contact(state, event)
    return state


def _act(contact: ContactAggregate, trigger: Trigger, action: Action, state: ContactState) -> Events:
    why = f"trigger {trigger.name}"
    if isinstance(action, AddTag):
        return contact_rules.set_tags(state, [action.tag], [])
    if isinstance(action, SetStatus):
        changed = pb.StatusChanged(status=action.status, reason=why)
        if action.seconds is not None:
            changed.until.FromNanoseconds(time.time_ns() + int(action.seconds * 1e9))
        return contact_rules.set_status(state, changed, time.time())
    if isinstance(action, Begin):
        return _begin(contact, trigger, action, state)
    agent = "" if action.to == DESK else action.to
    if agent:
        contact.account.routing.refuse_internal(agent)
    events = contact_rules.assign(state, agent, TRANSFER_INITIATOR_TRIGGER, why)
    if events and state.view.status == pb.CONVERSATION_STATUS_STOPPED:
        activated = pb.StatusChanged(status=pb.CONVERSATION_STATUS_ACTIVE, reason="assigned")
        events.insert(0, ConversationEvent(status_changed=activated))
    return events


def _begin(contact: ContactAggregate, trigger: Trigger, action: Begin, state: ContactState) -> Events:
    if action.agent:
        contact.account.routing.refuse_internal(action.agent)
    owner = (
        Owner(agent=action.agent)
        if action.agent
        else contact.account.routing.for_contact(state.view.assigned_agent, action.channel)
    )
    opening = pb.ConversationOpening(
        initiator=TRANSFER_INITIATOR_TRIGGER,
        trigger=trigger.name,
        intent_id=action.intent,
        reason=f"trigger {trigger.name}",
    )
    opening.context.update(action.context)
    opened = pb.ConversationOpened(channel=action.channel, owner=owner, opening=opening)
    return contact_rules.begin(state, new_id(), action.channel, opened)
