"""The command line of `python -m botmesh_registry`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import click

from botmesh_registry.registry import Registry
from botmesh_service.process import run_service
from botmesh_service.settings import ServiceSettings


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Address to listen at; port 0: a free one.  [default: 127.0.0.1:7600]")
@click.option("--lease-duration", metavar="SECONDS", help="Seconds until a lease expires.  [default: 10]")
@click.option("--max-instances", metavar="N", help="Instances that may register.  [default: 20000]")
@click.option("--max-agents", metavar="N", help="Agents, also those without live instances.  [default: 10000]")
@click.option("--probe-ranges", metavar="CIDR,...", help="Address ranges that may register besides the peer's own.")
def main(**flags: str | None) -> None:
    """Run the registry until SIGTERM or Ctrl-C. Settings files and BOTMESH_* variables apply to options not given.

    Leases grow longer in a mesh of more than about 3,000 instances, so that heartbeats stay under 1,000 a second.
    """
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
