"""`python -m botmesh_conversations`: the conversations on their own, beside a registry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from botmesh.serving.grpc_server import Server
from botmesh_conversations.component import ConversationsComponent
from botmesh_conversations.service import SERVICE_NAME
from botmesh_log.sqlite_log import open_log
from botmesh_service import SERVICE_NAME as PROBLEMS
from botmesh_service import Problems, ProblemService
from botmesh_service.agent_clients import AgentClients
from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Where to listen; port 0: any free one.  [default: 127.0.0.1:7601]")
@click.option("--registry", metavar="IP:PORT", help="Where the registry is.  [default: 127.0.0.1:7600]")
@click.option("--data-dir", metavar="DIR", help="Where conversations are kept.  [default: .botmesh]")
@click.option("--primary", metavar="AGENT", help="Who answers conversations.  [default: the human desk]")
@click.option("--triggers", metavar="DIR", help="A folder with a file of triggers per account.")
def main(**flags: str | None) -> None:
    """Run the conversations until told to stop. Files and BOTMESH_* variables set what flags do not.

    Commands find them by BOTMESH_CONVERSATIONS=IP:PORT.
    """
    run_service("conversations", flags, _serving)


@asynccontextmanager
async def _serving(settings: ServiceSettings) -> AsyncIterator[str]:
    server = Server("botmesh-conversations", limits=lambda: settings.limits)
    address = server.bind(settings.conversations_bind)
    folder = Path(settings.data_dir)
    problems = Problems()
    log = open_log(folder / "events.sqlite", problems.of_log)
    telemetry = server.endpoint.telemetry
    callers = AgentClients(settings, telemetry, settings.registry)
    reached_at = settings.advertise or address
    part = ConversationsComponent(
        log,
        folder / "projection.sqlite",
        settings,
        telemetry,
        callers=callers,
        address=reached_at,
        problems=problems,
    )
    part.add_to(server.grpc)
    ProblemService(problems).add_to(server.grpc)
    try:
        await server.start(address, [SERVICE_NAME, PROBLEMS])
        await part.open()
        yield address
    finally:
        await part.close()
        await callers.close()
        await log.close()
        await server.stop(grace=1.0)


if __name__ == "__main__":
    main()
