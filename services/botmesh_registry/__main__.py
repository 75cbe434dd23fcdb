"""`python -m botmesh_registry`: the registry on its own."""

import asyncio
import contextlib
import logging
import signal
import sys

import click

from botmesh.errors import BotmeshError
from botmesh.settings import load
from botmesh_registry.registry import Registry


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Where to listen; port 0 picks a free one.  [default: 127.0.0.1:7600]")
@click.option("--lease-duration", metavar="SECONDS", help="How long a lease lives in a small mesh.  [default: 10]")
@click.option("--max-instances", metavar="N", help="The most instances.  [default: 20000]")
@click.option("--max-agents", metavar="N", help="The most agents, those without instances included.  [default: 10000]")
@click.option("--probe-ranges", metavar="CIDR,...", help="Where instances may be besides their own IP.")
def main(bind: str | None, **flags: str | None) -> None:
    """Run the registry until it is told to stop. Files and BOTMESH_* variables set what flags do not."""
    given = {"registry_bind": bind, **flags}
    try:
        asyncio.run(_serve({name: value for name, value in given.items() if value is not None}))
    except BotmeshError as error:
        click.echo(f"botmesh_registry: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        pass  # before the signals were ours


async def _serve(flags: dict[str, str]) -> None:
    settings = load(flags=flags)
    logging.basicConfig(level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    registry = Registry(
        limits=settings.limits,
        lease_duration=settings.lease_duration,
        max_heartbeats_per_second=settings.max_heartbeats_per_second,
        max_instances=settings.max_instances,
        max_agents=settings.max_agents,
        probe_ranges=settings.probe_ranges,
    )
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # where a loop takes no signals, Ctrl-C raises
            asyncio.get_running_loop().add_signal_handler(number, told.set)
    address = await registry.start(settings.registry_bind)
    click.echo(f"registry ready at {address}")
    try:
        await told.wait()
    finally:
        await registry.stop()


if __name__ == "__main__":
    main()
