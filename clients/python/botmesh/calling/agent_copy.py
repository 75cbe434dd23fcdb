"""A caller's copy of the registry: agents, their cards and their live instances. No I/O.

The copy changes by snapshots and changes of the registry's watch, and by what the registry answers about one agent.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from botmesh.calling.watched import LeftOut
from botmesh.deadline import now
from botmesh.errors import NoLiveInstance, UnknownAgent
from botmesh.names import did_you_mean, nearest
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_READY, READINESS_UNSPECIFIED, Instance
from botmesh.v1.registry_service_pb2 import AgentChanges, SnapshotChunk

Name: TypeAlias = tuple[str, str]
"""An account and the name of an agent."""


@dataclass(slots=True)
class Entry:
    """One agent in the copy."""

    card: AgentCard
    instances: dict[str, Instance] = field(default_factory=dict)
    """All known instances by their ids."""
    live: list[Instance] = field(default_factory=list)
    """The instances to call: the ready ones, or the busy ones if none is ready."""

    def changed(self) -> None:
        """Compute `live` again after a change of `instances`."""
        known = self.instances.values()
        ready = [instance for instance in known if instance.readiness in (READINESS_READY, READINESS_UNSPECIFIED)]
        self.live = ready or [instance for instance in known if instance.readiness == READINESS_BUSY]


@dataclass(slots=True)
class _SnapshotNames:
    """What a snapshot, and the changes since its first chunk, have named."""

    instances: set[str] = field(default_factory=set)
    agents: set[Name] = field(default_factory=set)
    complete: bool = False


class AgentCopy:
    """Agents by account and name, and their instances."""

    def __init__(self) -> None:
        """Begin empty."""
        self.asked_at = 0.0
        """When the copy was last asked about agents, by the loop's clock."""
        self._entries: dict[Name, Entry] = {}
        self._owner: dict[str, Name] = {}
        """The agent of each instance, by the instance's id."""
        self._named: _SnapshotNames | None = None
        """What the current snapshot has named; None: nothing is removed because a snapshot does not name it."""

    def find(self, account: str, name: str) -> AgentCard:
        """Return the card of an active agent.

        Raises:
            UnknownAgent: there is no agent of that name; the nearest names are in the error's metadata.
            NoLiveInstance: the agent is known, and no instance of it is live.
        """
        self.asked_at = now()
        entry = self._entries.get(_key(account, name))
        if entry is None or not (entry.card.account_id == account or entry.card.shared):
            close = nearest(name, (known for owner, known in self._entries if owner == account))
            raise UnknownAgent(f"no agent {name!r} is registered.{did_you_mean(close)}", nearest=",".join(close))
        if not entry.live:
            raise NoLiveInstance(f"{name} is known, but no instance of it is ready: start one", agent=name)
        return entry.card

    def live(self, account: str, name: str) -> Sequence[Instance]:
        """The instances to call: the ready ones, or the busy ones if none is ready; empty if there are none."""
        self.asked_at = now()
        entry = self._entries.get(_key(account, name))
        return () if entry is None else entry.live

    def has(self, instance: Instance) -> bool:
        """Whether the copy has the instance."""
        return instance.instance_id in self._owner

    def agents(self) -> list[Agent]:
        """All agents in the copy, by account and name, with their instances by id."""
        self.asked_at = now()
        return [
            Agent(card=entry.card, instances=[instance for _, instance in sorted(entry.instances.items())])
            for _, entry in sorted(self._entries.items())
        ]

    def put(self, card: AgentCard, instances: Iterable[Instance] = ()) -> None:
        """Add an agent or replace its card, and add or replace instances."""
        name = card.account_id, card.name
        self._entries.setdefault(name, Entry(card)).card = card
        if self._named is not None:
            self._named.agents.add(name)
        for instance in instances:
            self._put_instance(instance)

    def _clear(self) -> None:
        self._entries.clear()
        self._owner.clear()
        self._named = None

    def _apply_snapshot(self, snapshot: SnapshotChunk, left_out: LeftOut) -> None:
        """Add one chunk of a snapshot. `left_out` has the cards and instances of it that cannot be used."""
        if self._named is None or self._named.complete:
            self._named = _SnapshotNames()
        for card in snapshot.cards:
            self.put(card)
        for instance in snapshot.instances:
            self._put_instance(instance)
        self._keep_last(left_out)
        self._named.complete = self._named.complete or snapshot.complete

    def _apply_changes(self, changes: AgentChanges, left_out: LeftOut, *, warming: bool) -> None:
        """Add, replace and remove what has changed. A registry that is `warming` removes no agents."""
        for card in changes.cards:
            self.put(card)
        for instance in changes.instances:
            self._put_instance(instance)
        self._keep_last(left_out)
        for instance_id in changes.removed_instances:
            self._remove_instance(instance_id)
        for key in changes.removed_agents:
            if not warming:
                self._entries.pop((key.account_id, key.name), None)

    def _keep_last(self, left_out: LeftOut) -> None:
        """Keep the last usable card of an agent whose card cannot be used; remove an instance that cannot be used."""
        for item in left_out:
            if item.instance:
                self._remove_instance(item.instance)
            elif item.agent is not None and self._named is not None:
                self._named.agents.add(item.agent)

    def _put_instance(self, instance: Instance) -> None:
        name = instance.account_id, instance.agent
        entry = self._entries.setdefault(name, Entry(AgentCard(account_id=name[0], name=name[1])))
        entry.instances[instance.instance_id] = instance
        entry.changed()
        self._owner[instance.instance_id] = name
        if self._named is not None:
            self._named.instances.add(instance.instance_id)

    def _remove_instance(self, instance_id: str) -> None:
        entry = self._entries.get(self._owner.pop(instance_id, ("", "")))
        if entry is not None:
            entry.instances.pop(instance_id, None)
            entry.changed()

    def _drop_unnamed(self) -> None:
        """Remove what a complete snapshot did not name. Call it once the registry is no longer warming."""
        if self._named is None or not self._named.complete:
            return
        for instance_id in self._owner.keys() - self._named.instances:
            self._remove_instance(instance_id)
        for name in self._entries.keys() - self._named.agents:
            del self._entries[name]
        self._named = None


def _key(account: str, target: str) -> Name:
    """The key of an agent that callers of `account` name as `target`: a name, or account/name."""
    owner, slash, name = target.rpartition("/")
    return (owner if slash else account), name
