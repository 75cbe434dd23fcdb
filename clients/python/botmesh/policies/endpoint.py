"""This process's side of its calls: who it is, what it allows, what it counts."""

from dataclasses import dataclass, field
from typing import Protocol

from botmesh.chain import Chain
from botmesh.limits import Limits
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.telemetry.journal import Journal
from botmesh.telemetry.stats import Stats
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.work.table import WorkTable


class Targets(Protocol):
    """Where a caller looks up which agents it may call."""

    def find(self, account: str, name: str) -> AgentCard:
        """The card of an active agent.

        Raises:
            UnknownAgent: no agent of that name is registered.
            NoLiveInstance: it is registered, and no instance of it is live.
        """


@dataclass(slots=True)
class Endpoint:
    """One side of the calls that this process makes and takes."""

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
    """The mesh's, narrowed by environment and agent."""
    draining: bool = False
    targets: Targets | None = None
    works: WorkTable = field(default_factory=WorkTable)
    stats: Stats = field(default_factory=Stats)
    journal: Journal = field(default_factory=Journal)
    """Where messages and costs are reported to."""
    incoming: dict[tuple[str, str], int] = field(default_factory=dict)
    """Open delegations to this instance, by conversation."""
    outgoing: dict[tuple[str, str], int] = field(default_factory=dict)
    """Open delegations of this instance to others, by conversation."""

    def named_in(self, chain: Chain) -> str:
        """This agent as it stands in the chain's path."""
        return self.agent if self.account == chain.account_id else f"{self.account}/{self.agent}"
