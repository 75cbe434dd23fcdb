"""The work that an instance does for a message id.

Work belongs to its message id, not to a connection. After its last caller was lost it goes on for a grace period, in
which a call with the same id can join it. Its deadline ends it whatever its bot does. A call with a later deadline
extends the deadline, so that work can run longer than a call may.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from google.protobuf.message import Message as AnyMessage

from botmesh.deadline import NO_CONTEXT, Deadline
from botmesh.errors import (
    BotmeshError,
    Cancelled,
    DeadlineExpired,
    MessageTooLarge,
    OutcomeUnknown,
    StreamIdle,
)
from botmesh.status import from_exception
from botmesh.v1.agent_service_pb2 import CancelReceipt, DelegateStreamResponse
from botmesh.v1.message_pb2 import Reply
from botmesh.work.notifier import Notifier

M = TypeVar("M", bound=AnyMessage)
Key = tuple[str, str, str]
"""An account, the agent that asks, and a message id."""

WINDOW = 64
"""The most events that a bot may be ahead of its fastest reader."""
KEPT_EVENT_BYTES = 8 * 1024 * 1024
"""Bytes of events of one work that are kept for a reader that attaches again."""
MAX_PIECES = 65_536
"""The most pieces of one streamed reply: a piece of ten bytes takes a kilobyte of memory."""


@dataclass(slots=True, eq=False)
class Work:
    """The work of one message id: its task, its callers, its events and its outcome."""

    key: Key
    asked: bytes
    """The fingerprint of its message (fingerprint.py)."""
    deadline: Deadline
    grace: float
    """Seconds for which it goes on without a caller."""
    max_reply_bytes: int
    """The most bytes of its pieces and its outcome together."""
    on_settled: Callable[["Work"], None]
    began: bool = False
    settled: bool = False
    detached: bool = False
    """Whether it goes on without callers, because nobody waits for its outcome."""
    outcome: AnyMessage | None = None
    error: BotmeshError | None = None
    events: list[DelegateStreamResponse] = field(default_factory=list)
    dropped: int = 0
    """The number of first events that are no longer kept."""
    event_bytes: int = 0
    reply_bytes: int = 0
    """Bytes of all pieces and resets so far, kept or not. A reset does not lower it."""
    _pieces: int = 0
    callers: int = 0
    consumed: float = 0
    """The number of the last event that any caller has read; infinite if a caller waits only for the outcome."""
    at_end: list[Callable[[], None]] = field(default_factory=list)
    cancels: list[asyncio.Task[list[CancelReceipt]]] = field(default_factory=list)
    """The tasks that cancel calls below."""
    task: asyncio.Task[None] | None = None
    _timer: asyncio.TimerHandle | None = None
    _orphaned: asyncio.TimerHandle | None = None
    _news: Notifier = field(default_factory=Notifier)
    """Wakes readers when an event or the end has come."""
    _room: Notifier = field(default_factory=Notifier)
    """Wakes the writer when a caller has read."""

    def start(self, run: Coroutine[Any, Any, AnyMessage]) -> None:
        """Run the coroutine in a new task, at most until the deadline."""
        self.began = True
        self._timer = asyncio.get_running_loop().call_at(self.deadline.at, self._expire, context=NO_CONTEXT)
        self.task = asyncio.create_task(self._run(run))
        self.task.add_done_callback(lambda _: run.close())  # a task that is cancelled at once never starts it

    def extend(self, deadline: Deadline) -> None:
        """Move the deadline to `deadline` if that is later."""
        if deadline.at <= self.deadline.at or self.settled:
            return
        self.deadline = deadline
        if self._timer is not None:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_at(deadline.at, self._expire, context=NO_CONTEXT)

    async def result(self, kind: type[M]) -> M:
        """Wait for the outcome, a message of the type `kind`. A cancelled wait may end the work; see `grace`.

        Raises:
            BotmeshError: the error that the work failed with.
        """
        self._enter()
        self.consumed = float("inf")
        self._room.notify_all()
        try:
            while not self.settled:
                await self._news.wait()
        finally:
            self._leave()
        return self.outcome_as(kind)

    async def read(
        self, after: int = 0, *, idle: float | None = None, until: float | None = None
    ) -> AsyncGenerator[DelegateStreamResponse, None]:
        """Yield the events with a number greater than `after`, as they come.

        Waits at most `idle` seconds for each event, and at most until `until` on the loop's clock; None: no limit.

        Raises:
            StreamIdle: no event came for `idle` seconds.
            DeadlineExpired: the time `until` passed before the work ended.
            OutcomeUnknown: the first of these events are no longer kept.
            BotmeshError: the error that the work failed with, after its last event.
        """
        self._enter()
        try:
            while True:
                while after < self.last:
                    if after < self.dropped:
                        raise OutcomeUnknown(
                            "the first events of this work are no longer kept: ask again as a new task"
                        )
                    after += 1
                    if after > self.consumed:
                        self.consumed = after
                        if self.last - after <= WINDOW // 2:  # wakes the writer once for several events
                            self._room.notify_all()
                    yield self.events[after - self.dropped - 1]
                if self.settled:
                    break
                await self._next_event(idle, until)
        finally:
            self._leave()
        if self.error is not None:
            raise self.error

    async def _next_event(self, idle: float | None, until: float | None) -> None:
        loop = asyncio.get_running_loop()
        silent_at = None if idle is None else loop.time() + idle
        at = min((limit for limit in (silent_at, until) if limit is not None), default=None)
        try:
            async with asyncio.timeout_at(at):
                await self._news.wait()
        except TimeoutError:
            if until is not None and loop.time() >= until:
                raise DeadlineExpired("the deadline passed before the stream was done") from None
            raise stream_idle(idle) from None

    @property
    def last(self) -> int:
        """The number of the last event."""
        return self.dropped + len(self.events)

    async def emit(self, event: DelegateStreamResponse) -> None:
        """Add an event. Waits while all readers are WINDOW events behind.

        Raises:
            MessageTooLarge: the reply has too many bytes or pieces.
        """
        while self.last - self.consumed >= WINDOW and not self.detached:
            await self._room.wait()
        if event.HasField("progress"):
            self._append_progress(event)
            return
        size = event.ByteSize()
        self.reply_bytes = check_reply_size(self.reply_bytes + size, self.max_reply_bytes)
        self._pieces += 1
        if self._pieces > MAX_PIECES:
            raise MessageTooLarge(
                f"the reply comes in more than {MAX_PIECES} pieces: send larger ones",
                size=self.reply_bytes,
                limit=self.max_reply_bytes,
                direction="reply",
            )
        self._append(event, size)

    def cancel(self, reason: str) -> None:
        """End the work at once with Cancelled. Work that has ended is left as it is."""
        self._settle(error=Cancelled(reason))
        if self.task is not None:
            self.task.cancel()

    def detach(self) -> None:
        """Let the work go on without callers."""
        self.detached = True
        self._room.notify_all()

    async def _run(self, run: Awaitable[AnyMessage]) -> None:
        try:
            outcome = await run
            if isinstance(outcome, Reply):
                check_reply_size(self.reply_bytes + outcome.ByteSize(), self.max_reply_bytes)
        except asyncio.CancelledError:
            self._settle(error=Cancelled("the work was cancelled"))
        except Exception as error:  # noqa: BLE001 - every exception of a bot becomes an answer
            self._settle(error=from_exception(error))
        else:
            self._settle(outcome=outcome)
        finally:
            self.task = None  # breaks the cycle between task and work, so that ended work needs no garbage collection

    def _append_progress(self, event: DelegateStreamResponse) -> None:
        """Add progress. If readers are behind or absent it replaces the last one, because it may come for hours."""
        nobody_reads = self.consumed == float("inf") or self.last - self.consumed >= WINDOW // 2
        if nobody_reads and self.events and self.events[-1].HasField("progress"):
            event.sequence = self.last
            self.event_bytes += event.ByteSize() - self.events[-1].ByteSize()
            self.events[-1] = event
        else:
            self._append(event, event.ByteSize())

    def _append(self, event: DelegateStreamResponse, size: int) -> None:
        event.sequence = self.last + 1
        self.events.append(event)
        self.event_bytes += size
        while self.event_bytes > KEPT_EVENT_BYTES and self.dropped < self.consumed < float("inf"):
            self._drop_first()
        self._news.notify_all()

    def _drop_first(self) -> None:
        self.event_bytes -= self.events.pop(0).ByteSize()
        self.dropped += 1

    def _settle(self, outcome: AnyMessage | None = None, error: BotmeshError | None = None) -> None:
        if self.settled:
            return  # only the first outcome counts
        if error is not None:
            error.started = True
        self.outcome, self.error, self.settled = outcome, error, True
        for timer in (self._timer, self._orphaned):
            if timer is not None:
                timer.cancel()
        self._timer = self._orphaned = None
        for undo in self.at_end:
            undo()
        self.on_settled(self)
        self._news.notify_all()
        self._room.notify_all()

    def _expire(self) -> None:
        self._settle(error=DeadlineExpired("the deadline passed before the work was done"))
        if self.task is not None:
            self.task.cancel()

    def outcome_as(self, kind: type[M]) -> M:
        """Return the outcome of ended work, a message of the type `kind`.

        Raises:
            BotmeshError: the error that the work failed with.
            TypeError: the outcome has another type.
        """
        if self.error is not None:
            raise self.error
        if not isinstance(self.outcome, kind):
            raise TypeError(f"the outcome of {self.key[2]} is no {kind.__name__}")
        return self.outcome

    def _enter(self) -> None:
        self.callers += 1
        if self._orphaned is not None:
            self._orphaned.cancel()
            self._orphaned = None

    def _leave(self) -> None:
        self.callers -= 1
        if self.callers == 0 and not self.settled and not self.detached:
            loop = asyncio.get_running_loop()
            self._orphaned = loop.call_later(self.grace, self.cancel, "the last caller was lost", context=NO_CONTEXT)


def check_reply_size(size: int, limit: int) -> int:
    """Return the bytes of a streamed reply so far if they are within the limit.

    Raises:
        MessageTooLarge: they are not. An endless reply would fill the memory of all its callers.
    """
    if size > limit:
        raise MessageTooLarge(
            f"the reply is {size} bytes and more as a whole, and the limit {limit}: send less, or a URL",
            size=size,
            limit=limit,
            direction="reply",
        )
    return size


def stream_idle(idle: float | None) -> StreamIdle:
    """Return the error for a stream that was silent for `idle` seconds."""
    return StreamIdle(f"the stream was silent for {idle:g} s: send progress in between", limit=f"{idle:g}")
