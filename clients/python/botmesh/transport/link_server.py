"""Links where they end: many calls of one caller over one stream, each served as if it came by itself."""

import asyncio
from collections.abc import AsyncIterator

import grpc
from google.protobuf.message import DecodeError

from botmesh.errors import BotmeshError, DeadlineExpired, InvalidField, MessageTooLarge, NotSupported
from botmesh.limits import TRANSPORT_BYTES
from botmesh.status import to_status, to_trailers
from botmesh.transport.batches import BATCH_BYTES, Batches
from botmesh.transport.context import ServicerContext
from botmesh.transport.method import IncomingCall, RpcMethod
from botmesh.v1.link_pb2 import LinkedAnswer, LinkedCall, LinkedStart, LinkRequest, LinkResponse
from botmesh.work.notifier import Notifier

AHEAD = BATCH_BYTES
"""Bytes of a stream's responses that are sent before its caller has read them."""
LARGEST = TRANSPORT_BYTES - 1024
"""Bytes of a response, with room for what stands around it."""
_ENDED_WELL = b""
"""google.rpc.Status of code 0."""


class Links:
    """All links that end at this server."""

    def __init__(self) -> None:
        """None so far; `methods` by their short names."""
        self.methods: dict[str, RpcMethod] = {}
        self._open: set[_Link] = set()
        self._closing = False

    async def serve(self, _: AsyncIterator[bytes], context: ServicerContext) -> None:
        """Serve one link until its caller ends it, or is lost."""
        link = _Link(self.methods, context)
        self._open.add(link)
        if self._closing:
            link.take_no_more()
        try:
            await link.run()
        except DecodeError:
            error = InvalidField("a batch of this link cannot be read", field="link")
            await context.abort(error.status, error.text, to_trailers(error))
        finally:
            self._open.discard(link)

    def close(self) -> None:
        """Take no more calls; what runs goes on."""
        self._closing = True
        for link in self._open:
            link.take_no_more()


class _Window:
    """How far a stream may run ahead of whoever reads it."""

    __slots__ = ("_news", "_read", "_sent")

    def __init__(self) -> None:
        self._sent = 0
        self._read = 0
        self._news = Notifier()

    async def admit(self, size: int) -> None:
        """Return when so many bytes more may be sent."""
        while self._sent - self._read >= AHEAD:
            await self._news.wait()
        self._sent += size

    def move(self, read: int) -> None:
        """So many bytes have been read in all."""
        self._read = read
        self._news.notify_all()


class _Link:
    """One link."""

    def __init__(self, methods: dict[str, RpcMethod], context: ServicerContext) -> None:
        self._methods = methods
        self._context = context
        self._running: dict[int, asyncio.Task[None]] = {}
        self._windows: dict[int, _Window] = {}
        """Of the streams among them."""
        self._last = 0
        self._closing = False
        self._answers: Batches[LinkedAnswer] = Batches(self._send)

    async def run(self) -> None:
        """Take calls until there will be no more; those that still run then have lost their caller."""
        try:
            while (frame := await self._context.read()) is not grpc.aio.EOF:
                for call in LinkRequest.FromString(frame).calls:
                    self._take(call)
                await self._answers.drain()
        finally:
            for task in self._running.values():
                task.cancel()
            self._answers.close()

    def take_no_more(self) -> None:
        """Say which call was the last."""
        if not self._closing:
            self._closing = True
            self._answers.put(LinkedAnswer(id=self._last, closing=True))

    def _take(self, call: LinkedCall) -> None:
        event = call.WhichOneof("event")
        if event == "start":
            if self._closing:
                return  # the caller learns that it has not begun
            if call.id <= self._last:
                refusal = InvalidField(f"call {call.id} began before: number calls upwards", field="id", value=call.id)
                self._answers.put(LinkedAnswer(id=call.id, status=to_status(refusal)))
                return
            self._last = call.id
            self._running[call.id] = asyncio.create_task(self._serve(call.id, call.start))
        elif event == "cancel" and call.id in self._running:  # otherwise it has ended meanwhile
            self._running.pop(call.id).cancel()
        elif event == "read_bytes" and call.id in self._windows:
            self._windows[call.id].move(call.read_bytes)

    async def _serve(self, number: int, start: LinkedStart) -> None:
        method, metadata = self._methods.get(start.method), start.metadata
        timeout = start.timeout.ToNanoseconds() / 1e9 if start.HasField("timeout") else None
        arrival = IncomingCall(tuple([(key, metadata[key]) for key in metadata]), timeout, self._context)
        answer = LinkedAnswer(id=number, status=_ENDED_WELL)
        try:
            if method is None:
                raise NotSupported(f"{start.method!r} cannot be called on a link", method=start.method)
            if timeout is not None and timeout <= 0:
                raise DeadlineExpired("the deadline passed before the call began")
            if method.streams_responses:
                await self._serve_stream(number, method, start.request, arrival)
            else:
                answer.response = await method.unary_unary(start.request, arrival)
                _check_fits(answer.response)
        except BotmeshError as error:
            answer.status = to_status(error)
        if self._running.pop(number, None) is None:
            return
        if self._running:  # others may be about to end, too: together they take one message
            self._answers.put(answer, len(answer.response))
        else:
            await self._answers.send(answer, len(answer.response))  # nobody cancels this any more

    async def _serve_stream(self, number: int, method: RpcMethod, request: bytes, arrival: IncomingCall) -> None:
        window = self._windows[number] = _Window()

        async def write(part: bytes) -> None:
            _check_fits(part)
            await window.admit(len(part))
            await self._answers.drain()
            self._answers.put(LinkedAnswer(id=number, part=part), len(part))

        try:
            async with asyncio.timeout(arrival.timeout):
                await method.unary_stream(request, arrival, write)
        except TimeoutError:
            raise DeadlineExpired("the deadline passed before the stream was done") from None
        finally:
            del self._windows[number]

    async def _send(self, answers: list[LinkedAnswer]) -> None:
        await self._context.write(LinkResponse(answers=answers).SerializeToString())


def _check_fits(response: bytes) -> None:
    """A response that the transport refuses would end the link, with all its calls."""
    if len(response) > LARGEST:
        raise MessageTooLarge(
            f"the response is {len(response)} bytes and the transport takes {LARGEST}: send less, or a URL",
            size=len(response),
            limit=LARGEST,
            direction="response",
        )
