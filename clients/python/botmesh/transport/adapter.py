"""The only place that knows grpc.aio's interceptor classes: one object per side and kind of call.

A grpc.aio client interceptor that implements two kinds of call is registered for the first kind only, so each
kind has a class of its own here. All of them run the same ordered list of policies.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import grpc
from google.protobuf.message import Message

from botmesh.chain import Chain
from botmesh.errors import BotmeshError
from botmesh.policies.call import AGENT, LINK, LINKED, Call, End, MethodClass, class_of
from botmesh.policies.pipeline import Pipeline
from botmesh.policies.trace import inject
from botmesh.status import to_trailers
from botmesh.transport.arrivals import Arrivals
from botmesh.transport.idle_limit import within_idle_limit
from botmesh.transport.link_server import Links
from botmesh.transport.method import IncomingCall, RpcMethod

Pipelines = dict[MethodClass, Pipeline]


class CalleeInterceptor(grpc.aio.ServerInterceptor):
    """Runs the policies at the callee, for all four kinds of call."""

    def __init__(self, end: End, pipelines: Pipelines) -> None:
        """Serve as `end`."""
        self.links = Links()
        self._arrivals = Arrivals()
        self._end = end
        self._pipelines = pipelines
        self._wrapped: dict[str, Any] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        """The handler, with the policies around it."""
        method = handler_call_details.method
        if method not in self._wrapped:
            handler = await continuation(handler_call_details)
            if handler is None:
                return None
            if method == LINK:
                await self._serve_links(continuation, type(handler_call_details))
                handler = grpc.stream_stream_rpc_method_handler(self.links.serve)
            elif not method.startswith(("/grpc.health.", "/grpc.reflection.")):
                handler = _around(self._served(method, handler))
            self._wrapped[method] = self._arrivals.around(handler)
        return self._wrapped[method]

    async def _serve_links(self, continuation: Callable[[Any], Awaitable[Any]], details: Any) -> None:
        """Find the methods that links carry, as if each had been called."""
        for name in LINKED:
            handler = await continuation(details(AGENT + name, ()))
            if handler is not None:
                self.links.methods[name] = self._served(AGENT + name, handler)

    def _served(self, method: str, handler: Any) -> RpcMethod:
        kind = class_of(method, streams=handler.request_streaming or handler.response_streaming)
        return RpcMethod(self._end, method, kind, handler, self._pipelines[kind])


def _around(served: RpcMethod) -> Any:
    """The handler that gRPC calls: errors leave as typed statuses."""
    if served.takes_many and served.gives_many:
        return grpc.stream_stream_rpc_method_handler(_typed(served.stream_stream))
    if served.takes_many:
        return grpc.stream_unary_rpc_method_handler(_typed(served.stream_unary))
    if served.gives_many:
        return grpc.unary_stream_rpc_method_handler(_typed(served.unary_stream))
    return grpc.unary_unary_rpc_method_handler(_typed(served.unary_unary))


def _typed(serve: Callable[[Any, IncomingCall], Awaitable[Any]]) -> Callable[[Any, grpc.aio.ServicerContext], Any]:
    async def answer(requests: Any, context: grpc.aio.ServicerContext) -> Any:
        try:
            return await serve(requests, _arrived(context))
        except BotmeshError as error:
            await context.abort(error.status, error.text, to_trailers(error))

    return answer


def _arrived(context: grpc.aio.ServicerContext) -> IncomingCall:
    return IncomingCall(tuple(context.invocation_metadata() or ()), context.time_remaining(), context)


class _Caller:
    """What the four client interceptors share."""

    def __init__(self, end: End, pipelines: Pipelines) -> None:
        self._end = end
        self._pipelines = pipelines

    def _leave(
        self, details: grpc.aio.ClientCallDetails, request: Any = None, *, streams: bool = False
    ) -> tuple[Call, Pipeline, int, grpc.aio.ClientCallDetails]:
        method = details.method if isinstance(details.method, str) else details.method.decode()
        kind = class_of(method, streams=streams)
        call = Call(self._end, method, kind, at_caller=True, limits=self._end.limits, timeout=details.timeout)
        own = tuple(details.metadata or ())
        call.chain = Chain.from_metadata(own)
        call.target = call.chain.to.partition("/")[0]
        if isinstance(request, Message):
            call.request, call.request_size = request, request.ByteSize()
            call.message = getattr(request, "message", None) if kind is MethodClass.WORK else None
        pipeline = self._pipelines[kind]
        passed = pipeline.start(call)
        metadata = grpc.aio.Metadata(*own)
        if kind is MethodClass.WORK:
            chain = call.chain.to_metadata()
            ours = {key for key, _ in chain}
            metadata = grpc.aio.Metadata(*(pair for pair in own if pair[0] not in ours), *chain, *inject(call))
        return (
            call,
            pipeline,
            passed,
            grpc.aio.ClientCallDetails(
                method=details.method,
                timeout=None if call.deadline is None else call.deadline.remaining,
                metadata=metadata,
                credentials=details.credentials,
                wait_for_ready=details.wait_for_ready,
            ),
        )


async def _one(call: Call, pipeline: Pipeline, passed: int, start: Awaitable[Any]) -> tuple[Any, Any]:
    """The response of a call that gives one, and gRPC's call object, with the policies finished."""
    try:
        rpc = await start
        response = await rpc
        pipeline.received(call, response.ByteSize())
        pipeline.read(call, response)
    except BaseException as error:
        pipeline.finish(call, passed, call.refusal or error)
        if call.refusal is not None:
            raise call.refusal from None
        if isinstance(error, grpc.aio.AioRpcError) and call.error is not None:
            raise call.error from None
        raise
    pipeline.finish(call, passed)
    return response, rpc


class _Responses:
    """The responses of a call that streams them, with the policies around. Leaving early cancels the call."""

    def __init__(self, call: Call, pipeline: Pipeline, passed: int, rpc: Any) -> None:
        self._call = call
        self._pipeline = pipeline
        self._passed = passed
        self._rpc = rpc
        self._reading = False
        self._finished = False
        rpc.add_done_callback(self._ended)

    def __aiter__(self) -> AsyncIterator[Any]:
        self._reading = True
        return self._read()

    def _ended(self, _: object) -> None:
        """A call that is cancelled, or over before anybody read it, is not finished by its reader."""
        if self._rpc.cancelled():
            self._finish(asyncio.CancelledError())
        elif not self._reading:
            self._finish()

    def _finish(self, error: BaseException | None = None) -> None:
        if not self._finished:
            self._finished = True
            self._pipeline.finish(self._call, self._passed, error and (self._call.refusal or error))

    async def _read(self) -> AsyncIterator[Any]:
        call, pipeline = self._call, self._pipeline
        try:
            async with aclosing(within_idle_limit(call, aiter(self._rpc))) as responses:
                async for response in responses:
                    pipeline.received(call, response.ByteSize())
                    pipeline.read(call, response)
                    yield response
        except BaseException as error:
            self._finish(error)
            self._rpc.cancel()
            if isinstance(error, grpc.aio.AioRpcError | asyncio.CancelledError) and call.refusal is not None:
                raise call.refusal from None
            if isinstance(error, grpc.aio.AioRpcError) and call.error is not None:
                raise call.error from None
            raise
        self._finish()


async def _sized(call: Call, pipeline: Pipeline, requests: Any) -> AsyncIterator[Any]:
    async for request in requests:
        try:
            pipeline.sending(call, request.ByteSize())
        except BotmeshError as error:
            call.refusal = error  # grpc.aio only cancels the call when its requests fail
            raise
        yield request


class UnaryUnary(_Caller, grpc.aio.UnaryUnaryClientInterceptor):
    """Policies at the caller of a unary call."""

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """The response."""
        call, pipeline, passed, details = self._leave(client_call_details, request)
        return (await _one(call, pipeline, passed, continuation(details, request)))[0]


class UnaryStream(_Caller, grpc.aio.UnaryStreamClientInterceptor):
    """Policies at the caller of a call that streams responses."""

    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """The responses."""
        call, pipeline, passed, details = self._leave(client_call_details, request, streams=True)
        return _Responses(call, pipeline, passed, await continuation(details, request))


class StreamUnary(_Caller, grpc.aio.StreamUnaryClientInterceptor):
    """Policies at the caller of a call that streams requests."""

    async def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        """The call, over: for this kind grpc.aio takes no bare response."""
        call, pipeline, passed, details = self._leave(client_call_details, streams=True)
        requests = _sized(call, pipeline, request_iterator)
        return (await _one(call, pipeline, passed, continuation(details, requests)))[1]


class StreamStream(_Caller, grpc.aio.StreamStreamClientInterceptor):
    """Policies at the caller of a call that streams both ways."""

    async def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        """The responses."""
        call, pipeline, passed, details = self._leave(client_call_details, streams=True)
        requests = _sized(call, pipeline, request_iterator)
        return _Responses(call, pipeline, passed, await continuation(details, requests))
