"""`python -m botmesh_conversations`: the conversations on their own, beside a registry."""

import asyncio
import contextlib
import logging
import signal
import sys
from pathlib import Path

import click

from botmesh.callers import Callers
from botmesh.errors import BotmeshError
from botmesh.serving import Server
from botmesh.settings import Settings, load
from botmesh_conversations.part import ConversationPart
from botmesh_conversations.service import SERVICE_NAME
from botmesh_log.sqlite_log import open_log


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
    given = {name: value for name, value in flags.items() if value is not None}
    if "bind" in given:
        given["conversations_bind"] = given.pop("bind")
    try:
        asyncio.run(_serve(load(flags=given)))
    except BotmeshError as error:
        click.echo(f"botmesh_conversations: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        pass  # before the signals were ours


async def _serve(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # where a loop takes no signals, Ctrl-C raises
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    server = Server("botmesh-conversations", limits=lambda: settings.limits)
    address = server.bind(settings.conversations_bind)
    log = open_log(Path(settings.data_dir) / "events.sqlite")
    callers = Callers(settings, server.end.telemetry, settings.registry)
    part = ConversationPart(
        log,
        Path(settings.data_dir) / "projection.sqlite",
        settings,
        server.end.telemetry,
        callers=callers,
        address=settings.advertise or address,
    )
    part.add_to(server.grpc)
    try:
        await server.start(settings.conversations_bind, [SERVICE_NAME])
        await part.open()
        click.echo(f"conversations ready at {address}")
        await told.wait()
    finally:
        await part.close()
        await callers.close()
        await log.close()
        await server.stop(grace=1.0)


if __name__ == "__main__":
    main()
