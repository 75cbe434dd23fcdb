"""`python -m botmesh_registry`: the registry on its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from botmesh_registry.registry import Registry
from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Where to listen; port 0 picks a free one.  [default: 127.0.0.1:7600]")
@click.option("--lease-duration", metavar="SECONDS", help="How long a lease lives in a small mesh.  [default: 10]")
@click.option("--max-instances", metavar="N", help="The most instances.  [default: 20000]")
@click.option("--max-agents", metavar="N", help="The most agents, those without instances included.  [default: 10000]")
@click.option("--probe-ranges", metavar="CIDR,...", help="Where instances may be besides their own IP.")
def main(**flags: str | None) -> None:
    """Run the registry until it is told to stop. Files and BOTMESH_* variables set what flags do not."""
    run_service("registry", flags, _serving)


@asynccontextmanager
async def _serving(settings: ServiceSettings) -> AsyncIterator[str]:
    registry = Registry(
        limits=settings.limits,
        lease_duration=settings.lease_duration,
        max_heartbeats_per_second=settings.max_heartbeats_per_second,
        max_instances=settings.max_instances,
        max_agents=settings.max_agents,
        probe_ranges=settings.probe_ranges,
    )
    try:
        yield await registry.start(settings.registry_bind)
    finally:
        await registry.stop()


if __name__ == "__main__":
    main()
