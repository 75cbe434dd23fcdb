"""`python -m botmesh_tasks`: the tasks on their own, beside a registry."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import click

from botmesh.serving.grpc_server import Server
from botmesh_log.sqlite_log import open_log
from botmesh_service import SERVICE_NAME as PROBLEMS
from botmesh_service import Problems, ProblemService
from botmesh_service.agent_clients import AgentClients
from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings
from botmesh_tasks.component import TasksComponent
from botmesh_tasks.service import SERVICE_NAME


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Where to listen; port 0: any free one.  [default: 127.0.0.1:7602]")
@click.option("--registry", metavar="IP:PORT", help="Where the registry is.  [default: 127.0.0.1:7600]")
@click.option("--data-dir", metavar="DIR", help="Where tasks are kept.  [default: .botmesh]")
def main(**flags: str | None) -> None:
    """Run the tasks until told to stop. Files and BOTMESH_* variables set what flags do not.

    Bots and commands find them by BOTMESH_TASKS=IP:PORT.
    """
    run_service("tasks", flags, _serving)


@asynccontextmanager
async def _serving(settings: ServiceSettings) -> AsyncIterator[str]:
    server = Server("botmesh-tasks", limits=lambda: settings.limits)
    address = server.bind(settings.tasks_bind)
    folder = Path(settings.data_dir)
    problems = Problems()
    log = open_log(folder / "events.sqlite", problems.of_log)
    callers = AgentClients(settings, server.endpoint.telemetry, settings.registry)
    part = TasksComponent(log, folder / "tasks.sqlite", settings, callers, problems)
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
