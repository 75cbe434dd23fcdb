"""A trigger in words, for people."""

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_service_pb2 import TriggerSummary
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_SUGGESTIVE
from botmesh_conversations.triggers.trigger import Action, AddTag, Assign, Begin, Only, Trigger, When


def summary(trigger: Trigger) -> TriggerSummary:
    """What a trigger waits for and what it does."""
    return TriggerSummary(
        name=trigger.name,
        when=_when(trigger.when) + _only(trigger.only),
        then=", ".join(_action(action) for action in trigger.then),
    )


def _when(when: When) -> str:
    if when.keywords:
        return f"the contact says {' or '.join(when.keywords)}"
    if when.silence:
        return f"{when.silence:g} s of silence"
    if when.no_owner_ready:
        return "no instance of the owner is ready"
    if when.field:
        return f"field {when.field} is updated" + (f" to {when.value}" if when.value is not None else "")
    if when.tag:
        return f"tag {when.tag} is added"
    return f"action {when.action} is fired" if when.action else f"form {when.form} is submitted"


def _only(only: Only) -> str:
    words = [
        f"{what} {' or '.join(sorted(found))}"
        for what, found in (("channel", only.channels), ("owner", only.owners), ("tag", only.tags))
        if found
    ]
    words += [f"no tag {tag}" for tag in sorted(only.without_tags)]
    return f" ({', '.join(words)})" if words else ""


def _action(action: Action) -> str:
    if isinstance(action, Begin):
        return f"begin a conversation on {action.channel}" + (f" by {action.agent}" if action.agent else "")
    if isinstance(action, AddTag):
        return f"add tag {action.tag}"
    if isinstance(action, Assign):
        return f"assign to {action.to}" + (", suggestive" if action.mode == CONVERSATION_MODE_SUGGESTIVE else "")
    if action.status == pb.CONVERSATION_STATUS_PAUSED:
        return "pause" + (f" for {action.seconds:g} s" if action.seconds is not None else "")
    return "enable" if action.status == pb.CONVERSATION_STATUS_ACTIVE else "disable"
