"""A method as it is served here: its policies around whoever answers."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from botmesh.errors import BotmeshError, DeadlineExpired, InvalidField
from botmesh.policies.call import CURRENT, Call, End, MethodClass
from botmesh.policies.pipeline import Pipeline
from botmesh.status import from_exception
from botmesh.transport.idle_limit import within_idle_limit

logger = logging.getLogger("botmesh")
T = TypeVar("T")
Write = Callable[[bytes], Awaitable[None]]
"""Sends one response of a stream."""


@dataclass(slots=True)
class IncomingCall:
    """What a call brings beside its requests, by itself or on a link."""

    metadata: tuple[tuple[str, str | bytes], ...]
    timeout: float | None
    """Seconds that the caller waits; None: it does not say."""
    context: grpc.aio.ServicerContext
    """gRPC's: the call's own, or the link's."""


class RpcMethod:
    """One method with its policies. Takes and gives bytes, so that sizes are exact and cost nothing.

    Whatever goes wrong is raised as a BotmeshError.
    """

    def __init__(self, end: End, method: str, kind: MethodClass, handler: Any, pipeline: Pipeline) -> None:
        """`handler`: gRPC's, with the method's functions and how its messages are read and written."""
        self._end = end
        self._method = method
        self._kind = kind
        self._handler = handler
        self._pipeline = pipeline

    @property
    def takes_many(self) -> bool:
        """Whether there may be several requests."""
        return bool(self._handler.request_streaming)

    @property
    def gives_many(self) -> bool:
        """Whether there may be several responses."""
        return bool(self._handler.response_streaming)

    async def unary_unary(self, request: bytes, arrival: IncomingCall) -> bytes:
        """The response."""

        async def serve(call: Call, message: Any) -> bytes:
            response = self._handler.unary_unary(message, arrival.context)
            # Work has a deadline of its own that also ends the work.
            return self._outgoing(call, await (response if call.work is not None else self._bounded(call, response)))

        return await self._serve(arrival, serve, request)

    async def stream_unary(self, requests: AsyncIterator[bytes], arrival: IncomingCall) -> bytes:
        """The response."""

        async def serve(call: Call, _: Any) -> bytes:
            messages = self._incoming(call, requests)
            response = self._handler.stream_unary(messages, arrival.context)
            return self._outgoing(call, await self._bounded(call, response))

        return await self._serve(arrival, serve)

    async def unary_stream(self, request: bytes, arrival: IncomingCall, write: Write | None = None) -> None:
        """Write the responses, as gRPC does unless told otherwise."""

        async def serve(call: Call, message: Any) -> None:
            responses = self._handler.unary_stream(message, arrival.context)
            await self._send_all(call, responses, write or arrival.context.write)

        await self._serve(arrival, serve, request)

    async def stream_stream(self, requests: AsyncIterator[bytes], arrival: IncomingCall) -> None:
        """Write the responses."""

        async def serve(call: Call, _: Any) -> None:
            messages = self._incoming(call, requests)
            responses = self._handler.stream_stream(messages, arrival.context)
            await self._send_all(call, responses, arrival.context.write)

        await self._serve(arrival, serve)

    async def _serve(
        self,
        arrival: IncomingCall,
        serve: Callable[[Call, Any], Awaitable[T]],
        request: bytes | None = None,
    ) -> T:
        """Start the policies, serve, finish the policies; every error leaves typed."""
        call = Call(self._end, self._method, self._kind, at_caller=False, limits=self._end.limits)
        call.metadata = arrival.metadata
        call.timeout = arrival.timeout
        CURRENT.set(call)
        message = None if request is None else self._parse(call, request)
        passed = self._pipeline.start(call)
        try:
            result = await serve(call, message)
        except asyncio.CancelledError as error:
            self._pipeline.finish(call, passed, error)
            raise  # the caller is gone: nobody is left to answer
        except Exception as error:
            if not isinstance(error, BotmeshError):
                logger.exception("%s failed; its caller gets INTERNAL without this text", self._method)
            self._pipeline.finish(call, passed, error)
            raise (call.error or from_exception(error)) from None
        self._pipeline.finish(call, passed)
        return result

    def _parse(self, call: Call, request: bytes) -> Message | None:
        call.request_size = len(request)
        try:
            parsed: Message = self._handler.request_deserializer(request)
        except DecodeError:
            call.unreadable = self._unreadable()
            return None
        call.request = parsed
        if self._kind is MethodClass.WORK:
            call.message = getattr(parsed, "message", None)
        return parsed

    def _outgoing(self, call: Call, response: Any) -> bytes:
        data = self._handler.response_serializer(response)
        self._pipeline.sending(call, len(data))
        return data

    async def _incoming(self, call: Call, requests: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        async for request in requests:
            self._pipeline.received(call, len(request))
            try:
                message = self._handler.request_deserializer(request)
            except DecodeError:
                raise self._unreadable() from None
            self._pipeline.read(call, message)
            yield message

    def _unreadable(self) -> InvalidField:
        return InvalidField(f"the request of {self._method} cannot be read", field="request")

    async def _bounded(self, call: Call, response: Awaitable[Any]) -> Any:
        """The response, within the deadline."""
        if call.deadline is None:
            return await response
        try:
            async with asyncio.timeout_at(call.deadline.at) as scope:
                return await response
        except TimeoutError:
            if scope.expired():
                raise DeadlineExpired(f"the deadline passed before {self._method} was done") from None
            raise

    async def _send_all(self, call: Call, responses: Any, write: Write) -> None:
        # Written from one coroutine, not yielded: when the call ends early, everything is closed in here.
        if inspect.isawaitable(responses):
            await responses
            return
        # Work waits within its limits itself (work.py): only where there is nothing to send.
        async with aclosing(responses if call.work is not None else within_idle_limit(call, responses)) as bounded:
            async for response in bounded:
                await write(self._outgoing(call, response))
