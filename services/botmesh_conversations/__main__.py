"""`python -m botmesh_conversations`: the conversations on their own, beside a registry."""

from contextlib import AbstractAsyncContextManager

import click

from botmesh_conversations.component import ConversationsComponent
from botmesh_conversations.service import SERVICE_NAME
from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings
from botmesh_service.standalone import Environment, serve_component


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


def _serving(settings: ServiceSettings) -> AbstractAsyncContextManager[str]:
    return serve_component("botmesh-conversations", SERVICE_NAME, settings.conversations_bind, settings, _component)


def _component(environment: Environment) -> ConversationsComponent:
    return ConversationsComponent(
        environment.log,
        environment.folder / "projection.sqlite",
        environment.settings,
        environment.telemetry,
        callers=environment.clients,
        address=environment.address,
        problems=environment.problems,
    )


if __name__ == "__main__":
    main()
