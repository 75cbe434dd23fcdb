"""One attempt of a task: gives it to an instance, and attaches to the work again and again until it is answered.

Notify gives the work to the instance, so that it does not end with a connection or with this process. Each
DelegateStream with the same message id attaches to the work and extends its deadline.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing

from botmesh.calling.agent_client import AgentClient
from botmesh.calling.invocation import Invocation
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
"""The share of the longest deadline after which the attempt attaches again."""
PROGRESS_SECONDS = 0.5
"""Seconds between two reports of progress that are recorded."""

Report = Callable[[pb.Progress], Awaitable[None]]


def invocation_of(live: TaskAggregate) -> Invocation:
    """The invocation of a task's agent at the instance of its newest attempt."""
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
    """Whether the agent was absent or too busy, or its instance ended: the task may be attempted again."""
    if isinstance(error, TooMuchWork | TooManyDelegations):
        return not error.started
    if isinstance(error, Cancelled):
        return True  # this service did not cancel it: the instance has stopped
    if isinstance(error, UnknownAgent):
        return not error.from_peer  # the agent was known at submission, so it is away and the registry has restarted
    unavailable = isinstance(error, Unavailable) or error.status.name == "UNAVAILABLE"
    return unavailable and not (error.from_peer and error.started and error.reason != "UNSPECIFIED")


class Attempt:
    """A task at the instance that works on it."""

    def __init__(self, live: TaskAggregate, client: AgentClient, report: Report) -> None:
        """Prepare the invocation; `report` is awaited with the newest progress."""
        self._live = live
        self._client = client
        self._report = report
        self._latest: pb.Progress | None = None
        self._reporting: asyncio.Task[None] | None = None
        self.invocation = invocation_of(live)
        self.taken = False
        """Whether the instance has acknowledged the work."""

    async def run(self) -> Reply:
        """Run the attempt, and return the agent's reply.

        Raises:
            RunTimeout: the task's run timeout has passed; its agent was told to stop.
            BotmeshError: the agent was lost, refused the task or failed.
        """
        try:
            await self._begin()
            return await self._attached()
        except RunTimeout as error:
            await self._client.cancel(self.invocation, error.text)
            raise
        finally:
            if self._reporting is not None:
                self._reporting.cancel()

    async def _begin(self) -> None:
        self.invocation.timeout = min(self._longest, self._left())
        request = pb.NotifyRequest(message=self.invocation.message)
        await self._client.unary("Notify", self.invocation, request, pb.NotifyResponse.FromString)
        self.taken = True

    async def _attached(self) -> Reply:
        pieces = Pieces(MAX_REPLY)
        while True:
            left, longest = self._left(), self._longest
            self.invocation.timeout = min(longest, left)
            try:
                async with asyncio.timeout(longest * ATTACHED if left > longest else None):
                    return await self._read(pieces)
            except (TimeoutError, StreamIdle):
                continue  # silence is allowed; attaching again extends the deadline
            except DeadlineExpired:
                if left <= longest:
                    raise self._over() from None
                raise

    async def _read(self, pieces: Pieces) -> Reply:
        reply = None
        async with aclosing(self._client.stream(self.invocation)) as events:
            async for event, _ in events:
                self.invocation.after_sequence = event.sequence
                pieces.take(event)
                if event.HasField("reply"):
                    reply = pieces.whole(event.reply)  # the call ends with the stream: leaving now would cancel it
                if event.HasField("progress"):
                    self._note(event.progress)
        if reply is None:
            raise AssertionError("AgentClient.stream ends with a reply or an error")
        return reply

    def _note(self, progress: pb.Progress) -> None:
        """Report the newest progress, at most once every `PROGRESS_SECONDS`."""
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
        return self._client.endpoint.limits.max_timeout

    def _left(self) -> float:
        """Seconds that the task may still run.

        Raises:
            RunTimeout: no time is left.
        """
        limit = seconds(self._live.state.view.run_timeout)
        left = limit - self._live.state.runs_for(time.time())
        if left <= 0:
            raise self._over()
        return left

    def _over(self) -> RunTimeout:
        limit = seconds(self._live.state.view.run_timeout)
        text = f"the task ran for {limit:g} s, its run timeout: submit it with a longer one"
        return RunTimeout(text, limit=limit)
