"""One process's end of its calls: its identity, its limits, its work and its counters."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import nlargest
from typing import Protocol

from botmesh.chain import Chain
from botmesh.limits import Limits
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.telemetry.journal import Journal
from botmesh.telemetry.stats import Stats
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.work.table import WorkTable

MAX_REPORTED = 256
"""The most conversations that a heartbeat tells of."""
MIN_REPORTED = 2
"""The fewest open delegations of a conversation that a heartbeat tells of."""


class Targets(Protocol):
    """Looks up the agents that a caller may call."""

    def find(self, account: str, name: str) -> AgentCard:
        """Return the card of an active agent.

        Raises:
            UnknownAgent: no agent of that name is registered.
            NoLiveInstance: the agent is registered, and no instance of it is live.
        """


@dataclass(slots=True)
class Endpoint:
    """One process's end of the calls that it makes and serves."""

    telemetry: Telemetry
    account: str = DEFAULT_ACCOUNT
    agent: str = ""
    """The agent that this process serves; empty: a client that is no agent, or a service."""
    instance: str = ""
    shared: bool = False
    """Whether other accounts may call this agent."""
    ceiling: Limits = field(default_factory=Limits)
    """The mesh's limits."""
    limits: Limits = field(default_factory=Limits)
    """The mesh's limits, narrowed by the settings and the agent."""
    draining: bool = False
    targets: Targets | None = None
    works: WorkTable = field(default_factory=WorkTable)
    stats: Stats = field(default_factory=Stats)
    journal: Journal = field(default_factory=Journal)
    """Takes the reports of messages and costs."""
    incoming: dict[tuple[str, str], int] = field(default_factory=dict)
    """Open delegations to this instance, by account and conversation."""
    outgoing: dict[tuple[str, str], int] = field(default_factory=dict)
    """Open delegations of this instance to others, by account and conversation."""
    open_elsewhere: dict[str, int] = field(default_factory=dict)
    """Open delegations of other instances of this account, by conversation, as the registry has told last."""
    on_many_open: Callable[[], None] = lambda: None
    """Called when so many delegations of one conversation are open here that other instances must know soon."""

    def open_delegations(self) -> list[tuple[str, int]]:
        """The conversations of this account with two or more open delegations to others, at most 256, most first."""
        counts = ((key, count) for (account, key), count in self.outgoing.items() if account == self.account)
        return nlargest(MAX_REPORTED, (pair for pair in counts if pair[1] >= MIN_REPORTED), key=lambda pair: pair[1])

    def named_in(self, chain: Chain) -> str:
        """The name of this agent in the chain's path: with its account if that is not the chain's."""
        return self.agent if self.account == chain.account_id else f"{self.account}/{self.agent}"
