"""One attempt at a task: an instance is given it, and is attached to again and again until it has an answer.

The instance takes it by Notify, so that the work does not end with a connection or with this process; each
DelegateStream under the same message id attaches to it and moves its deadline out.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from botmesh.calling.agent_client import AgentClient, Invocation
from botmesh.chain import Chain
from botmesh.errors import (
    BotmeshError,
    Cancelled,
    DeadlineExpired,
    RunTimeout,
    StreamIdle,
    TooManyDelegations,
    TooMuchWork,
    Unavailable,
    UnknownAgent,
)
from botmesh.limits import seconds
from botmesh.reply import Pieces
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1.message_pb2 import MESSAGE_TYPE_DELEGATE, Message, Reply
from botmesh_tasks.aggregate import TaskAggregate
from botmesh_tasks.sizes import MAX_REPLY

ATTACHED = 0.8
"""The share of the longest deadline after which the work is attached to anew."""
PROGRESS_SECONDS = 0.5
"""Between two reports of progress that are kept."""

Report = Callable[[pb.Progress], Awaitable[None]]


def ask_of(live: TaskAggregate) -> Invocation:
    """What the task's instance is asked, as often as it is."""
    state = live.state
    view = state.view
    message = Message()
    message.CopyFrom(state.message)
    message.to_agent = view.agent.rpartition("/")[2]
    message.message_type = MESSAGE_TYPE_DELEGATE
    message.message_id = state.message_id
    message.task_id = live.task_id
    message.account_id = live.account
    message.timestamp.GetCurrentTime()
    chain = Chain(
        path=tuple(view.path),
        max_hops=view.max_hops if view.HasField("max_hops") else None,
        correlation_id=message.correlation_id,
        conversation_id=message.conversation_id,
        account_id=live.account,
    )
    return Invocation(view.agent, message, chain, context=live.context, instance=view.instance_id, lasting=True)


def is_lost(error: BotmeshError) -> bool:
    """Whether the agent was not there, or too busy, or went away: the task can be given to it again."""
    if isinstance(error, TooMuchWork | TooManyDelegations):
        return not error.started
    if isinstance(error, Cancelled):
        return True  # nobody here said so: its instance stopped
    if isinstance(error, UnknownAgent):
        return not error.from_peer  # it was known once: it is away, and the registry is new
    unavailable = isinstance(error, Unavailable) or error.status.name == "UNAVAILABLE"
    return unavailable and not (error.from_peer and error.started and error.reason != "UNSPECIFIED")


class Attempt:
    """A task at the instance that it was given to."""

    def __init__(self, live: TaskAggregate, caller: AgentClient, report: Report) -> None:
        """`report` is told how far it is."""
        self._live = live
        self._caller = caller
        self._report = report
        self._latest: pb.Progress | None = None
        self._reporting: asyncio.Task[None] | None = None
        self.ask = ask_of(live)
        self.taken = False
        """Whether the instance has it."""

    async def run(self) -> Reply:
        """The agent's answer.

        Raises:
            RunTimeout: it has run for as long as it may; its agent was told to stop.
            BotmeshError: its agent was lost, or said no, or failed.
        """
        try:
            await self._begin()
            return await self._attached()
        except RunTimeout as error:
            await self._caller.cancel(self.ask, error.text)
            raise
        finally:
            if self._reporting is not None:
                self._reporting.cancel()

    async def _begin(self) -> None:
        self.ask.timeout = min(self._longest, self._left())
        request = pb.NotifyRequest(message=self.ask.message)
        await self._caller.unary("Notify", self.ask, request, pb.NotifyResponse.FromString)
        self.taken = True

    async def _attached(self) -> Reply:
        pieces = Pieces(MAX_REPLY)
        while True:
            left, longest = self._left(), self._longest
            self.ask.timeout = min(longest, left)
            try:
                async with asyncio.timeout(longest * ATTACHED if left > longest else None):
                    return await self._read(pieces)
            except (TimeoutError, StreamIdle):
                continue  # silence is no harm; attaching again moves the deadline out
            except DeadlineExpired:
                if left <= longest:
                    raise self._over() from None
                raise

    async def _read(self, pieces: Pieces) -> Reply:
        async with aclosing(self._caller.stream(self.ask)) as events:
            async for event, _ in events:
                self.ask.after_sequence = event.sequence
                kind = event.WhichOneof("event")
                if kind == "reply":
                    return pieces.whole(event.reply)
                if kind == "partial":
                    pieces.add(event.partial.part, append=event.partial.append)
                elif kind == "progress":
                    self._note(event.progress)
        raise AssertionError  # a stream ends with a reply or an error

    def _note(self, progress: pb.Progress) -> None:
        """Let the newest progress be kept, and not too often."""
        self._latest = progress
        if self._reporting is None or self._reporting.done():
            self._reporting = asyncio.create_task(self._report_newest())

    async def _report_newest(self) -> None:
        while (latest := self._latest) is not None:
            self._latest = None
            await self._report(latest)
            await asyncio.sleep(PROGRESS_SECONDS)

    @property
    def _longest(self) -> float:
        return self._caller.endpoint.limits.max_timeout

    def _left(self) -> float:
        """Seconds that it may still run."""
        limit = seconds(self._live.state.view.run_timeout)
        left = limit - self._live.state.runs_for(time.time())
        if left <= 0:
            raise self._over()
        return left

    def _over(self) -> RunTimeout:
        limit = seconds(self._live.state.view.run_timeout)
        return RunTimeout(f"the task ran for the {limit:g} s that it may: submit it with a longer one", limit=limit)
