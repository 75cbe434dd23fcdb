"""One component of the mesh on its own: its server, its log, its clients of agents and its problems."""

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
    """A part of the mesh that serves and works in the background."""

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`, which has not started yet."""

    async def open(self) -> None:
        """Begin the work in the background; the server has started."""

    async def close(self) -> None:
        """Stop the work in the background."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a component is made of."""

    settings: ServiceSettings
    folder: Path
    """Where its files are."""
    log: EventLog
    telemetry: Telemetry
    clients: AgentClients
    problems: Problems
    address: str
    """Where its service answers."""


@asynccontextmanager
async def serve_component(
    name: str,
    service: str,
    bind: str,
    settings: ServiceSettings,
    make: Callable[[Environment], Component],
) -> AsyncIterator[str]:
    """Serve a component while this is entered; the address.

    Args:
        name: of the server in traces: "botmesh-tasks".
        service: the gRPC service that is reported as healthy: "botmesh.v1.TaskService".
        bind: "IP:PORT"; port 0: any free one.
        settings: of the process.
        make: makes the component; what it is made of is closed here.
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
