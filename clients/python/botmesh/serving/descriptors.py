"""Bounds a server's connections, so that the process keeps file descriptors for everything else.

A process without a free descriptor can neither accept a caller nor open a file nor connect to a bot. A quota of
connections keeps some descriptors free. When most of the quota is used, connections that have never made a call are
closed. docs/limits.md says which connections cannot be told apart.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

if sys.platform != "win32":  # Windows has no such limits
    import resource

logger = logging.getLogger("botmesh")

MAX_OPEN = 1 << 20
"""The most open files that are requested, even if the system sets no limit."""
KEPT_BACK = 4_096
"""Descriptors kept for files and for connections to bots, or a quarter of all descriptors if that is less."""
SCARCE = 0.75
"""The share of the quota beyond which connections that never made a call are closed."""
LOOK_SECONDS = 1.0
"""Seconds between two checks of the open descriptors."""
SILENT_SECONDS, SILENT_BYTES = 1.0, 33
"""Seconds and bytes of a silent connection: a client of HTTP/2 sends its preface and settings, 33 bytes, at once."""
CALLESS_SECONDS, CALLESS_BYTES = 3.0, 256
"""Seconds and bytes of a connection that has sent its settings and answered pings, and made no call."""

_FOLDER = Path("/proc/self/fd")
_LAST_DATA, _BYTES_RECEIVED = 52, 128
"""Offsets in Linux's struct tcp_info of the milliseconds since the last data, and of the bytes received in all."""


def raise_limit() -> None:
    """Raise this process's limit of open files to the most that the system allows."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # macOS allows less than its hard limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def max_connections() -> int:
    """Return the quota of connections that leaves enough descriptors for everything else."""
    if sys.platform == "win32":
        return MAX_OPEN
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MAX_OPEN if soft == resource.RLIM_INFINITY else min(soft, MAX_OPEN)
    return max(1, allowed - min(KEPT_BACK, allowed // 4))


class _Connection(NamedTuple):
    descriptor: int
    peer: str
    quiet: float
    """Seconds since the peer last sent data."""
    received: int
    """Bytes that the peer has sent in all."""


class Places:
    """The connections of one server. Closes those that have never made a call when most of the quota is used.

    Only Linux reports how much a connection has sent. On other systems nothing is closed here, and only gRPC's own
    limits apply.
    """

    def __init__(self, most: int) -> None:
        """Keep to a quota of `most` connections."""
        self._most = most
        self._first_seen: dict[str, float] = {}

    async def keep_free(self, port: int) -> None:
        """Check the connections of the server at `port` until cancelled."""
        if sys.platform != "linux":
            return
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                began = loop.time()
                if len(os.listdir(_FOLDER)) > SCARCE * self._most:  # noqa: PTH208 - a Path for each of thousands
                    closed = await asyncio.to_thread(self._take_back, port, began)
                    if closed:
                        logger.warning("connections are scarce: closed %d that never made a call", closed)
                else:
                    self._first_seen.clear()
                await asyncio.sleep(10 * (loop.time() - began))  # checks take at most a tenth of the time
            except OSError as error:
                logger.warning("could not look at the open connections: %s", error)

    def _take_back(self, port: int, now: float) -> int:
        """Close connections that have never made a call, silent ones first, and return their number."""
        known = list(_connections(port))
        self._first_seen = {connection.peer: self._first_seen.get(connection.peer, now) for connection in known}
        surplus = len(known) - int(SCARCE * self._most)
        silent = [
            connection
            for connection in known
            if connection.received < SILENT_BYTES and connection.quiet >= SILENT_SECONDS
        ]
        callless = [
            connection
            for connection in known
            if SILENT_BYTES <= connection.received < CALLESS_BYTES
            and now - self._first_seen[connection.peer] >= CALLESS_SECONDS
        ]
        callless.sort(key=lambda connection: self._first_seen[connection.peer])
        return sum(map(_hang_up, silent)) + sum(map(_hang_up, callless[: max(0, surplus - len(silent))]))


def _connections(port: int) -> Iterator[_Connection]:
    """Yield the accepted connections of the server at `port` in this process."""
    for name in os.listdir(_FOLDER):  # noqa: PTH208 - as above
        with contextlib.suppress(OSError, ValueError, struct.error), _borrowed(int(name)) as connection:
            if connection.family not in (socket.AF_INET, socket.AF_INET6) or connection.getsockname()[1] != port:
                continue
            peer = connection.getpeername()  # raises OSError for the listening socket
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            (quiet,) = struct.unpack_from("=I", info, _LAST_DATA)
            (received,) = struct.unpack_from("=Q", info, _BYTES_RECEIVED)
            yield _Connection(int(name), f"{peer[0]}:{peer[1]}", quiet / 1000, received)


def _hang_up(known: _Connection) -> bool:
    """Shut a connection down, so that gRPC closes it; return False if it has gone meanwhile."""
    with contextlib.suppress(OSError, ValueError), _borrowed(known.descriptor) as connection:
        peer = connection.getpeername()
        if f"{peer[0]}:{peer[1]}" == known.peer:
            connection.shutdown(socket.SHUT_RDWR)
            return True
    return False


def _borrowed(descriptor: int) -> socket.socket:
    """Return a socket for a duplicate of gRPC's descriptor, which stays valid when gRPC closes its own."""
    copy = os.dup(descriptor)
    try:
        return socket.socket(fileno=copy)
    except OSError:  # the descriptor is not a socket
        os.close(copy)
        raise
