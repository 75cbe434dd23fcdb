"""Ends calls whose request does not arrive: gRPC starts a call with its headers and waits for the request for ever."""

import asyncio
import inspect
from contextlib import suppress
from typing import Any

import grpc

REQUEST_SECONDS = 30.0
"""Seconds that the request of a call with one request may take to arrive."""
MAX_WAITING = 10_000
"""Calls of all connections that may wait longer than a second for their request; beyond, the oldest are ended."""
_LOOK_SECONDS = 1.0  # between two checks


class Arrivals:
    """Ends calls whose one request does not arrive in time. Their caller gets DEADLINE_EXCEEDED.

    Its wrapper is the outermost one. It presents a method with one request to gRPC as a method that reads a stream,
    because only such a method gets a context before the request has arrived. One timer serves all calls, so that a
    call costs only an entry in a dict while it waits.
    """

    def __init__(self, within: float = REQUEST_SECONDS) -> None:
        """Wait at most `within` seconds for each request."""
        self._within = within
        self._waiting: dict[Any, float] = {}
        """The contexts of waiting calls, oldest first, and the time on the loop's clock at which each call ends."""
        self._timer: asyncio.Handle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def around(self, handler: Any) -> Any:
        """Return a handler that waits for its one request here; a handler that reads a stream is returned as it is."""
        serve = handler.unary_stream if handler.response_streaming else handler.unary_unary
        if handler.request_streaming or not inspect.iscoroutinefunction(serve):
            return handler
        waiting = self._waiting

        async def begin(_: Any, context: Any) -> Any:
            self._wait(context)
            try:
                request = await context.read()
            finally:
                waiting.pop(context, None)
            if request is grpc.aio.EOF:
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "the call has no request")
            return await serve(request, context)

        make = (
            grpc.stream_stream_rpc_method_handler
            if handler.response_streaming
            else grpc.stream_unary_rpc_method_handler
        )
        return make(begin, handler.request_deserializer, handler.response_serializer)

    def _wait(self, context: Any) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[context] = loop.time() + self._within
        if self._timer is None:
            self._timer = loop.call_later(min(_LOOK_SECONDS, self._within), self._look)

    def _look(self) -> None:
        """End the calls whose time is over."""
        loop = asyncio.get_running_loop()
        now = loop.time()
        surplus = len(self._waiting) - MAX_WAITING
        for index, (context, until) in enumerate(list(self._waiting.items())):
            may_wait = now + self._within - _LOOK_SECONDS if index < surplus else now
            if until > may_wait:
                break
            del self._waiting[context]
            task = loop.create_task(_end(context))
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)
        self._timer = loop.call_later(min(_LOOK_SECONDS, self._within), self._look) if self._waiting else None


async def _end(context: Any) -> None:
    with suppress(grpc.aio.AbortError, grpc.RpcError, asyncio.InvalidStateError):
        await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "no request came")
