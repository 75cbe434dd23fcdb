"""A gRPC server as every part of the mesh has it: policies, health, reflection, loopback unless told otherwise."""

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
    ("grpc.keepalive_permit_without_calls", 1),  # channels ping idle connections, and must not be sent away for it
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    # What one peer can take of a server (docs/limits.md has what was measured).
    ("grpc.server_handshake_timeout_ms", 10_000),  # connected, and no HTTP/2 settings came
    ("grpc.max_connection_idle_ms", 300_000),  # no call for so long: connect again when there is one
    ("grpc.max_concurrent_streams", 1_000),  # of one connection; more calls wait at their caller
    ("grpc.http2.max_deallocating_streams", 1_000),  # and those that were reset and still take memory
    # Calls that no task has taken yet, of all connections. By default 1,000: past it anybody's calls fail, by chance.
    ("grpc.server.max_pending_requests", 10_000),
    ("grpc.server.max_pending_requests_hard_limit", 20_000),
)


_NOISE = (
    "Invalid encoding on",  # metadata that is no UTF-8, with a traceback; its caller is told
    "ExecuteBatchError raised in core",  # the caller is gone, with a traceback
    "traceparent header exceeded",
    "tracestate header exceeded",
    "Invalid key/value pair",  # in tracestate, as what follows
    "Member doesn't match",
    "There can't be more",
    "Duplicate key",
)


def _is_no_noise(record: logging.LogRecord) -> bool:
    """Not what libraries log of each call that is malformed or given up: anybody could fill the disk with it."""
    return not str(record.msg).startswith(_NOISE)


for _name in ("grpc._cython.cygrpc", "opentelemetry.trace.propagation.tracecontext", "opentelemetry.trace.span"):
    logging.getLogger(_name).addFilter(_is_no_noise)


def _is_free(host: str, port: str) -> bool:
    """Whether one can listen there; asked first, because gRPC complains on standard error and not to us."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host.strip("[]"), int(port)))
    except (OSError, ValueError, OverflowError):
        return False
    return True


def run(work: Coroutine[Any, Any, T]) -> T:
    """As asyncio.run, on uvloop where that is installed (the extra `uvloop`): faster (docs/performance.md).

    The process may open as many files from now on as the system lets it.
    """
    raise_limit()
    make_loop: Callable[[], asyncio.AbstractEventLoop] | None = None
    with contextlib.suppress(ModuleNotFoundError):  # nothing runs in a handler: all tracebacks would show this one
        from uvloop import new_event_loop as make_loop  # noqa: PLC0415 - an optional extra
    with asyncio.Runner(loop_factory=make_loop) as runner:
        return runner.run(work)


def tune_collector() -> None:
    """For a process that does nothing but serve: look for garbage less often, and never at what stays.

    Each call makes many objects that die with it by themselves; looking for cycles among them takes time that shows
    (docs/performance.md).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


class Server:
    """A grpc.aio server. Add servicers to `grpc`, then start."""

    def __init__(self, name: str, *, limits: Callable[[], Limits] = Limits, endpoint: Endpoint | None = None) -> None:
        """Serve as `endpoint`; without one, as a service of the mesh that is no agent."""
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
        """Take `address` (port 0: any free one) before anything is served there; the address as bound.

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
        """Listen at `address`, unless bound before, and serve; the address as bound.

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
        """Say by grpc.health.v1 whether new calls are welcome."""
        status = health_pb2.HealthCheckResponse.SERVING if serving else health_pb2.HealthCheckResponse.NOT_SERVING
        for name in self._names:
            await self.health.set(name, status)

    async def stop(self, grace: float = 1.0) -> None:
        """Take no new calls, give open ones `grace` seconds, and close."""
        await self.set_serving(False)
        if self._keeping_free is not None:
            self._keeping_free.cancel()
            await asyncio.wait([self._keeping_free])
        self._links.close()
        await self.grpc.stop(grace)
        await self.endpoint.telemetry.stop()
