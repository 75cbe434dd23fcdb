"""The command line of `python -m botmesh_conversations`: serves conversations beside another process's registry."""

from contextlib import AbstractAsyncContextManager

import click

from botmesh_conversations.component import ConversationsComponent
from botmesh_conversations.service import SERVICE_NAME
from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings
from botmesh_service.standalone import Environment, serve_component


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Address to listen at; port 0: a free one.  [default: 127.0.0.1:7601]")
@click.option("--registry", metavar="IP:PORT", help="Address of the registry.  [default: 127.0.0.1:7600]")
@click.option("--data-dir", metavar="DIR", help="Folder that stores the conversations.  [default: .botmesh]")
@click.option("--primary", metavar="AGENT", help="Agent that answers conversations.  [default: the human desk]")
@click.option("--triggers", metavar="DIR", help="Folder with a file of triggers for each account.")
def main(**flags: str | None) -> None:
    """Serve conversations until SIGTERM or Ctrl-C. Settings files and BOTMESH_* variables apply to options not given.

    Set BOTMESH_CONVERSATIONS=IP:PORT for the commands that use this service.
    """
    run_service("conversations", flags, _serving)


def _serving(settings: ServiceSettings) -> AbstractAsyncContextManager[str]:
    return serve_component("botmesh-conversations", SERVICE_NAME, settings.conversations_bind, settings, _component)


def _component(environment: Environment) -> ConversationsComponent:
    return ConversationsComponent(
        environment.log,
        environment.folder / "projection.sqlite",
        environment.settings,
        environment.telemetry,
        clients=environment.clients,
        address=environment.address,
        problems=environment.problems,
    )
