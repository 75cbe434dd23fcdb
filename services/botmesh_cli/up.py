"""`botmesh up`: all services of a mesh in one process."""

import asyncio
import logging
import os
import signal

import click

from botmesh.errors import InvalidField
from botmesh.serving import Server
from botmesh.settings import SETTINGS, Settings
from botmesh_cli import trace_receiver
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, print_json, table
from botmesh_cli.trace_store import TraceStore
from botmesh_registry import Registry
from botmesh_registry.service import SERVICE_NAME

logger = logging.getLogger("botmesh")


@click.command()
@click.option("--bind", metavar="IP:PORT", help="Where to listen; port 0: any free one.  [default: 127.0.0.1:7600]")
@common
def up(with_: Common, bind: str | None) -> int:
    """Run the registry and keep traces, in one process, until SIGTERM or Ctrl-C.

    SIGHUP reads the settings anew: changed limits reach every instance and client.
    """
    logging.basicConfig(level=with_.settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    address = SETTINGS["registry_bind"].parse(bind) if bind else with_.settings.registry_bind
    return run(_up(with_, address))


async def _up(with_: Common, bind: str) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    settings = with_.settings
    server = Server("botmesh", limits=lambda: settings.limits)
    registry = registry_of(settings)
    registry.add_to(server.grpc)
    server.end.telemetry.observe(
        "botmesh.instances.live", "{instance}", "Instances that are listed", lambda: len(registry.roster.listed)
    )
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _reload_limits, with_, registry)
    elsewhere = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    trace_receiver.add_to(server.grpc, TraceStore(settings.trace_spans))
    try:
        address = await server.start(bind, [SERVICE_NAME, *trace_receiver.SERVICES])
        registry.set_trace_endpoint(elsewhere.partition("//")[2] or elsewhere if elsewhere else address)
        await registry.open()
        _say_what_runs(address, elsewhere, as_json=with_.as_json)
        await stopping.wait()
    finally:
        await registry.close()
        await server.stop(grace=1.0)


def _reload_limits(with_: Common, registry: Registry) -> None:
    """SIGHUP: read the settings anew and let everybody have the new limits. Wrong ones change nothing."""
    try:
        registry.set_limits(with_.reload().limits)
    except InvalidField as error:
        logger.error("the limits stay as they are: %s", error)  # noqa: TRY400 - no trace needed
    else:
        logger.info("the mesh has new limits")


def registry_of(settings: Settings) -> Registry:
    """A registry as the settings want it."""
    return Registry(
        limits=settings.limits,
        lease_duration=settings.lease_duration,
        max_heartbeats_per_second=settings.max_heartbeats_per_second,
        max_instances=settings.max_instances,
        max_agents=settings.max_agents,
        probe_ranges=settings.probe_ranges,
    )


def _say_what_runs(address: str, elsewhere: str | None, *, as_json: bool) -> None:
    traces = elsewhere or address
    if as_json:
        print_json({"registry": address, "traces": traces, "pid": os.getpid()})
        return
    rows = table("WHAT", "WHERE", "NOTE")
    rows.add_row("registry", address, "agents register here")
    rows.add_row(
        "traces", traces, "all go there (OTEL_*)" if elsewhere else "the last ones, in memory: botmesh trace --last"
    )
    out = console()
    out.print(rows)
    out.print("\nNext: start a bot, then `botmesh agents`. Stop with Ctrl-C.", style="dim")
