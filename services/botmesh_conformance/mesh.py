"""The mesh around the agent under test: registry, services and a receiver of traces, all on loopback."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botmesh.limits import Limits
from botmesh.serving.grpc_server import Server
from botmesh_conformance.registrar import Registrar
from botmesh_conformance.spans import Spans
from botmesh_mesh import SERVICE_NAMES, Services
from botmesh_registry import SERVICE_NAME as REGISTRY
from botmesh_registry import Registry
from botmesh_service.settings import load

_LEASE = 2.0
"""Seconds of a lease: short, so that instances that are gone leave the registry soon."""


@dataclass(frozen=True, slots=True)
class RunningServices:
    """The servers of a mesh that has been started."""

    registry: Registry
    services: Services
    server: Server


class Mesh:
    """A mesh in this process."""

    provides = frozenset({"registry", "spans", "conversations", "tasks", "team"})

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        """Prepare a mesh; `given` may have `limits`, `lease_duration` in seconds, and settings of services by name."""
        self._given = dict(given or {})
        self._limits: dict[str, Any] = self._given.pop("limits", {})
        self._lease = self._given.pop("lease_duration", _LEASE)
        self._folder = tempfile.TemporaryDirectory(prefix="botmesh-conformance-")
        self.address = ""
        self.spans = Spans()
        self._running: RunningServices | None = None
        self._traces: Server | None = None

    @property
    def registry(self) -> Registry:
        """The registry of the mesh, which runs."""
        if self._running is None:
            raise RuntimeError("the registry of this case is stopped: start it first")
        return self._running.registry

    async def start(self) -> None:
        """Serve; after `stop_services`, again at the same address."""
        if self._traces is None:
            self._traces = Server("botmesh-conformance-traces")
            self.spans.add_to(self._traces.grpc)
            self._traces_at = await self._traces.start("127.0.0.1:0", [])
        server = Server("botmesh-conformance")
        self.address = server.bind(self.address or "127.0.0.1:0")
        registry = Registry(limits=Limits(**self._limits), lease_duration=self._lease, trace_endpoint=self._traces_at)
        registry.add_to(server.grpc)
        folder = Path(self._folder.name)
        settings = load(environ={}, flags={"offer_timeout": "1", **{k: str(v) for k, v in self._given.items()}})
        services = Services(folder, settings, server)
        self._running = RunningServices(registry, services, server)
        await server.start(self.address, [REGISTRY, *SERVICE_NAMES])
        await registry.open()
        await services.open()
        self.registrar = Registrar(self.address)

    async def stop_services(self) -> None:
        """Stop registry and services, as an outage does; nothing happens if they are stopped."""
        running, self._running = self._running, None
        if running is not None:
            await self.registrar.close()
            await running.services.close()
            await running.registry.close()
            await running.server.stop(0)

    async def stop(self) -> None:
        """Stop everything, and remove the data."""
        await self.stop_services()
        if self._traces is not None:
            await self._traces.stop(0)
        self._folder.cleanup()

    def set_limits(self, limits: Mapping[str, Any]) -> None:
        """Give the mesh other limits."""
        self.registry.set_limits(Limits(**limits))

    def forget(self, instance_id: str) -> None:
        """End an instance's lease without a word to the instance."""
        self.registry.leases.end(instance_id, self.registry.roster.listed[instance_id].token)


class ForeignMesh:
    """A mesh that runs already; the kit uses its registry only."""

    spans = Spans()

    def __init__(self, address: str, *, has_registry: bool) -> None:
        """Use the mesh at `address`, if `has_registry` says that a registry answers there."""
        self.provides = frozenset({"registry"} if has_registry else ())
        self.address = address
        self.registrar = Registrar(address)

    async def stop(self) -> None:
        """Close the connection to the registry."""
        await self.registrar.close()
