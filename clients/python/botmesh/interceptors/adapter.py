"""The only place that knows grpc.aio's interceptor classes: one object per side and kind of call.

A grpc.aio client interceptor that implements two kinds of call is registered for the first kind only, so each
kind has a class of its own here. All of them run the same ordered list of policies.
"""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from botmesh.chain import Chain
from botmesh.errors import BotmeshError, DeadlineExpired, InvalidField
from botmesh.interceptors.call import CURRENT, Call, End, MethodClass, class_of
from botmesh.interceptors.patience import within_idle_limit
from botmesh.interceptors.policy import Pipeline
from botmesh.interceptors.trace import inject
from botmesh.status import from_exception, to_trailers

logger = logging.getLogger("botmesh")
T = TypeVar("T")
Pipelines = dict[MethodClass, Pipeline]


class CalleeInterceptor(grpc.aio.ServerInterceptor):
    """Runs the policies at the callee, for all four kinds of call."""

    def __init__(self, end: End, pipelines: Pipelines) -> None:
        """Serve as `end`."""
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
            if handler is None or method.startswith(("/grpc.health.", "/grpc.reflection.")):
                return handler
            self._wrapped[method] = self._wrap(method, handler)
        return self._wrapped[method]

    def _wrap(self, method: str, handler: Any) -> Any:
        kind = class_of(method, streams=handler.request_streaming or handler.response_streaming)
        served = _Served(self._end, method, kind, handler, self._pipelines[kind])
        if handler.request_streaming and handler.response_streaming:
            return grpc.stream_stream_rpc_method_handler(served.stream_stream)
        if handler.request_streaming:
            return grpc.stream_unary_rpc_method_handler(served.stream_unary)
        if handler.response_streaming:
            return grpc.unary_stream_rpc_method_handler(served.unary_stream)
        return grpc.unary_unary_rpc_method_handler(served.unary_unary)


class _Served:
    """One method with its policies. Takes and gives bytes, so that sizes are exact and cost nothing."""

    def __init__(self, end: End, method: str, kind: MethodClass, handler: Any, pipeline: Pipeline) -> None:
        self._end = end
        self._method = method
        self._kind = kind
        self._handler = handler
        self._pipeline = pipeline

    async def unary_unary(self, request: bytes, context: grpc.aio.ServicerContext) -> bytes:
        async def serve(call: Call, message: Any) -> bytes:
            response = self._handler.unary_unary(message, context)
            # Work has a deadline of its own that also ends the work.
            return self._outgoing(call, await (response if call.work is not None else self._bounded(call, response)))

        return await self._serve(context, serve, request)

    async def stream_unary(self, requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> bytes:
        async def serve(call: Call, _: Any) -> bytes:
            messages = self._incoming(call, requests)
            return self._outgoing(call, await self._bounded(call, self._handler.stream_unary(messages, context)))

        return await self._serve(context, serve)

    async def unary_stream(self, request: bytes, context: grpc.aio.ServicerContext) -> None:
        async def serve(call: Call, message: Any) -> None:
            await self._send_all(call, self._handler.unary_stream(message, context), context)

        await self._serve(context, serve, request)

    async def stream_stream(self, requests: AsyncIterator[bytes], context: grpc.aio.ServicerContext) -> None:
        async def serve(call: Call, _: Any) -> None:
            await self._send_all(call, self._handler.stream_stream(self._incoming(call, requests), context), context)

        await self._serve(context, serve)

    async def _serve(
        self,
        context: grpc.aio.ServicerContext,
        serve: Callable[[Call, Any], Awaitable[T]],
        request: bytes | None = None,
    ) -> T:
        """Start the policies, serve, finish the policies; every error leaves as a typed status."""
        call = Call(self._end, self._method, self._kind, at_caller=False, limits=self._end.limits)
        call.metadata = tuple(context.invocation_metadata() or ())
        call.timeout = context.time_remaining()
        CURRENT.set(call)
        try:
            message = None if request is None else self._parse(call, request)
            passed = self._pipeline.start(call)
        except BotmeshError as error:
            await _refuse(context, error)
        try:
            result = await serve(call, message)
        except asyncio.CancelledError as error:
            self._pipeline.finish(call, passed, error)
            raise  # the caller is gone: nobody is left to answer
        except Exception as error:
            if not isinstance(error, BotmeshError):
                logger.exception("%s failed; its caller gets INTERNAL without this text", self._method)
            self._pipeline.finish(call, passed, error)
            await _refuse(context, call.error or from_exception(error))
        self._pipeline.finish(call, passed)
        return result

    def _parse(self, call: Call, request: bytes) -> Message:
        try:
            parsed = self._handler.request_deserializer(request)
        except DecodeError:
            raise InvalidField(f"the request of {self._method} cannot be read", field="request") from None
        call.request_size = len(request)
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
            yield self._handler.request_deserializer(request)

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

    async def _send_all(self, call: Call, responses: Any, context: grpc.aio.ServicerContext) -> None:
        # Written from one coroutine, not yielded: when the call ends early, everything is closed in here.
        if inspect.isawaitable(responses):
            await responses
            return
        # Work waits within its limits itself (work.py): only where there is nothing to send.
        async with aclosing(responses if call.work is not None else within_idle_limit(call, responses)) as bounded:
            async for response in bounded:
                await context.write(self._outgoing(call, response))


async def _refuse(context: grpc.aio.ServicerContext, error: BotmeshError) -> None:
    await context.abort(error.status, error.text, to_trailers(error))


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
            call.request_size = request.ByteSize()
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
