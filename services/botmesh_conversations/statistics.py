"""Counts per agent, told from the events: thrown away with the process and told again from the log."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from botmesh.limits import duration
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import AgentStatistics, GetStatisticsResponse
from botmesh_conversations.event_stream import decode
from botmesh_conversations.model.state import DESK, name_of
from botmesh_conversations.model.streams import is_conversation
from botmesh_log.event_log import EventLog
from botmesh_log.stream import OnUnreadable, log_unreadable
from botmesh_service.times import seconds_of

_PAGE = 1000
_KEPT = 1000
"""Answer times of one agent that are kept for the percentiles."""


@dataclass(slots=True)
class _Agent:
    counts: AgentStatistics
    owned: set[str] = field(default_factory=set)
    answer_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    ownerships: int = 0
    """How often it became owner of a conversation."""
    outcomes: dict[str, pb.Outcome] = field(default_factory=dict)
    """By conversation."""

    def to_proto(self) -> AgentStatistics:
        ordered = sorted(self.answer_seconds) or [0.0]
        counts, ended = self.counts, self.counts.answered + self.counts.failed + self.counts.not_mine
        counts.conversations = len(self.owned)
        counts.response_rate = counts.answered / ended if ended else 0.0
        counts.transfer_rate = counts.transfers_out / self.ownerships if self.ownerships else 0.0
        outcomes = list(self.outcomes.values())
        counts.resolved = sum(one.resolved for one in outcomes)
        counts.unresolved = sum(one.HasField("resolved") and not one.resolved for one in outcomes)
        counts.booked = sum(one.booked for one in outcomes)
        counts.satisfaction, counts.ratings = _mean_satisfaction(outcomes)
        self.counts.median_answer.CopyFrom(duration(ordered[len(ordered) // 2]))
        self.counts.p95_answer.CopyFrom(duration(ordered[int(len(ordered) * 0.95)]))
        return self.counts


@dataclass(slots=True)
class _Account:
    totals: GetStatisticsResponse = field(default_factory=GetStatisticsResponse)
    agents: dict[str, _Agent] = field(default_factory=dict)
    escalated: set[str] = field(default_factory=set)
    outcomes: dict[str, pb.Outcome] = field(default_factory=dict)
    """By conversation."""

    def agent(self, name: str) -> _Agent:
        if name not in self.agents:
            self.agents[name] = _Agent(AgentStatistics(agent=name))
        return self.agents[name]


class Statistics:
    """Reads on in the log whenever it is asked."""

    def __init__(self, log: EventLog, on_unreadable: OnUnreadable = log_unreadable) -> None:
        """Nothing is read yet."""
        self._log = log
        self._on_unreadable = on_unreadable
        self._position = 0
        self._accounts: dict[str, _Account] = defaultdict(_Account)
        self._account_of: dict[str, str] = {}
        self._turns: dict[str, tuple[str, float]] = {}
        self._offers: dict[str, str] = {}
        self._reading = asyncio.Lock()

    async def of(self, account: str) -> GetStatisticsResponse:
        """An account's counts as of now."""
        async with self._reading:
            while True:
                records = await self._log.read_all(self._position + 1, _PAGE)
                for record in records:
                    if is_conversation(record.stream):
                        self._count(decode(record, self._on_unreadable))
                    self._position = record.position
                if not records:
                    break
        found = self._accounts[account]
        made = GetStatisticsResponse()
        made.CopyFrom(found.totals)
        made.escalated = len(found.escalated)
        outcomes = list(found.outcomes.values())
        made.resolved = sum(one.resolved for one in outcomes)
        made.booked = sum(one.booked for one in outcomes)
        made.satisfaction, _ = _mean_satisfaction(outcomes)
        made.agents.extend(found.agents[name].to_proto() for name in sorted(found.agents))
        return made

    def _count(self, event: ConversationEvent) -> None:
        try:
            self._take(event)
        except Exception as error:  # noqa: BLE001 - one event must not keep all others from being counted
            text = f"event {event.sequence} cannot be counted ({type(error).__name__}: {error})"
            self._on_unreadable(event.conversation_id, text)

    def _take(self, event: ConversationEvent) -> None:
        kind = event.WhichOneof("event")
        if kind == "opened":
            self._account_of[event.conversation_id] = event.opened.account_id
        account = self._accounts[self._account_of.get(event.conversation_id, "")]
        if kind == "opened":
            account.totals.conversations += 1
            self._owned(account, event, event.opened.owner)
        elif kind == "message_posted":
            account.totals.messages += 1
        elif kind == "turn_started":
            account.agent(event.turn_started.agent).counts.turns += 1
            self._turns[event.turn_started.turn_id] = event.turn_started.agent, seconds_of(event.time)
        elif kind == "turn_finished":
            self._finished(account, event)
        elif kind == "owner_changed":
            self._moved(account, event)
        elif kind == "transfer_requested":
            self._offers[event.transfer_requested.transfer_id] = name_of(event.transfer_requested.target)
        elif kind == "transfer_failed":
            account.agent(self._offers.pop(event.transfer_failed.transfer_id, DESK)).counts.declined_offers += 1
            account.totals.failed_transfers += 1
        elif kind == "outcome_recorded":
            self._recorded(account, event)

    def _finished(self, account: _Account, event: ConversationEvent) -> None:
        finished = event.turn_finished
        name, began = self._turns.pop(finished.turn_id, ("", 0.0))
        if not name:
            return
        agent = account.agent(name)
        if finished.outcome == pb.TURN_OUTCOME_ANSWERED:
            agent.counts.answered += 1
            agent.answer_seconds.append(seconds_of(event.time) - began)
        elif finished.outcome == pb.TURN_OUTCOME_FAILED:
            agent.counts.failed += 1
        elif finished.outcome == pb.TURN_OUTCOME_NOT_MINE:
            agent.counts.not_mine += 1

    def _recorded(self, account: _Account, event: ConversationEvent) -> None:
        """What is said later replaces what was said before, to the credit of the agent that had it then."""
        recorded = event.outcome_recorded
        whole = account.outcomes.setdefault(event.conversation_id, pb.Outcome())
        whole.MergeFrom(recorded.outcome)
        if recorded.agent:
            account.agent(recorded.agent).outcomes.setdefault(event.conversation_id, pb.Outcome()).MergeFrom(
                recorded.outcome
            )

    def _moved(self, account: _Account, event: ConversationEvent) -> None:
        changed = event.owner_changed
        asked = self._offers.pop(changed.transfer_id, "")
        if asked not in ("", DESK, name_of(changed.owner)):
            account.agent(asked).counts.declined_offers += 1  # a fallback has it
            account.totals.failed_transfers += 1
        elif changed.transfer_id:
            account.totals.transfers += 1
        if changed.previous.agent:
            agent = account.agent(changed.previous.agent)
            agent.counts.transfers_out += 1
            agent.counts.escalations += name_of(changed.owner) == DESK
        if changed.owner.agent:
            account.agent(changed.owner.agent).counts.transfers_in += 1
        self._owned(account, event, changed.owner)

    def _owned(self, account: _Account, event: ConversationEvent, owner: Owner) -> None:
        if owner.agent:
            agent = account.agent(owner.agent)
            agent.owned.add(event.conversation_id)
            agent.ownerships += 1
        else:
            account.escalated.add(event.conversation_id)


def _mean_satisfaction(outcomes: Sequence[pb.Outcome]) -> tuple[float, int]:
    """The mean of what was said, and how many said something."""
    said = [one.satisfaction for one in outcomes if one.HasField("satisfaction")]
    return (sum(said) / len(said) if said else 0.0), len(said)
