"""The wired registry, on a server of its own or on one that it shares with other services."""

import asyncio
import logging
import time
from collections.abc import Callable

import grpc

from botmesh.errors import InvalidField, RegistryUnreachable
from botmesh.limits import Limits
from botmesh.serving.grpc_server import Server
from botmesh_registry.changelog import Key
from botmesh_registry.checks import parse_ranges
from botmesh_registry.lease_table import LeaseTable
from botmesh_registry.leases import COMPONENT, Leases
from botmesh_registry.mesh_info import MeshInfo
from botmesh_registry.probe import Prober
from botmesh_registry.roster import InstanceEntry, Roster
from botmesh_registry.search import Search
from botmesh_registry.service import SERVICE_NAME, RegistryService
from botmesh_registry.watch import WINDOW, Watches
from botmesh_service.problems import Problems
from botmesh_service.supervisor import recovered, supervise

logger = logging.getLogger("botmesh")

SHORTEST_LEASE = 0.1
"""Seconds. Below this a lease would end between two sweeps."""
_MAX_INDEXED = 200
"""Agents whose skills one sweep indexes, in a few ms; the next search indexes the rest."""


class Registry:
    """The registry. `start` serves it alone; `add_to`, `open` and `close` let it share a server."""

    def __init__(
        self,
        *,
        limits: Limits | None = None,
        lease_duration: float = 10.0,
        max_heartbeats_per_second: float = 1000.0,
        max_instances: int = 20_000,
        max_agents: int = 10_000,
        max_watchers: int = 1000,
        probe_ranges: str = "",
        trace_endpoint: str = "",
        watch_window: float = WINDOW,
        prober: Prober | None = None,
        problems: Problems | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """An empty registry.

        Args:
            limits: the mesh's limits, the ceiling of every agent's own.
            lease_duration: seconds until a lease expires in a small mesh.
            max_heartbeats_per_second: leases grow longer so that heartbeats stay under this rate.
            max_instances: instances that may register.
            max_agents: agents that are known, also those without instances, the oldest of which make room.
            max_watchers: watches that may be open.
            probe_ranges: CIDR ranges, comma-separated, that may be probed besides the peers' own IPs.
            trace_endpoint: OTLP endpoint that instances and clients are told; empty: none.
            watch_window: seconds in which changes are coalesced for watchers.
            prober: probes instances.
            problems: notes failures; default: a list of its own.
            clock: monotonic time in seconds.

        Raises:
            InvalidField: a value is out of range.
        """
        for name, value, least in (
            ("lease_duration", lease_duration, SHORTEST_LEASE),
            ("max_heartbeats_per_second", max_heartbeats_per_second, 1),
        ):
            if value < least:
                raise InvalidField(f"{name} must be {least} or more but is {value}", field=name, value=value)
        self._limits = limits or Limits()
        self._mesh_info = MeshInfo(self._limits.to_proto(), trace_endpoint=trace_endpoint)
        self._clock = clock
        self._tick = min(0.1, lease_duration / 20)
        self.roster = Roster(max_agents=max_agents, clock=clock)
        self.watches = Watches(self.roster, self._mesh_info, window=watch_window, max_watchers=max_watchers)
        self.search = Search(self.roster)
        self.prober = prober or Prober()
        self.leases = Leases(
            LeaseTable[InstanceEntry](clock),
            self.roster,
            self.prober,
            shortest=lease_duration,
            max_heartbeats_per_second=max_heartbeats_per_second,
            max_instances=max_instances,
            ranges=parse_ranges(probe_ranges),
        )
        self.note_in(Problems() if problems is None else problems)
        self.prober.settle = self.leases.settle
        self.roster.on_change = self._changed
        self._service = RegistryService(self.leases, self.roster, self.watches, self.search, self._mesh_info)
        self._opened_at = clock()
        self._failing: set[str] = set()
        self._sweeper: asyncio.Task[None] | None = None
        self._server: Server | None = None

    async def start(self, address: str) -> str:
        """Serve at `address`, where port 0 picks a free one, and return the address as bound.

        Raises:
            InvalidField: the address is malformed or in use.
        """
        self._server = Server("botmesh-registry", limits=lambda: self._limits)
        self.add_to(self._server.grpc)
        try:
            bound = await self._server.start(address, [SERVICE_NAME])
        except BaseException:
            await self._server.stop(grace=0)
            raise
        await self.open()
        return bound

    async def stop(self, grace: float = 1.0) -> None:
        """End all open streams, give unary calls `grace` seconds, and close."""
        await self.close()
        if self._server is not None:
            await self._server.stop(grace)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on a server that its owner starts; the service is `SERVICE_NAME`."""
        self._service.add_to(server)

    async def open(self) -> None:
        """Start probing, expiring leases, and the warm-up."""
        self._opened_at = self._clock()
        self.prober.open()
        self._sweeper = supervise("sweep", self._sweep_often, self.problems, component=COMPONENT, pauses=(0.1, 1.0))

    async def close(self) -> None:
        """End all streams and the background work; call it before the server stops."""
        self._service.close(RegistryUnreachable("the registry is stopping: try again soon"))
        if self._sweeper is not None:
            self._sweeper.cancel()
            await asyncio.wait([self._sweeper])
        await self.prober.close()

    def note_in(self, problems: Problems) -> None:
        """Note failures in `problems` from now on."""
        self.problems = self.leases.problems = self.prober.problems = problems

    def set_limits(self, limits: Limits) -> None:
        """Set the mesh's limits; watchers get them at once, instances with their next heartbeat."""
        self._limits = limits
        self._mesh_info.limits = limits.to_proto()
        self._mesh_info.version += 1
        self.watches.announce_limits()

    def set_trace_endpoint(self, endpoint: str) -> None:
        """Set the trace endpoint for the instances and clients that connect from now on."""
        self._mesh_info.trace_endpoint = endpoint

    @property
    def warming(self) -> bool:
        """Whether live agents may be missing, because the registry has just started."""
        return self.watches.warming

    def sweep(self) -> None:
        """Do the periodic work: expire leases, end the warm-up, forget old agents, update the index of skills.

        A step that fails is noted and retried with the next sweep; the other steps run all the same.
        """
        for name, step in (
            ("leases that could not be ended", self.leases.try_again),
            ("leases", self.leases.expire),
            ("agents that are gone", self.roster.forget_long_gone),
            ("index of skills", lambda: self.search.refresh(_MAX_INDEXED)),
            ("warming", self._end_warming),
            ("watches", self.watches.catch_up),
            ("probes", self.prober.look),
        ):
            try:
                step()
            except Exception as error:
                logger.exception("the registry's sweep failed: %s", name)
                self._failing.add(name)
                self.problems.failed(COMPONENT, name, f"{type(error).__name__}: {error}")
            else:
                if name in self._failing:
                    self._failing.discard(name)
                    recovered(self.problems, COMPONENT, name)

    def _end_warming(self) -> None:
        if self.watches.warming and self._clock() - self._opened_at >= self.leases.duration:
            self.watches.end_warming()

    async def _sweep_often(self) -> None:
        while True:
            self.sweep()
            await asyncio.sleep(self._tick)

    def _changed(self, agent: Key, urgent: bool) -> None:
        self.search.mark(agent)
        self.watches.changed(agent, urgent)
