"""Counters per account and agent, added up from the events of conversations."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from botmesh.limits import duration
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import AgentStatistics, GetStatisticsResponse
from botmesh_conversations.model.state import DESK, name_of
from botmesh_service.times import seconds_of

_MAX_ANSWER_TIMES = 1000
"""Answer times of one agent that the percentiles are computed from: the newest."""


@dataclass(slots=True)
class AgentCounts:
    """The counters of one agent."""

    counts: AgentStatistics
    owned: set[str] = field(default_factory=set)
    """Conversations that it has owned."""
    answer_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=_MAX_ANSWER_TIMES))
    ownerships: int = 0
    """How often it became owner of a conversation."""
    outcomes: dict[str, pb.Outcome] = field(default_factory=dict)
    """By conversation."""

    def to_proto(self) -> AgentStatistics:
        """The counters with the rates and percentiles that follow from them."""
        ordered = sorted(self.answer_seconds) or [0.0]
        counts, ended = self.counts, self.counts.answered + self.counts.failed + self.counts.not_mine
        counts.conversations = len(self.owned)
        counts.response_rate = counts.answered / ended if ended else 0.0
        counts.transfer_rate = counts.transfers_out / self.ownerships if self.ownerships else 0.0
        outcomes = list(self.outcomes.values())
        counts.resolved = sum(outcome.resolved for outcome in outcomes)
        counts.unresolved = sum(outcome.HasField("resolved") and not outcome.resolved for outcome in outcomes)
        counts.booked = sum(outcome.booked for outcome in outcomes)
        counts.satisfaction, counts.ratings = _mean_satisfaction(outcomes)
        counts.median_answer.CopyFrom(duration(ordered[len(ordered) // 2]))
        counts.p95_answer.CopyFrom(duration(ordered[int(len(ordered) * 0.95)]))
        return counts


@dataclass(slots=True)
class AccountCounts:
    """The counters of one account."""

    totals: GetStatisticsResponse = field(default_factory=GetStatisticsResponse)
    agents: dict[str, AgentCounts] = field(default_factory=dict)
    escalated: set[str] = field(default_factory=set)
    """Conversations that have been at the desk."""
    outcomes: dict[str, pb.Outcome] = field(default_factory=dict)
    """By conversation."""

    def agent(self, name: str) -> AgentCounts:
        """The counters of an agent, from zero if it has none yet."""
        if name not in self.agents:
            self.agents[name] = AgentCounts(AgentStatistics(agent=name))
        return self.agents[name]

    def to_proto(self) -> GetStatisticsResponse:
        """The counters as they are answered."""
        statistics = GetStatisticsResponse()
        statistics.CopyFrom(self.totals)
        statistics.escalated = len(self.escalated)
        outcomes = list(self.outcomes.values())
        statistics.resolved = sum(outcome.resolved for outcome in outcomes)
        statistics.booked = sum(outcome.booked for outcome in outcomes)
        statistics.satisfaction, _ = _mean_satisfaction(outcomes)
        statistics.agents.extend(self.agents[name].to_proto() for name in sorted(self.agents))
        return statistics


@dataclass(slots=True)
class Counts:
    """The counters of all accounts, and what is needed to count the next event."""

    accounts: dict[str, AccountCounts] = field(default_factory=lambda: defaultdict(AccountCounts))
    account_of: dict[str, str] = field(default_factory=dict)
    """By conversation."""
    turns: dict[str, tuple[str, float]] = field(default_factory=dict)
    """The turns that run: their agent and when they began, by id."""
    alerts: set[str] = field(default_factory=set)
    """Conversations that are alerts of agents."""
    offers: dict[str, str] = field(default_factory=dict)
    """The transfers that are under way: their target, by id."""

    def account(self, event: ConversationEvent) -> AccountCounts:
        """The counters of the account that an event belongs to."""
        return self.accounts[self.account_of.get(event.conversation_id, "")]


def opened(counts: Counts, event: ConversationEvent) -> None:
    counts.account_of[event.conversation_id] = event.opened.account_id
    account = counts.account(event)
    if event.opened.alert_from:
        account.totals.alerts += 1
        counts.alerts.add(event.conversation_id)
        return
    account.totals.conversations += 1
    account.totals.opened_by_mesh += event.opened.HasField("opening")
    _note_owner(account, event, event.opened.owner)


def closed(counts: Counts, event: ConversationEvent) -> None:
    counts.account(event).totals.closed += event.conversation_id not in counts.alerts


def message_posted(counts: Counts, event: ConversationEvent) -> None:
    counts.account(event).totals.messages += 1


def turn_started(counts: Counts, event: ConversationEvent) -> None:
    started = event.turn_started
    counts.account(event).agent(started.agent).counts.turns += 1
    counts.turns[started.turn_id] = started.agent, seconds_of(event.time)


def turn_finished(counts: Counts, event: ConversationEvent) -> None:
    finished = event.turn_finished
    name, began = counts.turns.pop(finished.turn_id, ("", 0.0))
    if not name:
        return
    agent = counts.account(event).agent(name)
    if finished.outcome == pb.TURN_OUTCOME_ANSWERED:
        agent.counts.answered += 1
        agent.answer_seconds.append(seconds_of(event.time) - began)
    elif finished.outcome == pb.TURN_OUTCOME_FAILED:
        agent.counts.failed += 1
    elif finished.outcome == pb.TURN_OUTCOME_NOT_MINE:
        agent.counts.not_mine += 1


def transfer_requested(counts: Counts, event: ConversationEvent) -> None:
    counts.offers[event.transfer_requested.transfer_id] = name_of(event.transfer_requested.target)


def transfer_failed(counts: Counts, event: ConversationEvent) -> None:
    target, account = counts.offers.pop(event.transfer_failed.transfer_id, ""), counts.account(event)
    if target:
        _note_declined(account, target)
    else:  # an assignment that waited and was refused before anybody was asked
        account.totals.failed_transfers += 1


def owner_changed(counts: Counts, event: ConversationEvent) -> None:
    changed, account = event.owner_changed, counts.account(event)
    target = counts.offers.pop(changed.transfer_id, "")
    if target not in ("", DESK, name_of(changed.owner)):
        _note_declined(account, target)  # a fallback took over
    elif changed.transfer_id:
        account.totals.transfers += 1
    if changed.previous.agent:
        agent = account.agent(changed.previous.agent)
        agent.counts.transfers_out += 1
        agent.counts.escalations += name_of(changed.owner) == DESK
    if changed.owner.agent:
        account.agent(changed.owner.agent).counts.transfers_in += 1
    _note_owner(account, event, changed.owner)


def outcome_recorded(counts: Counts, event: ConversationEvent) -> None:
    """A later outcome replaces an earlier one, to the credit of the agent that had the conversation then."""
    recorded, account = event.outcome_recorded, counts.account(event)
    records = [account.outcomes]
    if recorded.agent:
        records.append(account.agent(recorded.agent).outcomes)
    for outcomes in records:
        outcomes.setdefault(event.conversation_id, pb.Outcome()).MergeFrom(recorded.outcome)


def _note_declined(account: AccountCounts, target: str) -> None:
    account.agent(target).counts.declined_offers += 1
    account.totals.failed_transfers += 1


def _note_owner(account: AccountCounts, event: ConversationEvent, owner: Owner) -> None:
    if owner.agent:
        agent = account.agent(owner.agent)
        agent.owned.add(event.conversation_id)
        agent.ownerships += 1
    else:
        account.escalated.add(event.conversation_id)


def _mean_satisfaction(outcomes: Sequence[pb.Outcome]) -> tuple[float, int]:
    """The mean of the ratings, and how many there are."""
    ratings = [outcome.satisfaction for outcome in outcomes if outcome.HasField("satisfaction")]
    return (sum(ratings) / len(ratings) if ratings else 0.0), len(ratings)
