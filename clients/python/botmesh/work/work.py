"""One piece of work that an instance does under a message id.

Work belongs to its message id, not to a connection. When the last caller is lost it goes on for a moment, in
which the same id can attach again; its deadline ends it whatever its bot does. A repeat that brings a later deadline
moves that one out: this is how work goes on for longer than a call may.
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
"""(account, from_agent, message_id)"""

WINDOW = 64
"""A bot may be this many events ahead of its fastest reader."""
KEPT_EVENT_BYTES = 8 * 1024 * 1024
"""Events of one work that are kept for a reader that attaches again."""
MAX_PIECES = 65_536
"""Of one streamed reply: a piece of ten bytes takes a kilobyte of memory."""


@dataclass(slots=True, eq=False)
class Work:
    """One piece of work: what runs, who waits for it, and what came of it."""

    key: Key
    asked: bytes
    """What it was asked, as far as a repeat must fit it (fingerprint.py)."""
    deadline: Deadline
    grace: float
    """Seconds that it goes on without a caller."""
    max_reply_bytes: int
    """Of all its pieces and its outcome together."""
    on_settled: Callable[["Work"], None]
    began: bool = False
    settled: bool = False
    detached: bool = False
    """Whether it goes on without callers: nobody waits for its outcome."""
    outcome: AnyMessage | None = None
    error: BotmeshError | None = None
    events: list[DelegateStreamResponse] = field(default_factory=list)
    dropped: int = 0
    """How many of the first events are no longer kept."""
    event_bytes: int = 0
    reply_bytes: int = 0
    """Of pieces and resets so far, kept or not: a reset does not set it back."""
    _pieces: int = 0
    callers: int = 0
    consumed: float = 0
    """The last event that any caller has taken; infinite if a caller takes only the outcome."""
    at_end: list[Callable[[], None]] = field(default_factory=list)
    cancels: list[asyncio.Task[list[CancelReceipt]]] = field(default_factory=list)
    """Cancellations of calls below that are under way."""
    task: asyncio.Task[None] | None = None
    _timer: asyncio.TimerHandle | None = None
    _orphaned: asyncio.TimerHandle | None = None
    _news: Notifier = field(default_factory=Notifier)
    """For readers: an event came, or the end."""
    _room: Notifier = field(default_factory=Notifier)
    """For the writer: somebody has read."""

    def start(self, run: Coroutine[Any, Any, AnyMessage]) -> None:
        """Run it in a task of its own, until its deadline at the latest."""
        self.began = True
        self._timer = asyncio.get_running_loop().call_at(self.deadline.at, self._expire, context=NO_CONTEXT)
        self.task = asyncio.create_task(self._run(run))
        self.task.add_done_callback(lambda _: run.close())  # it never began if this was cancelled at once

    def extend(self, deadline: Deadline) -> None:
        """Let it run until `deadline` if that is later than its own."""
        if deadline.at <= self.deadline.at or self.settled:
            return
        self.deadline = deadline
        if self._timer is not None:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_at(deadline.at, self._expire, context=NO_CONTEXT)

    async def result(self, kind: type[M]) -> M:
        """Wait for the outcome, a `kind` of message. The wait can be given up; see `grace`.

        Raises:
            BotmeshError: what the work failed with.
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
        """The events with a number greater than `after`, as they come.

        Waits for each at most `idle` seconds, and not beyond `until` by the loop's clock.

        Raises:
            StreamIdle: none came for so long.
            DeadlineExpired: it is over before the work is.
            OutcomeUnknown: the first of them are no longer kept.
            BotmeshError: what the work failed with, after its last event.
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
                        if self.last - after <= WINDOW // 2:  # not after each: the writer writes several at a time
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
        at = min((one for one in (silent_at, until) if one is not None), default=None)
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
        """Add an event; waits while all readers are far behind."""
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
        """End it at once; nothing happens if it has ended."""
        self._settle(error=Cancelled(reason))
        if self.task is not None:
            self.task.cancel()

    def detach(self) -> None:
        """Let it go on without callers."""
        self.detached = True
        self._room.notify_all()

    async def _run(self, run: Awaitable[AnyMessage]) -> None:
        try:
            outcome = await run
            if isinstance(outcome, Reply):
                check_reply_size(self.reply_bytes + outcome.ByteSize(), self.max_reply_bytes)
        except asyncio.CancelledError:
            self._settle(error=Cancelled("the work was cancelled"))
        except Exception as error:  # noqa: BLE001 - whatever a bot raises must become an answer
            self._settle(error=from_exception(error))
        else:
            self._settle(outcome=outcome)
        finally:
            self.task = None  # it knows this work in turn: nothing that ends should wait for Python's collector

    def _append_progress(self, event: DelegateStreamResponse) -> None:
        """Where readers are behind, or none reads events, the newest replaces the last: it may come for hours."""
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
            return  # a late outcome; the first one stands
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
        """What came of it, a `kind` of message.

        Raises:
            BotmeshError: what it failed with.
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
    """The bytes of a streamed reply so far, if they are within the limit.

    Raises:
        MessageTooLarge: an answer that goes on for ever would fill the memory of all who carry it.
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
    """The refusal of a stream that was silent for too long."""
    return StreamIdle(f"the stream was silent for {idle:g} s: send progress in between", limit=f"{idle:g}")
