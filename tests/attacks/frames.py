"""Bare HTTP/2 frames, for what no gRPC client would send. Headers are packed by `hpack`, which comes with `h2`."""

import asyncio
import struct
from collections.abc import Sequence
from typing import Self

from h2.config import H2Configuration
from h2.connection import H2Connection
from hpack import Encoder

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS = 0, 1, 3, 4
ACK, END_STREAM, END_HEADERS = 1, 1, 4
CANCEL = 8

Headers = Sequence[tuple[str, str | bytes]]


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    return struct.pack(">I", len(payload))[1:] + bytes((kind, flags)) + struct.pack(">I", stream) + payload


def message(data: bytes) -> bytes:
    """A gRPC message as it stands in DATA."""
    return b"\0" + struct.pack(">I", len(data)) + data


def call_headers(address: str, method: str, more: Headers = ()) -> list[tuple[str, str | bytes]]:
    """The headers of a gRPC call, of `method` as "/botmesh.v1.AgentService/Delegate"."""
    return [
        (":method", "POST"),
        (":scheme", "http"),
        (":path", method),
        (":authority", address),
        ("te", "trailers"),
        ("content-type", "application/grpc"),
        *more,
    ]


class Wire:
    """One connection that speaks frames; what comes back is read, and thrown away unless asked for."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, address: str) -> None:
        self.address = address
        self._reader, self._writer = reader, writer
        self._encoder = Encoder()
        self._encoder.header_table_size = 0  # every block stands for itself: it can be sent again as it is
        self._stream = -1
        self._draining: asyncio.Task[None] | None = None
        self.received = 0
        """Bytes that came back."""

    @classmethod
    async def dial(cls, address: str) -> Self:
        """Connect, and greet."""
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        wire = cls(reader, writer, address)
        writer.write(PREFACE + frame(SETTINGS, 0, 0))
        try:
            await reader.readexactly(1)  # the server's settings: without an answer to them it takes few calls
        except (OSError, EOFError):
            writer.close()
            raise
        writer.write(frame(SETTINGS, ACK, 0))
        wire._draining = asyncio.create_task(wire._drain())
        return wire

    async def _drain(self) -> None:
        try:
            while data := await self._reader.read(65536):
                self.received += len(data)
        except OSError:
            return

    @property
    def closed(self) -> bool:
        """Whether the other end has hung up."""
        return self._draining is not None and self._draining.done()

    def pack(self, headers: Headers) -> bytes:
        """A header block."""
        return bytes(self._encoder.encode([(name, value) for name, value in headers]))

    def stream(self) -> int:
        """The next stream's number."""
        self._stream += 2
        return self._stream

    async def send(self, data: bytes) -> None:
        """Write, and wait while the other end does not read."""
        self._writer.write(data)
        await self._writer.drain()

    async def half_calls(self, method: str, count: int) -> None:
        """Begin `count` calls, and never send a message."""
        block = self.pack(call_headers(self.address, method))
        for _ in range(count):
            self._writer.write(frame(HEADERS, END_HEADERS, self.stream(), block))
        await self._writer.drain()

    async def rapid_resets(self, method: str, count: int, at_once: int = 100) -> None:
        """Begin `count` calls and take each back at once."""
        block = self.pack(call_headers(self.address, method))
        for _ in range(0, count, at_once):
            frames = []
            for _ in range(at_once):
                stream = self.stream()
                frames.append(frame(HEADERS, END_HEADERS, stream, block))
                frames.append(frame(RST_STREAM, 0, stream, struct.pack(">I", CANCEL)))
            await self.send(b"".join(frames))

    async def close(self) -> None:
        """Hang up."""
        if self._draining is not None:
            self._draining.cancel()
        self._writer.close()


async def raw_call(
    address: str, method: str, data: bytes, more: Headers = (), within: float = 10.0
) -> list[tuple[str, str]]:
    """One unary call with headers as they are given; all header fields of its response."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    connection = H2Connection(H2Configuration(header_encoding=None, normalize_outbound_headers=False))
    connection.initiate_connection()
    headers = [
        (name.encode(), value if isinstance(value, bytes) else value.encode())
        for name, value in call_headers(address, method, more)
    ]
    connection.send_headers(1, headers)
    connection.send_data(1, message(data), end_stream=True)
    writer.write(connection.data_to_send())
    found: list[tuple[str, str]] = []
    try:
        async with asyncio.timeout(within):
            while received := await reader.read(65536):
                for event in connection.receive_data(received):
                    found += [(n.decode(), v.decode("latin-1")) for n, v in getattr(event, "headers", None) or ()]
                    if type(event).__name__ in ("StreamEnded", "StreamReset", "ConnectionTerminated"):
                        return found
                writer.write(connection.data_to_send())
    finally:
        writer.close()
    return found
