"""`botmesh up`: runs all services of a mesh in one process."""

import asyncio
import contextlib
import ipaddress
import logging
import os
import signal
from pathlib import Path

import click

from botmesh.errors import InvalidField
from botmesh.serving import grpc_server
from botmesh.serving.grpc_server import tune_collector
from botmesh_cli.main import EXIT_FAILED
from botmesh_cli.options import Common, checked_address, common
from botmesh_cli.output import VisibleFormatter, console, plain, print_json, table, tell_error
from botmesh_mesh import MeshProcess
from botmesh_registry import Registry
from botmesh_service.settings import ServiceSettings
from botmesh_traces import OTLP, Receiver, TraceService, TraceStore
from botmesh_traces import SERVICE_NAME as TRACES

logger = logging.getLogger("botmesh")


@click.command()
@click.option(
    "--bind",
    metavar="IP:PORT",
    callback=checked_address,
    help="Address to listen at; port 0 picks a free one.  [default: 127.0.0.1:7600]",
)
@common
def up(with_: Common, bind: str | None) -> int:
    """Run all services of a mesh in one process until SIGTERM or Ctrl-C.

    SIGHUP reads the settings again; new limits reach every instance and client.
    """
    log = logging.StreamHandler()
    log.setFormatter(VisibleFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=with_.settings.log_level.upper(), handlers=[log])
    return grpc_server.run(_up(with_, bind or with_.settings.registry_bind))


async def _up(with_: Common, bind: str) -> int:
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    settings = with_.settings
    elsewhere = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") or os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")

    def make_registry(address: str) -> Registry:
        return registry_of(settings, _announced(elsewhere) if elsewhere else address)

    try:
        mesh = MeshProcess(Path(settings.data_dir), settings, bind, make_registry)
    except InvalidField as error:  # not wrong usage: another process has the address or the folder
        tell_error(error, as_json=with_.as_json)
        return EXIT_FAILED
    traces = TraceStore(settings.trace_spans)
    Receiver(traces).add_to(mesh.server.grpc)
    TraceService(traces).add_to(mesh.server.grpc)
    if not is_loopback(mesh.address):
        _warn(mesh.address)
    telemetry, roster = mesh.server.endpoint.telemetry, mesh.registry.roster
    telemetry.observe("botmesh.instances.live", "{instance}", "Instances that are listed", lambda: len(roster.listed))
    telemetry.export_to(_announced(elsewhere) if elsewhere else mesh.address)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, _reload_limits, with_, mesh.registry)
    try:
        await mesh.open(TRACES, OTLP)
        tune_collector()
        with contextlib.suppress(BrokenPipeError):  # a mesh runs on if nothing reads its first lines
            _say_what_runs(settings, mesh.address, elsewhere, as_json=with_.as_json)
        await stopping.wait()
    finally:
        await mesh.close()
    return 0


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address "IP:PORT": its IP is in 127.0.0.0/8 or is ::1."""
    try:
        ip = ipaddress.ip_address(address.rpartition(":")[0].strip("[]").partition("%")[0])
    except ValueError:
        return False
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _warn(address: str) -> None:
    """Warn, on the terminal and in the log, that other machines may reach the mesh."""
    text = (
        f"listening on {address}, which is not loopback: nobody is authenticated, and anyone who reaches the port can "
        "read and write everything"
    )
    logger.warning(text)
    with contextlib.suppress(BrokenPipeError):
        console(stderr=True).print(f"WARNING: {plain(text)}", style="bold red", soft_wrap=True)


def _announced(endpoint: str) -> str:
    """The OTLP endpoint that the registry gives to bots; empty unless it takes gRPC without TLS."""
    protocol = os.environ.get("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL") or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL", "")
    scheme, separator, rest = endpoint.partition("://")
    plain = not separator or scheme == "http"
    return (rest if separator else endpoint).rstrip("/") if plain and not protocol.startswith("http") else ""


def _reload_limits(with_: Common, registry: Registry) -> None:
    """Read the settings again and announce the new limits; invalid settings change nothing."""
    try:
        registry.set_limits(with_.reload().limits)
    except InvalidField as error:
        logger.error("the limits stay as they are: %s", error)  # noqa: TRY400 - no trace needed
    else:
        logger.info("the mesh has new limits")


def registry_of(settings: ServiceSettings, traces: str) -> Registry:
    """A registry with these settings; it tells instances and clients to send traces to the endpoint `traces`."""
    return Registry(
        limits=settings.limits,
        lease_duration=settings.lease_duration,
        max_heartbeats_per_second=settings.max_heartbeats_per_second,
        max_instances=settings.max_instances,
        max_agents=settings.max_agents,
        probe_ranges=settings.probe_ranges,
        trace_endpoint=traces,
    )


def _say_what_runs(settings: ServiceSettings, address: str, elsewhere: str | None, *, as_json: bool) -> None:
    traces = elsewhere or address
    data = str(Path(settings.data_dir).resolve())
    if as_json:
        services = dict.fromkeys(("registry", "conversations", "tasks"), address)
        print_json({**services, "traces": traces, "data": data, "pid": os.getpid()})
        return
    rows = table("WHAT", "WHERE", "NOTE")
    rows.add_row("registry", address, "agents register here")
    answering = (
        f"{plain(settings.primary)} answers"
        if settings.primary
        else "the human desk answers: set primary to a bot's name"
    )
    rows.add_row("conversations", address, f"kept in {plain(data)}; {answering}")
    rows.add_row("tasks", address, "work that outlasts a call: botmesh tasks")
    rows.add_row(
        "traces",
        plain(traces),
        "all go there (OTEL_*)" if elsewhere else "the last ones, in memory: botmesh trace --last",
    )
    out = console()
    out.print(rows)
    out.print("\nNext: start a bot, then `botmesh agents`. Stop with Ctrl-C.", style="dim")
