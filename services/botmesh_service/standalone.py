"""Serves one component of the mesh alone, with a server, event log, agent clients and problems of its own."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import grpc

from botmesh.serving.grpc_server import Server
from botmesh.telemetry.telemetry import Telemetry
from botmesh_log.event_log import EventLog
from botmesh_log.sqlite_log import open_log
from botmesh_service.agent_clients import AgentClients
from botmesh_service.problem_service import SERVICE_NAME as PROBLEM_SERVICE
from botmesh_service.problem_service import ProblemService
from botmesh_service.problems import Problems
from botmesh_service.settings import ServiceSettings


class Component(Protocol):
    """A gRPC service of the mesh with background work."""

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`, which has not started yet."""

    async def open(self) -> None:
        """Start the background work; the server has started."""

    async def close(self) -> None:
        """Stop the background work."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The objects that a component is made of."""

    settings: ServiceSettings
    folder: Path
    """The data folder."""
    log: EventLog
    telemetry: Telemetry
    clients: AgentClients
    problems: Problems
    address: str
    """Address, "IP:PORT", at which agents reach the component's service."""


@asynccontextmanager
async def serve_component(
    name: str,
    service: str,
    bind: str,
    settings: ServiceSettings,
    make: Callable[[Environment], Component],
) -> AsyncIterator[str]:
    """Serve a component while this is entered; yields the address as bound.

    Args:
        name: of the server in traces: "botmesh-tasks".
        service: the gRPC service that is reported as healthy: "botmesh.v1.TaskService".
        bind: "IP:PORT" to listen at; port 0 picks a free one.
        settings: of the process.
        make: makes the component. The objects of its environment are closed here.
    """
    server = Server(name, limits=lambda: settings.limits)
    address = server.bind(bind)
    folder = Path(settings.data_dir)
    problems = Problems()
    log = open_log(folder / "events.sqlite", problems.of_log)
    telemetry = server.endpoint.telemetry
    clients = AgentClients(settings, telemetry, settings.registry)
    component = make(Environment(settings, folder, log, telemetry, clients, problems, settings.advertise or address))
    component.add_to(server.grpc)
    ProblemService(problems).add_to(server.grpc)
    try:
        await server.start(address, [service, PROBLEM_SERVICE])
        await component.open()
        yield address
    finally:
        await component.close()
        await clients.close()
        await log.close()
        await server.stop(grace=1.0)
