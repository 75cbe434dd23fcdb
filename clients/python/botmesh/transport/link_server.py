"""The callee's end of links: serves the many calls of one stream, each like a gRPC call of its own."""

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
"""Bytes of a stream's responses that may be sent before its caller has read them."""
LARGEST = TRANSPORT_BYTES - 1024
"""The most bytes of a response: what the transport takes, less room for the fields around it."""
_ENDED_WELL = b""
"""A serialized google.rpc.Status of code 0."""


class Links:
    """All links to this server."""

    def __init__(self) -> None:
        """Begin without links. `methods` gets the methods that links carry, by their short names."""
        self.methods: dict[str, RpcMethod] = {}
        self._open: set[_Link] = set()
        self._closing = False

    async def serve(self, _: AsyncIterator[bytes], context: ServicerContext) -> None:
        """Serve one link until its caller ends it or is lost."""
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
        """Take no more calls. Running calls go on."""
        self._closing = True
        for link in self._open:
            link.take_no_more()


class _Window:
    """Flow control of one stream: bounds the bytes that are sent before the caller has read them."""

    __slots__ = ("_news", "_read", "_sent")

    def __init__(self) -> None:
        self._sent = 0
        self._read = 0
        self._news = Notifier()

    async def admit(self, size: int) -> None:
        """Return when `size` more bytes may be sent."""
        while self._sent - self._read >= AHEAD:
            await self._news.wait()
        self._sent += size

    def move(self, read: int) -> None:
        """Record that the caller has read `read` bytes in all."""
        self._read = read
        self._news.notify_all()


class _Link:
    def __init__(self, methods: dict[str, RpcMethod], context: ServicerContext) -> None:
        self._methods = methods
        self._context = context
        self._running: dict[int, asyncio.Task[None]] = {}
        self._windows: dict[int, _Window] = {}
        """The flow control of each running call that streams, by the call's number."""
        self._last = 0
        self._closing = False
        self._answers: Batches[LinkedAnswer] = Batches(self._send)

    async def run(self) -> None:
        """Take calls until the stream ends. The calls that still run then have lost their caller, and are cancelled."""
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
        """Tell the caller which call is the last that this link takes."""
        if not self._closing:
            self._closing = True
            self._answers.put(LinkedAnswer(id=self._last, closing=True))

    def _take(self, call: LinkedCall) -> None:
        event = call.WhichOneof("event")
        if event == "start":
            if self._closing:
                return  # the closing answer tells the caller that this call has not begun
            if call.id <= self._last:
                refusal = InvalidField(f"call {call.id} began before: number calls upwards", field="id", value=call.id)
                self._answers.put(LinkedAnswer(id=call.id, status=to_status(refusal)))
                return
            self._last = call.id
            self._running[call.id] = asyncio.create_task(self._serve(call.id, call.start))
        elif event == "cancel" and call.id in self._running:  # otherwise the call has ended meanwhile
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
        if self._running:  # other calls may be about to end too: one message takes their answers together
            self._answers.put(answer, len(answer.response))
        else:
            await self._answers.send(
                answer, len(answer.response)
            )  # the call is no longer in _running, so that nothing cancels this task

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
    """Refuse a response that is too large: the transport would end the link, and all its calls, because of it."""
    if len(response) > LARGEST:
        raise MessageTooLarge(
            f"the response is {len(response)} bytes and the transport takes {LARGEST}: send less, or a URL",
            size=len(response),
            limit=LARGEST,
            direction="response",
        )
