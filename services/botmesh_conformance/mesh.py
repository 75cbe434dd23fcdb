"""What stands around the agent under test: a registry, conversations, and a receiver of traces; all on loopback."""

import tempfile
from collections.abc import Mapping
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
"""Seconds: short, so that what is gone is gone soon."""


class Mesh:
    """A mesh in this process."""

    provides = frozenset({"registry", "spans", "conversations", "tasks", "team"})

    def __init__(self, given: Mapping[str, Any] | None = None) -> None:
        """`given`: `limits` (names of limits), `lease_duration` and settings of conversations by name."""
        self._given = dict(given or {})
        self._limits: dict[str, Any] = self._given.pop("limits", {})
        self._lease = self._given.pop("lease_duration", _LEASE)
        self._folder = tempfile.TemporaryDirectory(prefix="botmesh-conformance-")
        self.address = ""
        self.spans = Spans()
        self.registry: Registry | None = None
        self._server: Server | None = None
        self._part: Services | None = None
        self._traces: Server | None = None

    async def start(self) -> None:
        """Serve; again at the same address after `stop_services`."""
        if self._traces is None:
            self._traces = Server("botmesh-conformance-traces")
            self.spans.add_to(self._traces.grpc)
            self._traces_at = await self._traces.start("127.0.0.1:0", [])
        server = self._server = Server("botmesh-conformance")
        self.address = server.bind(self.address or "127.0.0.1:0")
        self.registry = Registry(
            limits=Limits(**self._limits), lease_duration=self._lease, trace_endpoint=self._traces_at
        )
        self.registry.add_to(server.grpc)
        folder = Path(self._folder.name)
        settings = load(environ={}, flags={"offer_timeout": "1", **{k: str(v) for k, v in self._given.items()}})
        self._part = Services(folder, settings, server)
        await server.start(self.address, [REGISTRY, *SERVICE_NAMES])
        await self.registry.open()
        await self._part.open()
        self.registrar = Registrar(self.address)

    async def stop_services(self) -> None:
        """End registry and conversations, as an outage does."""
        await self.registrar.close()
        if self._part is not None:
            await self._part.close()
        if self.registry is not None:
            await self.registry.close()
        if self._server is not None:
            await self._server.stop(0)
        self._server = self._part = self.registry = None

    async def stop(self) -> None:
        """End everything."""
        if self._server is not None:
            await self.stop_services()
        if self._traces is not None:
            await self._traces.stop(0)
        self._folder.cleanup()

    def set_limits(self, limits: Mapping[str, Any]) -> None:
        """Give the mesh other limits."""
        assert self.registry is not None  # noqa: S101 - only a mesh that runs is told
        self.registry.set_limits(Limits(**limits))

    def forget(self, instance_id: str) -> None:
        """End an instance's lease behind its back."""
        assert self.registry is not None  # noqa: S101 - as above
        self.registry.leases.end(instance_id, self.registry.roster.listed[instance_id].token)


class ForeignMesh:
    """A mesh that runs already: its registry is all that the kit uses of it."""

    spans = Spans()

    def __init__(self, address: str, *, has_registry: bool) -> None:
        """The mesh at `address`."""
        self.provides = frozenset({"registry"} if has_registry else ())
        self.address = address
        self.registrar = Registrar(address)

    async def stop(self) -> None:
        """Let go of it."""
        await self.registrar.close()
