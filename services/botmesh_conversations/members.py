"""Members: agents that are asked beside the owner, when, and what they answer."""

import asyncio
import zoneinfo
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

from google.protobuf.struct_pb2 import Struct

from botmesh.errors import (
    BotmeshError,
    Cancelled,
    ConversationStopped,
    InvalidField,
    NotAMember,
    Unavailable,
    UnknownAgent,
)
from botmesh.names import check_agent, check_id, new_id
from botmesh.v1 import agent_service_pb2
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Member, MemberAsked
from botmesh.v1.message_pb2 import MESSAGE_TYPE_DELEGATE, Message
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_SUGGESTIVE
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.invocation import invocation
from botmesh_conversations.model.event_kinds import signal_of
from botmesh_conversations.model.keywords import check_keywords, said_of
from botmesh_conversations.model.saying import said
from botmesh_conversations.model.signals import Signal
from botmesh_conversations.model.state import State, name_of
from botmesh_service.times import seconds_of

MAX_MEMBERS = 16
"""Members of one conversation."""
_MAX_TRIGGERS = 64
_MAX_SCHEDULES = 8
_MAX_CRON = 128
"""Characters of a cron expression."""
PAUSES = (0.5, 2.0)
"""Seconds before the next attempts to ask one that could not be reached."""

Events = list[ConversationEvent]


def check(member: Member) -> None:
    """Refuse a member that could never be asked, or is asked for something malformed.

    Raises:
        InvalidField: says which field.
    """
    check_agent("member.agent", member.agent.rpartition("/")[2])
    given = len(member.keywords) + len(member.schedules) + len(member.actions)
    if not given and not member.always:
        raise InvalidField("say when the member is asked: keywords, schedules, actions or always", field="member")
    if given > _MAX_TRIGGERS:
        raise InvalidField(f"a member has at most {_MAX_TRIGGERS} triggers", field="member", value=given)
    check_keywords("member.keywords", member.keywords)
    for action in member.actions:
        check_id("member.actions", action)
    zone = _zone(member.time_zone)
    if len(member.schedules) > _MAX_SCHEDULES:
        text = f"a member has at most {_MAX_SCHEDULES} schedules"
        raise InvalidField(text, field="member.schedules", value=len(member.schedules))
    for schedule in member.schedules:
        if not _is_cron(schedule, zone):
            text = f'{schedule[:80]!r} is no cron expression of five fields: use "0 9 * * MON-FRI"'
            raise InvalidField(text, field="member.schedules", value=schedule[:80])


def _is_cron(schedule: str, zone: tzinfo) -> bool:
    from cronsim import CronSim, CronSimError  # noqa: PLC0415 - as in _after

    if len(schedule) > _MAX_CRON or not schedule.isascii():
        return False
    try:
        CronSim(schedule, datetime.now(zone))
    except (CronSimError, ValueError, OverflowError):
        return False
    return True


def add(state: State, member: Member) -> Events:
    """Make an agent a member, or replace what it is asked for; nothing if all stands so."""
    known = next((known for known in state.view.members if known.agent == member.agent), None)
    if known is not None:
        same = Member()
        same.CopyFrom(known)
        same.ClearField("scheduled_since")
        if same == member:
            return []
    elif len(state.view.members) >= MAX_MEMBERS:
        raise InvalidField(
            f"a conversation has at most {MAX_MEMBERS} members: remove one", field="member", value=MAX_MEMBERS
        )
    return [ConversationEvent(member_added=pb.MemberAdded(member=member))]


def remove(state: State, agent: str) -> Events:
    """Make it no member; nothing if it is none."""
    if not any(member.agent == agent for member in state.view.members):
        return []
    return [ConversationEvent(member_removed=pb.MemberRemoved(agent=agent))]


def say(state: State, said: pb.AgentSaid) -> Events:
    """The owner or a member says something of its own accord; a repeat is nothing new.

    Raises:
        NotAMember: it is neither.
        ConversationStopped: nothing is said any more.
    """
    if said.message_id in state.message_ids:
        return []
    owner = name_of(state.view.owner)
    if said.agent not in {owner, *(member.agent for member in state.view.members)}:
        raise NotAMember(f"{owner} has the conversation and {said.agent} is no member of it", owner=owner)
    if state.view.status == pb.CONVERSATION_STATUS_STOPPED:
        raise ConversationStopped("the conversation is stopped: an operator can activate it")
    return [ConversationEvent(agent_said=said)]


def asked(live: ConversationAggregate, batch: Sequence[ConversationEvent]) -> Events:
    """Who is to be asked because of what happens in a batch, those of the greatest priority first."""
    if not live.state.view.members or not _listens(live.state):
        return []
    return [
        ConversationEvent(member_asked=asked)
        for event in batch
        if (signal := signal_of(event)) is not None
        for member in live.state.view.members
        if (asked := _asked_by(signal, live.state, member, event.sequence)) is not None
    ]


def schedule_of(state: State) -> tuple[float, MemberAsked] | None:
    """When the next member is to be asked by a schedule, and how; None: never."""
    if not _listens(state):
        return None
    times = [scheduled for member in state.view.members if (scheduled := _next(member)) is not None]
    return min(times, key=lambda scheduled: scheduled[0], default=None)


@dataclass(frozen=True, slots=True)
class Members:
    """Asks members."""

    timeout: float = 30.0
    """Seconds that one has for its answer."""

    async def run(self, live: ConversationAggregate) -> None:
        """Ask all that are to be asked, one after the other, and write down what they say."""
        while live.state.view.asked:
            asked = MemberAsked()
            asked.CopyFrom(live.state.view.asked[0])
            answered = await self._answered(live, asked)
            await live.write(lambda state, answered=answered: _answer(state, answered))  # type: ignore[misc]

    async def _answered(self, live: ConversationAggregate, asked: MemberAsked) -> pb.MemberAnswered:
        answered = pb.MemberAnswered(message_id=asked.message_id, agent=asked.agent)
        for attempt, pause in enumerate((*PAUSES, None), start=1):
            try:
                await live.account.routing.appears(asked.agent)
                response = await self._ask(live, asked, attempt)
            except (Unavailable, UnknownAgent, Cancelled) as error:
                answered.reason = error.reason
                if pause is not None:
                    await asyncio.sleep(pause)
                    continue
            except BotmeshError as error:
                answered.reason = error.reason
            else:
                reply = response.reply
                answered.reason = ""
                answered.usage.extend([*([reply.usage] if reply.HasField("usage") else []), *reply.chain_usage])
                if not reply.not_mine:
                    answered.payload.extend(said(reply.message.payload))
            break
        return answered

    async def _ask(
        self, live: ConversationAggregate, asked: MemberAsked, attempt: int
    ) -> agent_service_pb2.DelegateResponse:
        view = live.state.view
        message = Message(
            message_type=MESSAGE_TYPE_DELEGATE,
            payload=await live.said(asked.cause_sequence),
            # An instance replays what it has under an id: another attempt needs another id.
            message_id=asked.message_id if attempt == 1 else f"{asked.message_id}.{attempt}",
        )
        message.timestamp.GetCurrentTime()
        message.context.MergeFrom(view.context)
        message.context.MergeFrom(_why(live.state, asked))
        ask = invocation(view, asked.agent, message, self.timeout)
        request = agent_service_pb2.DelegateRequest(message=message)
        parse = agent_service_pb2.DelegateResponse.FromString
        response, _ = await live.account.caller.unary("Delegate", ask, request, parse)
        assert isinstance(response, agent_service_pb2.DelegateResponse)  # noqa: S101 - that is what was parsed
        return response


def _answer(state: State, answered: pb.MemberAnswered) -> Events:
    if not any(pending.message_id == answered.message_id for pending in state.view.asked):
        return []  # it was removed, or the conversation stopped meanwhile
    return [ConversationEvent(member_answered=answered)]


def _listens(state: State) -> bool:
    """Whether members are asked at all as the conversation stands."""
    active = state.view.status in (pb.CONVERSATION_STATUS_ACTIVE, pb.CONVERSATION_STATUS_UNSPECIFIED)
    return active and state.view.mode != CONVERSATION_MODE_SUGGESTIVE


def _asked_by(signal: Signal, state: State, member: Member, sequence: int) -> MemberAsked | None:
    """How a member is asked because of an event; None: it is not asked."""
    if member.agent == name_of(state.view.owner):
        return None  # it answers anyway
    asked = MemberAsked(message_id=new_id(), agent=member.agent, cause_sequence=sequence)
    if signal.text is not None:
        asked.match = said_of(member.keywords, signal.text)
        asked.trigger = "keyword" if asked.match else "always"
        return asked if asked.match or member.always else None
    if signal.action and signal.action in member.actions:
        asked.trigger, asked.match = "action", signal.action
        return asked
    return None


def _next(member: Member) -> tuple[float, MemberAsked] | None:
    since = seconds_of(member.scheduled_since)
    times = [(_after(schedule, since, member.time_zone), schedule) for schedule in member.schedules]
    first = min(((at, schedule) for at, schedule in times if at is not None), default=None)
    if first is None:
        return None
    at, schedule = first
    return at, MemberAsked(message_id=new_id(), agent=member.agent, trigger="schedule", match=schedule)


@lru_cache(maxsize=10_000)
def _after(schedule: str, since: float, time_zone: str) -> float | None:
    """The first time after a moment. Asked anew with each event of a conversation, and looking takes its time."""
    # Part of the extra `mesh`; without it, the package is imported far enough for __main__ to say so.
    from cronsim import CronSim  # noqa: PLC0415

    times: Iterator[datetime] = CronSim(schedule, datetime.fromtimestamp(since, _zone(time_zone)))
    at = next(times, None)
    return None if at is None else at.timestamp()


def _zone(name: str) -> tzinfo:
    if not name:
        return UTC
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        text = f'there is no time zone {name[:80]!r}: use an IANA name, "Europe/Berlin"'
        raise InvalidField(text, field="member.time_zone", value=name[:80]) from None


def _why(state: State, asked: MemberAsked) -> Struct:
    """What a member is told of why it is asked."""
    context = Struct()
    context.update({"member": {"trigger": asked.trigger, "match": asked.match, "owner": name_of(state.view.owner)}})
    return context
