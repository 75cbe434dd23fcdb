"""The gRPC server of agents and services: with the policies, health checking and reflection."""

import asyncio
import contextlib
import gc
import logging
import socket
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from botmesh.errors import InvalidField
from botmesh.limits import TRANSPORT_BYTES, Limits
from botmesh.policies import Endpoint
from botmesh.serving.descriptors import Places, max_connections, raise_limit
from botmesh.telemetry.telemetry import Telemetry
from botmesh.transport.adapter import CalleeInterceptor

T = TypeVar("T")
SERVER_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.max_receive_message_length", TRANSPORT_BYTES),
    ("grpc.max_send_message_length", TRANSPORT_BYTES),
    ("grpc.so_reuseport", 0),  # a port in use is an error, never shared by accident
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),  # pings of idle channels are allowed
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    # Bounds of what one peer can use of a server (docs/limits.md has measurements).
    ("grpc.server_handshake_timeout_ms", 10_000),  # for the settings of HTTP/2 after the connect
    ("grpc.max_connection_idle_ms", 300_000),  # idle connections end; the next call connects again
    ("grpc.max_concurrent_streams", 1_000),  # for each connection; further calls wait at their caller
    ("grpc.http2.max_deallocating_streams", 1_000),  # streams that were reset and still take memory
    # Calls of all connections that no task serves yet. Beyond the limit (default 1,000) random calls fail.
    ("grpc.server.max_pending_requests", 10_000),
    ("grpc.server.max_pending_requests_hard_limit", 20_000),
)


_NOISE = (
    "Invalid encoding on",  # metadata that is not UTF-8, with a traceback; its caller gets an error
    "ExecuteBatchError raised in core",  # the caller has left, with a traceback
    "traceparent header exceeded",
    "tracestate header exceeded",
    "Invalid key/value pair",  # in tracestate, like the following ones
    "Member doesn't match",
    "There can't be more",
    "Duplicate key",
)


def _is_no_noise(record: logging.LogRecord) -> bool:
    """Drop what libraries log for each malformed or cancelled call, because any caller could fill the disk with it."""
    return not str(record.msg).startswith(_NOISE)


for _name in ("grpc._cython.cygrpc", "opentelemetry.trace.propagation.tracecontext", "opentelemetry.trace.span"):
    logging.getLogger(_name).addFilter(_is_no_noise)


def _is_free(host: str, port: str) -> bool:
    """Whether a server can listen there. gRPC itself reports a used port on standard error only."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), int(port)))
    except (OSError, ValueError, OverflowError):
        return False
    return True


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine like asyncio.run, on uvloop if it is installed (the extra `uvloop`; docs/performance.md).

    Also raises the process's limit of open files to what the system allows.
    """
    raise_limit()
    make_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(
        ModuleNotFoundError
    ):  # the loop runs outside a handler, so that no traceback shows this import
        from uvloop import new_event_loop as make_loop  # noqa: PLC0415 - an optional extra
    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(work)


def tune_collector() -> None:
    """Make Python's garbage collector run less often, and skip all present objects. For processes that only serve.

    Each call makes many objects that are freed without the collector. Its search for cycles among them takes
    measurable time (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class Server:
    """A grpc.aio server. Add servicers to its attribute `grpc`, then call `start`."""

    def __init__(self, name: str, *, limits: Callable[[], Limits] = Limits, endpoint: Endpoint | None = None) -> None:
        """Serve as `endpoint`; None: as a service that traces call `name`, with `limits()` as its limits."""
        self.endpoint = endpoint or Endpoint(Telemetry(name), limits=limits(), ceiling=limits())
        callee = CalleeInterceptor(self.endpoint)
        most = max_connections()
        options = (*SERVER_OPTIONS, ("grpc.max_allowed_incoming_connections", most))
        self.grpc = grpc.aio.server(interceptors=[callee], options=options)
        self._links = callee.links
        self._places = Places(most)
        self._keeping_free: asyncio.Task[None] | None = None
        self.health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.grpc)
        self.address = ""
        self._names: list[str] = []

    def bind(self, address: str) -> str:
        """Bind `address` (port 0: any free one) before the server starts, and return the address as bound.

        Raises:
            InvalidField: the address is malformed or in use.
        """
        host, _, port = address.rpartition(":")
        try:
            bound = self.grpc.add_insecure_port(address) if _is_free(host, port) else 0
        except RuntimeError:
            bound = 0
        if not bound:
            raise InvalidField(
                f"cannot listen at {address}: the port is in use, or this is no IP:port of this machine",
                field="bind",
                value=address,
            )
        self.address = f"{host}:{bound}"
        return self.address

    async def start(self, address: str, services: Sequence[str]) -> str:
        """Serve at `address`, or at the address that `bind` has bound, and return the address as bound.

        Args:
            address: IP and port, "127.0.0.1:7600".
            services: full names of the services, for reflection and health.

        Raises:
            InvalidField: the address is malformed or in use.
        """
        reflection.enable_server_reflection([*services, health.SERVICE_NAME, reflection.SERVICE_NAME], self.grpc)
        if not self.address:
            self.bind(address)
        self._names = ["", *services]
        await self.grpc.start()
        port = int(self.address.rpartition(":")[2])
        self._keeping_free = asyncio.create_task(self._places.keep_free(port), name="botmesh-connections")
        await self.set_serving(True)
        return self.address

    async def set_serving(self, serving: bool) -> None:
        """Report by grpc.health.v1 whether the server takes new calls."""
        status = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in self._names:
            await self.health.set(name, status)

    async def stop(self, grace: float = 1.0) -> None:
        """Refuse new calls, wait at most `grace` seconds for open ones, and close."""
        await self.set_serving(False)
        if self._keeping_free is not None:
            self._keeping_free.cancel()
            await asyncio.wait([self._keeping_free])
        self._links.close()
        await self.grpc.stop(grace)
        await self.endpoint.telemetry.stop()
