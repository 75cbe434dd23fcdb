"""The command line of `python -m botmesh_tasks`, which serves tasks beside a registry of another process."""

from contextlib import AbstractAsyncContextManager

import click

from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings
from botmesh_service.standalone import Environment, serve_component
from botmesh_tasks.component import TasksComponent
from botmesh_tasks.service import SERVICE_NAME


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Address to listen at; port 0: a free one.  [default: 127.0.0.1:7602]")
@click.option("--registry", metavar="IP:PORT", help="Address of the registry.  [default: 127.0.0.1:7600]")
@click.option("--data-dir", metavar="DIR", help="Folder that stores the tasks.  [default: .botmesh]")
def main(**flags: str | None) -> None:
    """Serve tasks until SIGTERM or Ctrl-C. Settings files and BOTMESH_* variables apply to options not given.

    Set BOTMESH_TASKS=IP:PORT for the bots and commands that use this service.
    """
    run_service("tasks", flags, _serving)


def _serving(settings: ServiceSettings) -> AbstractAsyncContextManager[str]:
    return serve_component("botmesh-tasks", SERVICE_NAME, settings.tasks_bind, settings, _component)


def _component(environment: Environment) -> TasksComponent:
    projection = environment.folder / "tasks.sqlite"
    return TasksComponent(environment.log, projection, environment.settings, environment.clients, environment.problems)
