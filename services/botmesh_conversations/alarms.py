"""What happens in a conversation because time has passed. Kept as one moment a conversation, in the projection."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations import members
from botmesh_conversations.accounts import Account
from botmesh_conversations.model import lifecycle_rules, rules, transfer_rules
from botmesh_conversations.model.state import State, name_of
from botmesh_conversations.model.turn_rule import is_pending
from botmesh_service.times import seconds_of

_SLACK = 0.001
"""Seconds by which a clock may round."""
Ring = Callable[[], rules.Events]


@dataclass(frozen=True, slots=True)
class Alarms:
    """How long things may last."""

    silence_seconds: float = 0.0
    """A contact's silence after which a conversation goes back to the primary; 0: it stays."""
    claim_seconds: float = 600.0
    """How long a person may leave a claimed conversation unanswered; 0: for ever."""
    idle_seconds: float = 0.0
    """How long nothing happens in a conversation before it ends; 0: it does not end by itself."""

    def due(self, state: State, account: Account) -> float | None:
        """When something will have to happen if nothing else does; None: never."""
        return min((at for at, _ in self._all(state, account)), default=None)

    def ring(self, state: State, account: Account, now: float) -> rules.Events:
        """What happens now, as far as its time has come."""
        first = min(self._all(state, account), key=lambda alarm: alarm[0], default=None)
        return first[1]() if first is not None and first[0] <= now + _SLACK else []

    def _all(self, state: State, account: Account) -> Iterator[tuple[float, Ring]]:
        view = state.view
        if state.is_closed:
            return
        if view.status == pb.CONVERSATION_STATUS_PAUSED and view.HasField("paused_until"):
            resumed = pb.StatusChanged(status=pb.CONVERSATION_STATUS_ACTIVE, reason="the pause is over")
            yield seconds_of(view.paused_until), lambda: rules.set_status(state, resumed)
        if view.HasField("suggestion"):
            why = "nobody looked at it in time"
            yield (
                seconds_of(view.suggestion.expires_at),
                lambda: rules.drop(state, view.suggestion.turn_id, "", why),
            )
        for name, at in state.expires_at.items():
            yield at, _forget(name)
        if view.owner.desk and state.waiting and self.claim_seconds:
            since = max(state.worked_at, seconds_of(state.waiting.oldest.timestamp))
            yield since + self.claim_seconds, lambda: rules.release(state, "nobody answered in time")
        scheduled = members.schedule_of(state)
        if scheduled is not None:
            at, asked = scheduled
            yield at, lambda: [ConversationEvent(member_asked=asked)]
        yield from self._of_silence(state, account)

    def _of_silence(self, state: State, account: Account) -> Iterator[tuple[float, Ring]]:
        view = state.view
        is_quiet = not (state.waiting or is_pending(state)) and view.status == pb.CONVERSATION_STATUS_ACTIVE
        if is_quiet and self.idle_seconds and not view.HasField("suggestion") and not view.alert_from:
            since = max(state.said_at, state.worked_at, seconds_of(view.opened_at))
            idle = pb.ConversationClosed(cause=pb.CLOSE_CAUSE_IDLE, reason=f"idle for {self.idle_seconds:g} s")
            yield since + self.idle_seconds, lambda: lifecycle_rules.close(state, idle)
        if not is_quiet or state.latest is None:
            return
        primary = account.routing.first(view.channel)
        if self.silence_seconds and primary.agent and primary.agent != name_of(view.owner):
            yield (
                state.said_at + self.silence_seconds,
                lambda: transfer_rules.move(state, primary, "the contact has been silent", waits=True),
            )
        since = state.history.last
        noticed = state.silence.seconds if state.silence and state.silence.since_sequence == since else 0.0
        for seconds in sorted({trigger.when.silence for trigger in account.triggers if trigger.when.silence > noticed}):
            yield state.said_at + seconds, _notice(seconds, since)


def _forget(name: str) -> Ring:
    return lambda: [ConversationEvent(context_changed=pb.ContextChanged(removed=[name]))]


def _notice(seconds: float, since: int) -> Ring:
    silence = pb.SilenceNoticed(seconds=seconds, since_sequence=since)
    return lambda: [ConversationEvent(silence_noticed=silence)]
