"""The caller's end of a link: many calls to one instance over one stream.

A gRPC call costs more than a message of a stream. Otherwise a call over a link is like a gRPC call of its own: it fails
in the same ways, with the same errors.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Iterable
from typing import Any

import grpc
from google.protobuf.message import DecodeError
from grpc import StatusCode

from botmesh.deadline import NO_CONTEXT
from botmesh.errors import BotmeshError, DeadlineExpired, PeerError, Unreachable
from botmesh.status import from_rpc_error, from_status
from botmesh.transport.batches import BATCH_BYTES, Batches
from botmesh.v1.link_pb2 import LinkedAnswer, LinkedCall, LinkRequest, LinkResponse

LARGEST = 64 * 1024
"""The most bytes of a request over a link. A larger one would delay the other calls, and would gain nothing."""
_ACKNOWLEDGED = BATCH_BYTES // 4
"""Bytes of a stream that are read before the next acknowledgement."""
Metadata = Iterable[tuple[str, str]]


class Link:
    """A link to one instance, until its stream ends."""

    def __init__(self, rpc: Any) -> None:
        """Use `rpc`, the call of AgentService.Link, which writes and reads serialized messages."""
        self.takes_calls = True
        """Whether new calls can start on this link."""
        self.unknown = False
        """Whether the instance turned out not to support links."""
        self._rpc = rpc
        self._calls: dict[int, _Call] = {}
        self._last = 0
        self._batches: Batches[LinkedCall] = Batches(self._send)
        self._reading = asyncio.create_task(self._read())
        self._finishing: asyncio.Task[None] | None = None

    async def unary(self, method: str, request: bytes, timeout: float, metadata: Metadata) -> bytes:
        """Call `method` and return its response. `timeout` is in seconds.

        Raises:
            BotmeshError: the same errors as those of a gRPC call.
        """
        call = self._begin(method, request, timeout, metadata)
        try:
            response = await call.next()
        finally:
            self._leave(call)
        if response is None:
            raise PeerError(f"the peer ended {method} without a response", StatusCode.INTERNAL)
        return response

    async def stream(
        self, method: str, request: bytes, timeout: float, metadata: Metadata
    ) -> AsyncGenerator[bytes, None]:
        """Call `method` and yield its responses as they come. Closing it early cancels the call.

        Raises:
            BotmeshError: the same errors as those of a gRPC call.
        """
        call = self._begin(method, request, timeout, metadata)
        read = acknowledged = 0
        try:
            while (response := await call.next()) is not None:
                yield response
                read += len(response)
                if read - acknowledged >= _ACKNOWLEDGED:
                    acknowledged = read
                    self._batches.put(LinkedCall(id=call.number, read_bytes=read))
        finally:
            self._leave(call)

    async def close(self) -> None:
        """Cancel all calls and end the stream."""
        self._rpc.cancel()
        await asyncio.wait([self._reading])

    def _begin(self, method: str, request: bytes, timeout: float, metadata: Metadata) -> "_Call":
        self._last += 1
        call = _Call(self._last)
        self._calls[call.number] = call
        call.timer = asyncio.get_running_loop().call_later(timeout, self._expire, call, context=NO_CONTEXT)
        begun = LinkedCall(id=call.number)
        start = begun.start
        start.method = method
        start.request = request
        start.metadata.update(metadata)
        start.timeout.FromNanoseconds(int(timeout * 1e9))
        self._batches.put(begun, len(request))
        return call

    def _leave(self, call: "_Call") -> None:
        """Forget a call that is no longer read, and cancel it if it still runs."""
        if call.timer is not None:
            call.timer.cancel()
        if self._calls.pop(call.number, None) is not None:
            self._batches.put(LinkedCall(id=call.number, cancel=True))
        if not self.takes_calls and not self._calls:
            self._finish_soon()

    def _expire(self, call: "_Call") -> None:
        call.end(DeadlineExpired("the deadline passed before an answer came: allow more time or ask for less"))

    async def _send(self, batch: list[LinkedCall]) -> None:
        calls = [call for call in batch if call.id in self._calls or not call.HasField("start")]
        if calls:
            await self._rpc.write(LinkRequest(calls=calls).SerializeToString())

    async def _read(self) -> None:
        lost: grpc.aio.AioRpcError | None = None
        try:
            while (frame := await self._rpc.read()) is not grpc.aio.EOF:
                for answer in LinkResponse.FromString(frame).answers:
                    self._take(answer)
        except grpc.aio.AioRpcError as error:
            lost = error
        except DecodeError:
            self._rpc.cancel()
        finally:
            self.takes_calls = False
            self.unknown = lost is not None and lost.code() is StatusCode.UNIMPLEMENTED
            self._batches.close()
            calls, self._calls = self._calls, {}
            for call in calls.values():
                call.end(self._lost(lost))

    def _lost(self, error: grpc.aio.AioRpcError | None) -> BotmeshError:
        """Return a new error for one call: the policies add to each error which call it belongs to."""
        if self.unknown:
            return Unreachable("the instance takes no links after all: nothing was begun")
        if error is None:
            return PeerError("the connection was closed before an answer came", StatusCode.UNAVAILABLE)
        return from_rpc_error(error)

    def _take(self, answer: LinkedAnswer) -> None:
        event = answer.WhichOneof("event")
        if event == "closing":
            self._take_no_more(answer.id)
            return
        call = self._calls.get(answer.id)
        if call is None or event is None:
            return  # the call has been left, or the event is of a newer version
        if event == "part":
            call.add(answer.part)
            return
        del self._calls[answer.id]
        if event == "response":
            call.add(answer.response)
        call.end(from_status(answer.status) if answer.status else None)

    def _take_no_more(self, last: int) -> None:
        self.takes_calls = False
        for number in [number for number in self._calls if number > last]:
            self._calls.pop(number).end(Unreachable("the instance is closing its links: nothing was begun"))
        if not self._calls:
            self._finish_soon()

    def _finish_soon(self) -> None:
        if self._finishing is None and not self._rpc.done():
            self._finishing = asyncio.create_task(self._finish())

    async def _finish(self) -> None:
        """Half-close the stream, which ends it."""
        await self._batches.flush()
        await self._rpc.done_writing()


class _Call:
    __slots__ = ("_ended", "_error", "_responses", "_waiter", "number", "timer")

    def __init__(self, number: int) -> None:
        self.number = number
        self.timer: asyncio.TimerHandle | None = None
        self._responses: deque[bytes] = deque()
        self._ended = False
        self._error: BotmeshError | None = None
        self._waiter: asyncio.Future[None] | None = None

    async def next(self) -> bytes | None:
        """Wait for the next response; None: the call has ended without an error."""
        while not self._responses:
            if self._ended:
                error, self._error = self._error, None
                if error is not None:
                    raise error
                return None
            self._waiter = asyncio.get_running_loop().create_future()
            await self._waiter
        return self._responses.popleft()

    def add(self, response: bytes) -> None:
        self._responses.append(response)
        self._wake()

    def end(self, error: BotmeshError | None) -> None:
        """End the call. Only the first end counts."""
        if not self._ended:
            self._ended, self._error = True, error
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
