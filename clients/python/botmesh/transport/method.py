"""Runs the callee's policies around the handler of one RPC method."""

import asyncio
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message

from botmesh.errors import BotmeshError, DeadlineExpired, InvalidField
from botmesh.policies import Call, CallInfo, CallScope, Endpoint, MethodClass, around
from botmesh.policies.call import CURRENT
from botmesh.transport.context import ServicerContext
from botmesh.transport.idle_limit import within_idle_limit

T = TypeVar("T")
Write = Callable[[bytes], Awaitable[None]]
"""Sends one serialized response of a stream."""


@dataclass(slots=True)
class IncomingCall:
    """What a call brings beside its requests, as a gRPC call or over a link."""

    metadata: tuple[tuple[str, str | bytes], ...]
    timeout: float | None
    """Seconds until the caller's deadline; None: it has none."""
    context: ServicerContext
    """gRPC's context of the call, or of the link that carries it."""


class RpcMethod:
    """One method with the callee's policies around its handler.

    Requests and responses are bytes, so that their sizes are exact and cost nothing. All errors are raised as a
    BotmeshError.
    """

    def __init__(self, endpoint: Endpoint, method: str, kind: MethodClass, handler: Any) -> None:
        """Serve `method` (its full name) by `handler`, gRPC's handler with the function and the (de)serializers."""
        self._endpoint = endpoint
        self._method = method
        self._kind = kind
        self._handler = handler

    @property
    def streams_requests(self) -> bool:
        """Whether the method takes a stream of requests."""
        return bool(self._handler.request_streaming)

    @property
    def streams_responses(self) -> bool:
        """Whether the method gives a stream of responses."""
        return bool(self._handler.response_streaming)

    async def unary_unary(self, request: bytes, incoming: IncomingCall) -> bytes:
        """Serve one call and return its response."""

        async def serve(scope: CallScope, message: Any) -> bytes:
            response = self._handler.unary_unary(message, incoming.context)
            # Work enforces its deadline itself, and ends with it.
            answer = await (response if scope.call.work is not None else self._bounded(scope.call, response))
            return self._outgoing(scope, answer)

        return await self._serve(incoming, serve, request)

    async def stream_unary(self, requests: AsyncIterator[bytes], incoming: IncomingCall) -> bytes:
        """Serve one call with a stream of requests and return its response."""

        async def serve(scope: CallScope, _: Any) -> bytes:
            messages = self._incoming(scope, requests)
            response = self._handler.stream_unary(messages, incoming.context)
            return self._outgoing(scope, await self._bounded(scope.call, response))

        return await self._serve(incoming, serve)

    async def unary_stream(self, request: bytes, incoming: IncomingCall, write: Write | None = None) -> None:
        """Serve one call and write its responses through `write`; None: through gRPC's context."""

        async def serve(scope: CallScope, message: Any) -> None:
            responses = self._handler.unary_stream(message, incoming.context)
            await self._send_all(scope, responses, write or incoming.context.write)

        await self._serve(incoming, serve, request)

    async def stream_stream(self, requests: AsyncIterator[bytes], incoming: IncomingCall) -> None:
        """Serve one call that streams both ways, and write its responses through gRPC's context."""

        async def serve(scope: CallScope, _: Any) -> None:
            messages = self._incoming(scope, requests)
            responses = self._handler.stream_stream(messages, incoming.context)
            await self._send_all(scope, responses, incoming.context.write)

        await self._serve(incoming, serve)

    async def _serve(
        self,
        incoming: IncomingCall,
        serve: Callable[[CallScope, Any], Awaitable[T]],
        request: bytes | None = None,
    ) -> T:
        info = self._info(incoming, request)
        call = Call(self._endpoint, info, self._endpoint.limits)
        CURRENT.set(call)
        with around(call) as scope:
            return await serve(scope, info.request)

    def _info(self, incoming: IncomingCall, request: bytes | None) -> CallInfo:
        """Describe the call for the policies, with its request parsed if it has only one."""
        message: Message | None = None
        unreadable: BotmeshError | None = None
        if request is not None:
            try:
                message = self._handler.request_deserializer(request)
            except DecodeError:
                unreadable = self._unreadable()
        return CallInfo(
            self._method,
            self._kind,
            at_caller=False,
            metadata=incoming.metadata,
            request=message,
            request_size=len(request or b""),
            unreadable=unreadable,
            message=getattr(message, "message", None) if self._kind is MethodClass.WORK else None,
            timeout=incoming.timeout,
        )

    def _outgoing(self, scope: CallScope, response: Any) -> bytes:
        data: bytes = self._handler.response_serializer(response)
        scope.sending(len(data))
        return data

    async def _incoming(self, scope: CallScope, requests: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        async for request in requests:
            scope.received(len(request))
            try:
                message = self._handler.request_deserializer(request)
            except DecodeError:
                raise self._unreadable() from None
            scope.read(message)
            yield message

    def _unreadable(self) -> InvalidField:
        return InvalidField(f"the request of {self._method} cannot be read", field="request")

    async def _bounded(self, call: Call, response: Awaitable[Any]) -> Any:
        """Wait for the response until the deadline."""
        if call.deadline is None:
            return await response
        try:
            async with asyncio.timeout_at(call.deadline.at) as scope:
                return await response
        except TimeoutError:
            if scope.expired():
                raise DeadlineExpired(f"the deadline passed before {self._method} was done") from None
            raise

    async def _send_all(self, scope: CallScope, responses: Any, write: Write) -> None:
        # The responses are written here instead of yielded, so that a call that ends early closes its handler here.
        if inspect.isawaitable(responses):
            await responses
            return
        call = scope.call
        if call.work is None:  # work enforces its idle limit itself
            responses = within_idle_limit(responses, call.idle_limit, call.deadline)
        async with aclosing(responses):
            async for response in responses:
                await write(self._outgoing(scope, response))
