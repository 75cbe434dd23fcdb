"""The roster: agents, their instances, and the log of every visible change of them."""

import bisect
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from botmesh.errors import TooManyInstances
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_READY, Instance, Readiness
from botmesh.v1.registry_service_pb2 import PROBE_STATE_PENDING, ProbeState
from botmesh_registry.changelog import ChangeLog, Key

KEPT_CHANGES = 20_000
"""Changes that are kept, of about 150 bytes: two for each instance of a large mesh."""
KEPT_SECONDS = 24 * 3600.0
"""Seconds that an agent without instances stays known, so that callers can tell it from one that never existed."""

TAKES_WORK = (READINESS_READY, READINESS_BUSY)


@dataclass(slots=True, eq=False)
class InstanceEntry:
    """An instance that holds a lease."""

    instance: Instance
    """The instance as watchers see it."""
    card: AgentCard
    """The card of its last registration."""
    token: str
    order: int
    """Number of its last registration, counted over all instances."""
    listed: bool = False
    """Whether watchers see it, because its last probe passed."""
    ended: bool = False
    """Whether its lease has ended."""
    probe: ProbeState = PROBE_STATE_PENDING
    probe_error: str = ""
    limits_sent: int = 0
    """The version of the limits that it has received; 0 if it may have none."""

    @property
    def id(self) -> str:
        """The instance's id."""
        return self.instance.instance_id

    @property
    def key(self) -> Key:
        """The identity of its agent."""
        return self.instance.account_id, self.instance.agent


@dataclass(slots=True, eq=False)
class AgentEntry:
    """An agent. It has no card, and is invisible, until an instance of it has passed a probe."""

    key: Key
    card: AgentCard | None = None
    order: int = 0
    """Number of the registration whose card this is."""
    instances: dict[str, InstanceEntry] = field(default_factory=dict)

    @property
    def shared(self) -> bool:
        """Whether other accounts see it."""
        return self.card is not None and self.card.shared

    @property
    def active(self) -> bool:
        """Whether any instance takes work."""
        return any(entry.instance.readiness in TAKES_WORK for entry in self.listed())

    def listed(self) -> Iterator[InstanceEntry]:
        """The instances that watchers see."""
        return (entry for entry in self.instances.values() if entry.listed)

    def seen_by(self, account: str) -> bool:
        """Whether `account` sees this agent."""
        return self.card is not None and (self.key[0] == account or self.card.shared)


class Roster:
    """All agents and instances. `on_change` is called after each change."""

    def __init__(
        self,
        *,
        max_agents: int = 10_000,
        kept_changes: int = KEPT_CHANGES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Know at most `max_agents` agents, those without instances included."""
        self.agents: dict[Key, AgentEntry] = {}
        self.listed: dict[str, InstanceEntry] = {}
        self.names: list[Key] = []
        """The agents with a card, sorted."""
        self.log = ChangeLog(kept_changes)
        self.on_change: Callable[[Key, bool], None] = lambda _agent, _urgent: None
        """Called after each change with the agent and whether callers may be sending work to an absent instance."""
        self._max_agents = max_agents
        self._clock = clock
        self._gone: dict[Key, float] = {}  # since when an agent has no instance; oldest first

    def admit(self, entry: InstanceEntry) -> None:
        """Add an instance, not listed until it has passed a probe.

        Raises:
            TooManyInstances: its agent is new, and `max_agents` agents with instances are known.
        """
        agent = self.agents.get(entry.key)
        if agent is None:
            self._make_room()
            agent = self.agents[entry.key] = AgentEntry(entry.key)
        agent.instances[entry.id] = entry
        self._gone.pop(entry.key, None)

    def show(self, entry: InstanceEntry) -> None:
        """List an instance, or publish its changes if it is listed."""
        entry.listed = True
        self.listed[entry.id] = entry
        self._adopt_card(entry)
        self._changed(self.agents[entry.key], entry.id, urgent=False)

    def hide(self, entry: InstanceEntry) -> None:
        """Remove an instance from the list; its lease goes on."""
        if entry.listed:
            entry.listed = False
            del self.listed[entry.id]
            self._changed(self.agents[entry.key], entry.id, urgent=True)

    def set_readiness(self, entry: InstanceEntry, readiness: Readiness) -> None:
        """Set the readiness of an instance."""
        if entry.instance.readiness == readiness:
            return
        entry.instance.readiness = readiness
        if entry.listed:
            self._changed(self.agents[entry.key], entry.id, urgent=readiness not in TAKES_WORK)

    def dismiss(self, entry: InstanceEntry) -> None:
        """Remove an instance whose lease has ended. May be called again after a failure."""
        entry.ended = True
        agent = self.agents.get(entry.key)
        if agent is not None and agent.instances.get(entry.id) is entry:
            del agent.instances[entry.id]
            if not agent.instances and agent.card is None:
                del self.agents[agent.key]  # no instance of it ever passed a probe
            elif not agent.instances:
                self._gone[agent.key] = self._clock()
        if entry.listed and self.listed.get(entry.id) is entry:
            entry.listed = False
            del self.listed[entry.id]
            if agent is not None:
                self._changed(agent, entry.id, urgent=True)

    def forget_long_gone(self) -> None:
        """Forget the agents that have had no instance for a day."""
        until = self._clock() - KEPT_SECONDS
        while self._gone and next(iter(self._gone.values())) <= until:
            self._forget_oldest()

    def _make_room(self) -> None:
        if len(self.agents) < self._max_agents:
            return
        if not self._gone:
            raise TooManyInstances(
                f"the registry knows {self._max_agents} agents and takes no more: deregister some or raise its limit",
                limit=self._max_agents,
                field="card.name",
            )
        self._forget_oldest()

    def _forget_oldest(self) -> None:
        key = next(iter(self._gone))
        del self._gone[key]
        agent = self.agents.pop(key)
        del self.names[bisect.bisect_left(self.names, key)]
        self._changed(agent, "", urgent=False)

    def _adopt_card(self, entry: InstanceEntry) -> None:
        """Make the card of the newest registration the agent's card."""
        agent = self.agents[entry.key]
        if entry.order < agent.order:
            return
        agent.order = entry.order
        if entry.card == agent.card:
            return
        was_shared, is_new = agent.shared, agent.card is None
        agent.card = entry.card
        if is_new:
            bisect.insort(self.names, agent.key)
        shared = was_shared or agent.shared
        self._changed(agent, "", urgent=False, shared=shared)
        if was_shared != agent.shared and not is_new:
            for other in agent.listed():  # they appear or vanish for all other accounts
                self._changed(agent, other.id, urgent=False, shared=True)

    def _changed(self, agent: AgentEntry, instance: str, *, urgent: bool, shared: bool | None = None) -> None:
        self.log.add(agent.key, instance, shared=agent.shared if shared is None else shared)
        self.on_change(agent.key, urgent)
