"""Open files and connections: as many as the system allows, and some kept back.

A process without a descriptor left can neither accept a caller nor open a file nor dial a bot. gRPC takes as many
connections as a server's quota says, so that the rest stays free; while places are scarce, connections that have never
made a call lose theirs. What cannot be told apart is said in docs/limits.md.
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

if sys.platform != "win32":  # which has no such limits
    import resource

logger = logging.getLogger("botmesh")

MAX_OPEN = 1 << 20
"""More than this is not asked for, even where the system sets no limit."""
KEPT_BACK = 4_096
"""Descriptors that connections never take, or a quarter of all where that is less: for files, and for dialling bots."""
SCARCE = 0.75
"""The part of the places beyond which those that never made a call are taken back."""
LOOK_SECONDS = 1.0
"""Between two looks at how many descriptors are open."""
SILENT_SECONDS, SILENT_BYTES = 1.0, 33
"""A client of HTTP/2 sends its preface and its settings, 33 bytes, as soon as it is connected."""
CALLESS_SECONDS, CALLESS_BYTES = 3.0, 256
"""One that has sent no more than this has greeted and answered pings, and has not made a call."""

_FOLDER = Path("/proc/self/fd")
_LAST_DATA, _BYTES_RECEIVED = 52, 128
"""Where struct tcp_info of Linux has the milliseconds since data came, and how many bytes came in all."""


def raise_limit() -> None:
    """Let this process open as many files as it may at most."""
    if sys.platform == "win32":
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN if hard == resource.RLIM_INFINITY else min(hard, MAX_OPEN)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # macOS allows less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def max_connections() -> int:
    """How many connections a server may hold, so that enough descriptors are left for everything else."""
    if sys.platform == "win32":
        return MAX_OPEN
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MAX_OPEN if soft == resource.RLIM_INFINITY else min(soft, MAX_OPEN)
    return max(1, allowed - min(KEPT_BACK, allowed // 4))


class _Connection(NamedTuple):
    descriptor: int
    peer: str
    quiet: float
    """Seconds since it sent anything."""
    received: int
    """Bytes that it has sent in all."""


class Places:
    """The connections of one server: closes those that have never made a call while places are scarce.

    Linux tells how much a connection has sent; elsewhere nothing is closed here, and gRPC's own limits must do.
    """

    def __init__(self, most: int) -> None:
        """`most`: the connections that gRPC takes."""
        self._most = most
        self._first_seen: dict[str, float] = {}

    async def keep_free(self, port: int) -> None:
        """Look again and again, until cancelled; `port` is the one that the server listens at."""
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
                await asyncio.sleep(10 * (loop.time() - began))  # never more than a tenth of the time
            except OSError as error:
                logger.warning("could not look at the open connections: %s", error)

    def _take_back(self, port: int, now: float) -> int:
        """Close what has never made a call, the most useless first; how many those were."""
        known = list(_connections(port))
        self._first_seen = {one.peer: self._first_seen.get(one.peer, now) for one in known}
        surplus = len(known) - int(SCARCE * self._most)
        silent = [one for one in known if one.received < SILENT_BYTES and one.quiet >= SILENT_SECONDS]
        callless = [
            one
            for one in known
            if SILENT_BYTES <= one.received < CALLESS_BYTES and now - self._first_seen[one.peer] >= CALLESS_SECONDS
        ]
        callless.sort(key=lambda one: self._first_seen[one.peer])
        return sum(map(_hang_up, silent)) + sum(map(_hang_up, callless[: max(0, surplus - len(silent))]))


def _connections(port: int) -> Iterator[_Connection]:
    """The accepted connections of the server at `port` in this process."""
    for name in os.listdir(_FOLDER):  # noqa: PTH208 - as above
        with contextlib.suppress(OSError, ValueError, struct.error), _borrowed(int(name)) as connection:
            if connection.family not in (socket.AF_INET, socket.AF_INET6) or connection.getsockname()[1] != port:
                continue
            peer = connection.getpeername()  # one that listens has none
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            (quiet,) = struct.unpack_from("=I", info, _LAST_DATA)
            (received,) = struct.unpack_from("=Q", info, _BYTES_RECEIVED)
            yield _Connection(int(name), f"{peer[0]}:{peer[1]}", quiet / 1000, received)


def _hang_up(known: _Connection) -> bool:
    """Let gRPC see the end of a connection, and close it; False if it has gone meanwhile."""
    with contextlib.suppress(OSError, ValueError), _borrowed(known.descriptor) as connection:
        peer = connection.getpeername()
        if f"{peer[0]}:{peer[1]}" == known.peer:
            connection.shutdown(socket.SHUT_RDWR)
            return True
    return False


def _borrowed(descriptor: int) -> socket.socket:
    """The socket of a descriptor that is gRPC's: a second name of it, so that it is the same one all the time."""
    copy = os.dup(descriptor)
    try:
        return socket.socket(fileno=copy)
    except OSError:  # no socket
        os.close(copy)
        raise
