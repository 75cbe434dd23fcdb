"""The watched copy of the registry that callers look instances up in.

The registry is on nobody's hot path: while it is away, or has just started and does not know everybody yet,
callers go on with this copy.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from grpc.aio import AioRpcError

from botmesh.errors import BotmeshError, NoLiveInstance, UnknownAgent
from botmesh.limits import Limits
from botmesh.names import did_you_mean, nearest
from botmesh.registry import RegistryClient
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_READY, READINESS_UNSPECIFIED, Instance

logger = logging.getLogger("botmesh")
Name = tuple[str, str]
"""(account, agent)"""

FIRST_SNAPSHOT = 5.0
"""Seconds to wait for the registry's first answer."""
_LOOK_UP = 1.0
"""Seconds to ask the registry about an agent that the copy does not have."""
_BACKOFF = 0.1, 2.0
"""Seconds before watching again, at first and at most."""


@dataclass(slots=True)
class Entry:
    """One agent in the copy."""

    card: AgentCard
    instances: dict[str, Instance] = field(default_factory=dict)
    live: list[Instance] = field(default_factory=list)
    """Those to call: the ready ones, else the busy ones."""

    def changed(self) -> None:
        """Another instance, or one less, or one that says otherwise how it is."""
        known = self.instances.values()
        ready = [one for one in known if one.readiness in (READINESS_READY, READINESS_UNSPECIFIED)]
        self.live = ready or [one for one in known if one.readiness == READINESS_BUSY]


@dataclass(slots=True)
class _Named:
    """What a snapshot has named, and what came after it."""

    instances: set[str] = field(default_factory=set)
    agents: set[Name] = field(default_factory=set)
    complete: bool = False


class Directory:
    """Agents and their live instances, kept current by a watch."""

    def __init__(self, account: str, registry: RegistryClient | None = None) -> None:
        """Empty until the watch starts; without a registry, whoever made it fills it."""
        self.account = account
        self.registry = registry
        self.changed: Callable[[], None] = lambda: None
        """Called after every change of the copy."""
        self.on_limits: Callable[[Limits], None] = lambda _: None
        self.on_trace_endpoint: Callable[[str], None] = lambda _: None
        self.warming = False
        """Whether the registry has just started: agents that are alive may be missing."""
        self._entries: dict[Name, Entry] = {}
        self._owner: dict[str, Name] = {}
        self._revision: pb.Revision | None = None
        self._named: _Named | None = None
        """What a snapshot that we are in has named; None: nothing is to be removed by absence."""
        self._ready = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None

    @property
    def watching(self) -> bool:
        """Whether the copy is kept current, or needs not be."""
        return self.registry is None or self._watching is not None

    async def ready(self, within: float = FIRST_SNAPSHOT) -> None:
        """Return when there is a copy.

        Raises:
            RegistryUnreachable: none came within so many seconds.
        """
        if self.registry is None or self._ready.is_set():
            return
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(self.registry), name="botmesh-watch")
        try:
            await asyncio.wait_for(self._ready.wait(), within)
        except TimeoutError:
            raise self.registry.unreachable() from None

    async def look_up(self, account: str, target: str, within: float) -> None:
        """Make sure that the copy is as good as the registry about one agent, as far as that takes `within` seconds.

        An agent that has just come is asked for; one that the registry does not know either stays unknown.
        """
        await self.ready(min(FIRST_SNAPSHOT, within))
        if not self.live(account, target):
            await self.refresh(account, target, within)

    async def refresh(self, account: str, target: str, within: float) -> None:
        """Ask the registry about one agent, whatever the copy says; one that does not answer changes nothing."""
        if self.registry is None:
            return
        try:
            agent = await self.registry.get_agent(account, target, min(_LOOK_UP, within))
        except (BotmeshError, AioRpcError):
            return  # the copy decides
        self.put(agent.card, agent.instances)

    def find(self, account: str, name: str) -> AgentCard:
        """The card of an active agent.

        Raises:
            UnknownAgent: no agent of that name; the nearest names are in its metadata.
            NoLiveInstance: it is known, and nobody serves it now.
        """
        entry = self._entries.get(_name(account, name))
        if entry is None or not (entry.card.account_id == account or entry.card.shared):
            close = nearest(name, (known for owner, known in self._entries if owner == account))
            raise UnknownAgent(f"no agent {name!r} is registered.{did_you_mean(close)}", nearest=",".join(close))
        if not entry.live:
            raise NoLiveInstance(f"{name} is known, but no instance of it is ready: start one", agent=name)
        return entry.card

    def live(self, account: str, name: str) -> Sequence[Instance]:
        """The instances to call: the ready ones, else the busy ones."""
        entry = self._entries.get(_name(account, name))
        return () if entry is None else entry.live

    def has(self, instance: Instance) -> bool:
        """Whether an instance holds a lease, as far as we know."""
        return instance.instance_id in self._owner

    def agents(self) -> list[Agent]:
        """All agents in the copy, by account and name."""
        return [
            Agent(card=entry.card, instances=[one for _, one in sorted(entry.instances.items())])
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

    def apply(self, response: pb.WatchAgentsResponse) -> None:
        """Take in one step of the watch."""
        self.warming = response.warming
        if response.HasField("limits"):
            self.on_limits(Limits.from_proto(response.limits))
        if response.trace_endpoint:
            self.on_trace_endpoint(response.trace_endpoint)
        kind = response.WhichOneof("event")
        if kind == "snapshot":
            self._apply_snapshot(response.snapshot)
        elif kind == "changes":
            self._apply_changes(response.changes, warming=response.warming)
        if self._named is not None and self._named.complete and not response.warming:
            self._drop_unnamed(self._named)
            self._named = None
        self._revision = response.revision
        self.changed()

    async def close(self) -> None:
        """Stop watching."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
            self._watching = None

    def _apply_snapshot(self, snapshot: pb.SnapshotChunk) -> None:
        if self._named is None or self._named.complete:
            self._named = _Named()
        for card in snapshot.cards:
            self.put(card)
        for instance in snapshot.instances:
            self._put_instance(instance)
        if snapshot.complete:
            self._named.complete = True
            self._ready.set()

    def _apply_changes(self, changes: pb.AgentChanges, *, warming: bool) -> None:
        for card in changes.cards:
            self.put(card)
        for instance in changes.instances:
            self._put_instance(instance)
        for instance_id in changes.removed_instances:
            self._remove_instance(instance_id)
        for key in changes.removed_agents:
            if not warming:
                self._entries.pop((key.account_id, key.name), None)

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

    def _drop_unnamed(self, named: _Named) -> None:
        """A snapshot is complete and its registry warm: what it did not name is gone."""
        for instance_id in self._owner.keys() - named.instances:
            self._remove_instance(instance_id)
        for name in self._entries.keys() - named.agents:
            del self._entries[name]

    async def _watch(self, registry: RegistryClient) -> None:
        least, most = _BACKOFF
        pause = least
        while True:
            request = pb.WatchAgentsRequest(account_id=self.account, since=self._revision)
            self._named = None
            try:
                async for response in registry.stub.WatchAgents(request, wait_for_ready=False):
                    self.apply(response)
                    pause = least
            except (BotmeshError, AioRpcError) as error:
                logger.debug("watch of the registry ended: %s", error)
            if not self._ready.is_set():
                logger.debug("no registry at %s yet", registry.address)
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(most, pause * 2)


def _name(account: str, target: str) -> Name:
    owner, slash, name = target.rpartition("/")
    return (owner if slash else account), name
