"""Calls whose request never comes: gRPC begins a call with its headers, and waits for its message without an end."""

import asyncio
import inspect
from contextlib import suppress
from typing import Any

import grpc

REQUEST_SECONDS = 30.0
"""How long the message of a call with one request may take to arrive."""
MAX_WAITING = 10_000
"""Calls that may wait for their request for longer than a second, of all connections: beyond, the oldest end."""
_LOOK_SECONDS = 1.0


class Arrivals:
    """Ends calls whose one request does not arrive in time: their caller sees DEADLINE_EXCEEDED. Stands outermost.

    For gRPC, methods with one request are methods that read a stream, so that they have a context before the request
    is there: a call that only waits for its request can be ended by nobody else. One timer for all: what a call pays
    is an entry in a dict while it waits.
    """

    def __init__(self, within: float = REQUEST_SECONDS) -> None:
        """Wait `within` seconds for each."""
        self._within = within
        self._waiting: dict[Any, float] = {}
        """Contexts, the oldest first, and when their time is over."""
        self._timer: asyncio.Handle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    def around(self, handler: Any) -> Any:
        """The handler, reading its request itself; one that reads a stream as it is."""
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
        """End those whose time is over."""
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
