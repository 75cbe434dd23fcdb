"""The connections of a peer. Cut, they look to the other end as if the peer's process had been killed."""

import asyncio


class Relay:
    """Passes bytes on to a server of this process."""

    def __init__(self, target: int) -> None:
        """`target` is the server's port on loopback."""
        self._target = target
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._closed = asyncio.Event()
        self.address = ""

    async def open(self) -> str:
        """Listen; where."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        host, port = self._server.sockets[0].getsockname()
        self.address = f"{host}:{port}"
        return self.address

    def cut(self) -> None:
        """Break all connections at once; new ones can be made."""
        for writer in list(self._writers):
            writer.transport.abort()

    def close(self) -> None:
        """Break all connections and take no new ones."""
        self._closed.set()
        if self._server is not None:
            self._server.close()
        self.cut()

    async def ended(self) -> None:
        """Close, and wait until nothing runs."""
        self.close()
        if self._pumps:
            await asyncio.wait(self._pumps)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed.is_set():  # it was accepted just before
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            onwards, to = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        if self._closed.is_set():
            to.transport.abort()
            return
        self._writers.add(to)
        for source, sink in ((reader, to), (onwards, writer)):
            pump = asyncio.create_task(self._pump(source, sink, writer, to))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, *both: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await source.read(1 << 16):
                sink.write(data)
                await sink.drain()
        except OSError:
            pass  # cut, by us or by the other end
        finally:
            for writer in both:
                writer.transport.abort()
                self._writers.discard(writer)
