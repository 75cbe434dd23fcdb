"""The watched copy of the registry that callers look instances up in.

The registry is on nobody's hot path: while it is away, or has just started and does not know everybody yet,
callers go on with this copy.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from google.protobuf.message import DecodeError
from grpc.aio import AioRpcError

from botmesh.calling.registry_client import RegistryClient
from botmesh.calling.watched import LeftOut, Named, read, sift
from botmesh.deadline import now
from botmesh.errors import BotmeshError, InvalidField, NoLiveInstance, QuotaExceeded, TooManyInstances, UnknownAgent
from botmesh.fields import check_fields
from botmesh.limits import Limits
from botmesh.names import did_you_mean, nearest
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_READY, READINESS_UNSPECIFIED, Instance
from botmesh.v1.limits_pb2 import Limits as LimitsMessage

logger = logging.getLogger("botmesh")
Name = tuple[str, str]
"""(account, agent)"""

FIRST_SNAPSHOT = 5.0
"""Seconds to wait for the registry's first answer."""
_LOOK_UP = 1.0
"""Seconds to ask the registry about an agent that the copy does not have."""
_BACKOFF = 0.1, 2.0
"""Seconds before watching again, at first and at most."""
IDLE_SECONDS = 60.0
"""How long a copy is kept current that nobody asks about, where there are many of them (callers.py)."""
_MAX_TOLD = 1_000
"""Agents and instances that were said to be unreadable: beyond, they are said anew."""


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
class _InSnapshot:
    """What a snapshot has named, and what came after it."""

    instances: set[str] = field(default_factory=set)
    agents: set[Name] = field(default_factory=set)
    complete: bool = False


class Directory:
    """Agents and their live instances, kept current by a watch."""

    def __init__(self, account: str, registry: RegistryClient | None = None, *, idle: float | None = None) -> None:
        """Empty until the watch starts; without a registry, whoever made it fills it.

        `idle`: seconds after which a copy that nobody asks about is dropped, and its watch with it; both begin again
        when somebody does. None: it is kept.
        """
        self.account = account
        self.registry = registry
        self.changed: Callable[[], None] = lambda: None
        """Called after every change of the copy."""
        self.on_limits: Callable[[Limits], None] = lambda _: None
        self.on_trace_endpoint: Callable[[str], None] = lambda _: None
        self.in_use: Callable[[], bool] = lambda: False
        """Whether calls are under way that need the copy, although they ask nothing now."""
        self.warming = False
        """Whether the registry has just started: agents that are alive may be missing."""
        self._entries: dict[Name, Entry] = {}
        self._owner: dict[str, Name] = {}
        self._revision = ""
        self._named: _InSnapshot | None = None
        """What a snapshot that we are in has named; None: nothing is to be removed by absence."""
        self._ready = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._idle = idle
        self._asked_at = 0.0
        self._timer: asyncio.Handle | None = None
        self._told: dict[str, None] = {}
        """What was said to be unreadable."""
        self._refusal: BotmeshError | None = None
        """Why a registry that answers gives no copy."""

    @property
    def watching(self) -> bool:
        """Whether the copy is kept current, or needs not be."""
        return self.registry is None or self._watching is not None

    async def ready(self, within: float = FIRST_SNAPSHOT) -> None:
        """Return when there is a copy.

        Raises:
            RegistryUnreachable: no registry answered within so many seconds.
            InvalidField: one answers, and its copy cannot be read.
            QuotaExceeded, TooManyInstances: one answers, and has no place for another watch.
        """
        self._asked_at = now()
        if self.registry is None or self._ready.is_set():
            return
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(self.registry), name="botmesh-watch")
            self._look_later()
        try:
            await asyncio.wait_for(self._ready.wait(), within)
        except TimeoutError:
            if self._refusal is not None:
                raise self._refusal.bare() from None
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
        left_out: LeftOut = []
        if sift(pb.AgentChanges(cards=[agent.card]), left_out).cards:
            self.put(agent.card)
        for instance in sift(pb.AgentChanges(instances=agent.instances), left_out).instances:
            self._put_instance(instance)
        self._tell(left_out)

    def find(self, account: str, name: str) -> AgentCard:
        """The card of an active agent.

        Raises:
            UnknownAgent: no agent of that name; the nearest names are in its metadata.
            NoLiveInstance: it is known, and nobody serves it now.
        """
        self._asked_at = now()
        entry = self._entries.get(_name(account, name))
        if entry is None or not (entry.card.account_id == account or entry.card.shared):
            close = nearest(name, (known for owner, known in self._entries if owner == account))
            raise UnknownAgent(f"no agent {name!r} is registered.{did_you_mean(close)}", nearest=",".join(close))
        if not entry.live:
            raise NoLiveInstance(f"{name} is known, but no instance of it is ready: start one", agent=name)
        return entry.card

    def live(self, account: str, name: str) -> Sequence[Instance]:
        """The instances to call: the ready ones, else the busy ones."""
        self._asked_at = now()
        entry = self._entries.get(_name(account, name))
        return () if entry is None else entry.live

    def has(self, instance: Instance) -> bool:
        """Whether an instance holds a lease, as far as we know."""
        return instance.instance_id in self._owner

    def agents(self) -> list[Agent]:
        """All agents in the copy, by account and name."""
        self._asked_at = now()
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

    def apply(self, response: pb.WatchAgentsResponse, left_out: LeftOut | None = None) -> None:
        """Take in one step of the watch, without the cards and instances in it that nobody could use.

        `left_out`: those that are missing already, because they could not even be read.
        """
        left_out = [] if left_out is None else left_out
        self.warming = response.warming
        if response.HasField("limits") and self._usable(response.limits, left_out):
            self.on_limits(Limits.from_proto(response.limits))
        if response.trace_endpoint:
            self.on_trace_endpoint(response.trace_endpoint)
        kind = response.WhichOneof("event")
        if kind == "snapshot":
            self._apply_snapshot(sift(response.snapshot, left_out), left_out)
        elif kind == "changes":
            self._apply_changes(sift(response.changes, left_out), left_out, warming=response.warming)
        if self._named is not None and self._named.complete and not response.warming:
            self._drop_unnamed(self._named)
            self._named = None
        self._revision = response.revision
        self._tell(left_out)
        self.changed()

    async def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
            self._watching = None

    def _look_later(self) -> None:
        if self._idle is not None:
            self._timer = asyncio.get_running_loop().call_later(self._idle / 2, self._look)

    def _look(self) -> None:
        """Drop a copy that nobody has asked about: it would be stale once the watch begins again."""
        self._timer = None
        if self._watching is None or self._idle is None:
            return
        if now() - self._asked_at < self._idle or self.in_use():
            self._look_later()
            return
        self._watching.cancel()
        self._watching = None
        self._ready.clear()
        self._entries.clear()
        self._owner.clear()
        self._named = self._refusal = None
        self._revision = ""
        self.warming = False

    def _usable(self, limits: LimitsMessage, left_out: LeftOut) -> bool:
        try:
            check_fields(limits, "limits")
        except InvalidField as error:
            left_out.append(Named("the mesh's limits", error.text))
            return False
        return True

    def _tell(self, left_out: LeftOut) -> None:
        """Say once of each what cannot be used."""
        for item in left_out:
            if item.who not in self._told:
                if len(self._told) >= _MAX_TOLD:
                    self._told.clear()
                self._told[item.who] = None
                logger.warning(
                    "the registry tells of %s what cannot be used, and it is left out: %s", item.who, item.why
                )

    def _apply_snapshot(self, snapshot: pb.SnapshotChunk, left_out: LeftOut) -> None:
        if self._named is None or self._named.complete:
            self._named = _InSnapshot()
        for card in snapshot.cards:
            self.put(card)
        for instance in snapshot.instances:
            self._put_instance(instance)
        self._keep_last(left_out)
        if snapshot.complete:
            self._named.complete = True
            self._ready.set()

    def _apply_changes(self, changes: pb.AgentChanges, left_out: LeftOut, *, warming: bool) -> None:
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
        """An agent whose card cannot be used keeps the last one that could; an instance that says it is gone."""
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

    def _drop_unnamed(self, named: _InSnapshot) -> None:
        """A snapshot is complete and its registry warm: what it did not name is gone."""
        for instance_id in self._owner.keys() - named.instances:
            self._remove_instance(instance_id)
        for name in self._entries.keys() - named.agents:
            del self._entries[name]

    async def _watch(self, registry: RegistryClient) -> None:
        least, most = _BACKOFF
        pause = least
        while True:
            self._named = None
            try:
                async with aclosing(registry.watch(self.account, self._revision)) as responses:
                    async for data in responses:
                        self._take(registry, data)
                        pause = least
            except (QuotaExceeded, TooManyInstances) as error:
                self._refusal = error
                logger.debug("the registry takes no watch: %s", error)
            except (BotmeshError, AioRpcError) as error:
                logger.debug("watch of the registry ended: %s", error)
            except Exception:
                logger.exception("what the registry says could not be taken in; it is asked again")
            if not self._ready.is_set():
                logger.debug("no copy from the registry at %s yet", registry.address)
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(most, pause * 2)

    def _take(self, registry: RegistryClient, data: bytes) -> None:
        """Take in one response as it came; one that cannot be read at all is skipped."""
        try:
            response, left_out = read(data)
        except DecodeError:
            text = f"the registry at {registry.address} answers, and what it tells of its agents cannot be read"
            self._refusal = InvalidField(text, field="response")
            self._tell([Named(f"the registry at {registry.address}", "a response that cannot be read")])
            return
        self.apply(response, left_out)


def _name(account: str, target: str) -> Name:
    owner, slash, name = target.rpartition("/")
    return (owner if slash else account), name
