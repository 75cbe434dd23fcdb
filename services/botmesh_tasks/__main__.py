"""`python -m botmesh_tasks`: the tasks on their own, beside a registry."""

from contextlib import AbstractAsyncContextManager

import click

from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings
from botmesh_service.standalone import Environment, serve_component
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


def _serving(settings: ServiceSettings) -> AbstractAsyncContextManager[str]:
    return serve_component("botmesh-tasks", SERVICE_NAME, settings.tasks_bind, settings, _component)


def _component(environment: Environment) -> TasksComponent:
    projection = environment.folder / "tasks.sqlite"
    return TasksComponent(environment.log, projection, environment.settings, environment.clients, environment.problems)


if __name__ == "__main__":
    main()
