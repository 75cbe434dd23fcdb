"""Adapts the policies to grpc.aio's interceptors. No other module uses grpc.aio's interceptor classes.

grpc.aio registers a client interceptor that implements two kinds of call for the first kind only. Therefore each kind
has its own class here. All of them run the same ordered list of policies.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import ExitStack, aclosing
from typing import Any

import grpc
from google.protobuf.message import Message

from botmesh.chain import Chain
from botmesh.errors import BotmeshError
from botmesh.policies import Call, CallInfo, CallScope, Endpoint, MethodClass, around
from botmesh.policies.methods import AGENT, LINK, LINKED, class_of
from botmesh.status import to_trailers
from botmesh.telemetry.context import inject
from botmesh.transport.arrivals import Arrivals
from botmesh.transport.context import ServicerContext
from botmesh.transport.idle_limit import within_idle_limit
from botmesh.transport.link_server import Links
from botmesh.transport.method import IncomingCall, RpcMethod


def client_interceptors(endpoint: Endpoint) -> Sequence[grpc.aio.ClientInterceptor]:
    """Return the interceptors for a channel whose calls `endpoint` makes."""
    return [kind(endpoint) for kind in (UnaryUnary, UnaryStream, StreamUnary, StreamStream)]


class CalleeInterceptor(grpc.aio.ServerInterceptor):
    """Runs the callee's policies around all four kinds of call."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Serve all calls as `endpoint`."""
        self.links = Links()
        self._arrivals = Arrivals()
        self._endpoint = endpoint
        self._wrapped: dict[str, Any] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """Return the method's handler with the policies around it; None if the server has no such method."""
        method = handler_call_details.method
        if method not in self._wrapped:
            handler = await continuation(handler_call_details)
            if handler is None:
                return None
            if method == LINK:
                await self._serve_links(continuation, type(handler_call_details))
                handler = grpc.stream_stream_rpc_method_handler(self.links.serve)
            elif not method.startswith(("/grpc.health.", "/grpc.reflection.")):
                handler = _handler_of(self._rpc_method(method, handler))
            self._wrapped[method] = self._arrivals.around(handler)
        return self._wrapped[method]

    async def _serve_links(self, continuation: Callable[[Any], Awaitable[Any]], details: Any) -> None:
        """Find the handlers of the methods that links carry; grpc.aio gives them only one by one, by name."""
        for name in LINKED:
            handler = await continuation(details(AGENT + name, ()))
            if handler is not None:
                self.links.methods[name] = self._rpc_method(AGENT + name, handler)

    def _rpc_method(self, method: str, handler: Any) -> RpcMethod:
        kind = class_of(method, streams=handler.request_streaming or handler.response_streaming)
        return RpcMethod(self._endpoint, method, kind, handler)


def _handler_of(method: RpcMethod) -> Any:
    """Return the handler that gRPC calls, which turns errors into statuses with ErrorInfo."""
    if method.streams_requests and method.streams_responses:
        return grpc.stream_stream_rpc_method_handler(_typed(method.stream_stream))
    if method.streams_requests:
        return grpc.stream_unary_rpc_method_handler(_typed(method.stream_unary))
    if method.streams_responses:
        return grpc.unary_stream_rpc_method_handler(_typed(method.unary_stream))
    return grpc.unary_unary_rpc_method_handler(_typed(method.unary_unary))


def _typed(serve: Callable[[Any, IncomingCall], Awaitable[Any]]) -> Callable[[Any, ServicerContext], Any]:
    async def answer(requests: Any, context: ServicerContext) -> Any:
        incoming = IncomingCall(tuple(context.invocation_metadata() or ()), context.time_remaining(), context)
        try:
            return await serve(requests, incoming)
        except BotmeshError as error:
            await context.abort(error.status, error.text, to_trailers(error))

    return answer


class _CallerInterceptor:
    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def _scope(self, details: grpc.aio.ClientCallDetails, request: Any = None, *, streams: bool = False) -> CallScope:
        """Return the scope of a call that is about to be sent."""
        method = details.method if isinstance(details.method, str) else details.method.decode()
        kind = class_of(method, streams=streams)
        chain = Chain.from_metadata(tuple(details.metadata or ()))
        is_message = isinstance(request, Message)
        info = CallInfo(
            method,
            kind,
            at_caller=True,
            target=chain.to.partition("/")[0],
            request=request if is_message else None,
            request_size=request.ByteSize() if is_message else 0,
            message=getattr(request, "message", None) if is_message and kind is MethodClass.WORK else None,
            timeout=details.timeout,
        )
        return around(Call(self._endpoint, info, self._endpoint.limits, chain))


def _details(call: Call, given: grpc.aio.ClientCallDetails) -> grpc.aio.ClientCallDetails:
    """Return the details with which gRPC sends the call: the given ones, with its deadline, chain and span."""
    own = tuple(given.metadata or ())
    metadata = grpc.aio.Metadata(*own)
    if call.info.kind is MethodClass.WORK:
        chain = call.chain.to_metadata()
        ours = {key for key, _ in chain}
        metadata = grpc.aio.Metadata(*(pair for pair in own if pair[0] not in ours), *chain, *inject(call.span))
    return grpc.aio.ClientCallDetails(
        method=given.method,
        timeout=None if call.deadline is None else call.deadline.remaining,
        metadata=metadata,
        credentials=given.credentials,
        wait_for_ready=given.wait_for_ready,
    )


async def _answered(scope: CallScope, start: Awaitable[Any]) -> tuple[Any, Any]:
    """Wait for the only response of a call; return it and gRPC's call object."""
    rpc = await start
    response = await rpc
    scope.received(response.ByteSize())
    scope.read(response)
    return response, rpc


async def _start_stream(
    scope: CallScope, continuation: Any, details: grpc.aio.ClientCallDetails, requests: Any
) -> "_Responses":
    """Start a call that streams responses; a call that cannot be started closes its scope here."""
    with ExitStack() as stack:
        stack.enter_context(scope)
        responses = _Responses(scope, await continuation(_details(scope.call, details), requests))
        stack.pop_all()  # the call has started: its end closes the scope
    return responses


class _Responses:
    """The responses of a streaming call, inside its scope. A reader that leaves early cancels the call."""

    def __init__(self, scope: CallScope, rpc: Any) -> None:
        self._scope = scope
        self._rpc = rpc
        self._reading = False
        rpc.add_done_callback(self._ended)

    def __aiter__(self) -> AsyncIterator[Any]:
        self._reading = True
        return self._read()

    def _ended(self, _: object) -> None:
        """Close the scope of a call that was cancelled or that ended unread: its reader does not."""
        if self._rpc.cancelled():
            self._scope.close(asyncio.CancelledError())
        elif not self._reading:
            self._scope.close()

    async def _read(self) -> AsyncIterator[Any]:
        call = self._scope.call
        responses = within_idle_limit(aiter(self._rpc), call.idle_limit, call.deadline)
        try:
            with self._scope as scope:
                async with aclosing(responses):
                    async for response in responses:
                        scope.received(response.ByteSize())
                        scope.read(response)
                        yield response
        except BaseException:
            self._rpc.cancel()
            raise


async def _sized(scope: CallScope, requests: Any) -> AsyncIterator[Any]:
    async for request in requests:
        try:
            scope.sending(request.ByteSize())
        except BotmeshError as error:
            scope.call.refusal = error  # grpc.aio only cancels the call when its requests fail
            raise
        yield request


class UnaryUnary(_CallerInterceptor, grpc.aio.UnaryUnaryClientInterceptor):
    """Runs the caller's policies around a unary call."""

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """Make the call and return its response."""
        with self._scope(client_call_details, request) as scope:
            start = continuation(_details(scope.call, client_call_details), request)
            return (await _answered(scope, start))[0]


class UnaryStream(_CallerInterceptor, grpc.aio.UnaryStreamClientInterceptor):
    """Runs the caller's policies around a call that streams responses."""

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """Start the call and return its responses, which close the scope when they end."""
        scope = self._scope(client_call_details, request, streams=True)
        return await _start_stream(scope, continuation, client_call_details, request)


class StreamUnary(_CallerInterceptor, grpc.aio.StreamUnaryClientInterceptor):
    """Runs the caller's policies around a call that streams requests."""

    async def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        """Make the call and return it once it has ended; for this kind grpc.aio takes no bare response."""
        with self._scope(client_call_details, streams=True) as scope:
            requests = _sized(scope, request_iterator)
            return (await _answered(scope, continuation(_details(scope.call, client_call_details), requests)))[1]


class StreamStream(_CallerInterceptor, grpc.aio.StreamStreamClientInterceptor):
    """Runs the caller's policies around a call that streams both ways."""

    async def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        """Start the call and return its responses, which close the scope when they end."""
        scope = self._scope(client_call_details, streams=True)
        return await _start_stream(scope, continuation, client_call_details, _sized(scope, request_iterator))
