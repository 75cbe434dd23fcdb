"""Limits how long a reader waits for the next message of a stream."""

import asyncio
import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from typing import Any, TypeVar

from botmesh.deadline import NO_CONTEXT, Deadline, now
from botmesh.errors import DeadlineExpired
from botmesh.work.work import stream_idle

T = TypeVar("T")


class IdleLimit:
    """Ends a wait that takes too long, with one timer for all waits of a stream.

    A timer for each message, as asyncio.timeout has, would take measurable time. The time between two waits, in which
    the reader handles a message, does not count.
    """

    def __init__(self, idle: float | None, until: float | None) -> None:
        """Limit each wait to `idle` seconds and to the time `until` on the loop's clock; None: no limit."""
        self._idle = math.inf if idle is None else idle
        self._until = math.inf if until is None else until
        self._due = math.inf
        self._waiting: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._broken_off = False

    async def wait(self, awaited: Awaitable[T]) -> T:
        """Wait for `awaited` and return its result.

        Raises:
            TimeoutError: the wait took too long; `awaited` was cancelled.
        """
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("an idle limit needs a task that it can break off")
        self._due = min(now() + self._idle, self._until)
        if self._timer is None and self._due < math.inf:
            self._timer = asyncio.get_running_loop().call_at(self._due, self._look, context=NO_CONTEXT)
        before = task.cancelling()
        self._waiting = task
        try:
            return await awaited
        except asyncio.CancelledError:
            if self._broken_off and task.uncancel() <= before:
                raise TimeoutError from None
            raise
        finally:
            self._waiting = None

    def end(self) -> None:
        """Stop the timer. There must be no further wait."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if self._waiting is None:
            return  # the next wait sets the timer again
        if now() < self._due:
            self._timer = asyncio.get_running_loop().call_at(self._due, self._look, context=NO_CONTEXT)
        else:
            self._broken_off = True
            self._waiting.cancel()


async def within_idle_limit(
    messages: AsyncIterator[T], idle: float | None, deadline: Deadline | None
) -> AsyncGenerator[T, None]:
    """Yield `messages` while each comes within `idle` seconds and all come within the deadline; None: no limit.

    Raises:
        StreamIdle: no message came for `idle` seconds.
        DeadlineExpired: the deadline passed.
    """
    until = None if deadline is None else deadline.at
    limit = IdleLimit(idle, until)
    try:
        while True:
            try:
                message = await limit.wait(anext(messages))
            except StopAsyncIteration:
                return
            except TimeoutError:
                if until is not None and now() >= until:
                    raise DeadlineExpired("the deadline passed before the stream was done") from None
                raise stream_idle(idle) from None
            yield message
    finally:
        limit.end()
        close = getattr(messages, "aclose", None)
        if close is not None:
            await close()
