"""Links where they end: many calls of one caller over one stream, each served as if it came by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field

import grpc
from google.protobuf.message import DecodeError

from botmesh.batches import BATCH_BYTES, Batches
from botmesh.errors import BotmeshError, InvalidField, MessageTooLarge, NotSupported
from botmesh.interceptors.served import Arrival, Served
from botmesh.limits import TRANSPORT_BYTES
from botmesh.pulse import Pulse
from botmesh.status import to_status
from botmesh.v1.link_pb2 import LinkedAnswer, LinkedCall, LinkedStart, LinkRequest, LinkResponse

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
        self.methods: dict[str, Served] = {}
        self._open: set[_Link] = set()
        self._closing = False

    async def serve(self, _: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> None:
        """Serve one link until its caller ends it, or is lost."""
        link = _Link(self.methods, context)
        self._open.add(link)
        if self._closing:
            link.take_no_more()
        try:
            await link.run()
        except DecodeError:
            error = InvalidField("a batch of this link cannot be read", field="link")
            await context.abort(error.status, error.text, (("grpc-status-details-bin", to_status(error)),))
        finally:
            self._open.discard(link)

    def close(self) -> None:
        """Take no more calls; what runs goes on."""
        self._closing = True
        for link in self._open:
            link.take_no_more()


@dataclass(slots=True, eq=False)
class _Running:
    """A call that is served."""

    task: asyncio.Task[None] | None = None
    sent: int = 0
    """Bytes of responses."""
    read: int = 0
    """How many of them the caller has read."""
    news: Pulse = field(default_factory=Pulse)


class _Link:
    """One link."""

    def __init__(self, methods: dict[str, Served], context: grpc.aio.ServicerContext) -> None:
        self._methods = methods
        self._context = context
        self._running: dict[int, _Running] = {}
        self._last = 0
        self._closing = False
        self._answers: Batches[LinkedAnswer] = Batches(self._send)

    async def run(self) -> None:
        """Take calls until there will be no more; those that still run then have lost their caller."""
        try:
            while (frame := await self._context.read()) is not grpc.aio.EOF:
                for call in LinkRequest.FromString(frame).calls:
                    self._take(call)
                await self._answers.room()
        finally:
            for running in list(self._running.values()):
                if running.task is not None:
                    running.task.cancel()
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
            running = self._running[call.id] = _Running()
            running.task = asyncio.create_task(self._serve(call.id, call.start, running))
            return
        found = self._running.get(call.id)
        if found is None:
            return  # it has ended meanwhile
        if event == "cancel" and found.task is not None:
            del self._running[call.id]
            found.task.cancel()
        elif event == "read_bytes":
            found.read = call.read_bytes
            found.news.beat()

    async def _serve(self, number: int, start: LinkedStart, running: _Running) -> None:
        try:
            answer = await self._answer(number, start, running)
        except BotmeshError as error:
            answer = LinkedAnswer(id=number, status=to_status(error))
        if self._running.pop(number, None) is None:
            return
        if self._running:  # others may be about to end, too: together they take one message
            self._answers.put(answer, len(answer.response))
        else:
            await self._answers.send(answer, len(answer.response))  # nobody cancels this any more

    async def _answer(self, number: int, start: LinkedStart, running: _Running) -> LinkedAnswer:
        """The last that is to be said."""
        method = self._methods.get(start.method)
        if method is None:
            raise NotSupported(f"{start.method!r} cannot be called on a link", method=start.method)

        async def write(part: bytes) -> None:
            _check_fits(part)
            while running.sent - running.read >= AHEAD:
                await running.news.next()
            await self._answers.room()
            running.sent += len(part)
            self._answers.put(LinkedAnswer(id=number, part=part), len(part))

        timeout = start.timeout.ToNanoseconds() / 1e9 if start.HasField("timeout") else None
        arrival = Arrival(tuple(start.metadata.items()), timeout, self._context, write)
        if method.gives_many:
            with suppress(TimeoutError):  # its caller knows
                async with asyncio.timeout(timeout):
                    await method.unary_stream(start.request, arrival)
            return LinkedAnswer(id=number, status=_ENDED_WELL)
        response = await method.unary_unary(start.request, arrival)
        _check_fits(response)
        return LinkedAnswer(id=number, response=response)

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
