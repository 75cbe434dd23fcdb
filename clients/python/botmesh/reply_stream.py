"""A streamed reply."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable
from typing import Self

from botmesh.policies import Call
from botmesh.reply import Event, Pieces, Reply
from botmesh.telemetry.telemetry import trace_id_of
from botmesh.v1 import agent_service_pb2 as pb


class ReplyStream:
    """The events of a streamed reply. Iterate it once; leaving the iteration early cancels the callee.

    `async with` cancels the callee at once. Without it the callee is cancelled when the stream is garbage-collected.
    """

    def __init__(self, events: AsyncGenerator[tuple[pb.DelegateStreamResponse, Call]], spent: Callable[[Reply], None]):
        """Read from `events`, and call `spent` with the whole reply at the end."""
        self._replies: list[Reply] = []
        self._source = _read(events, spent, self._replies)

    @property
    def reply(self) -> Reply:
        """The whole reply, after the last event.

        Raises:
            RuntimeError: the events have not ended.
        """
        if not self._replies:
            raise RuntimeError("the stream has not ended: iterate it to the end before asking for its reply")
        return self._replies[-1]

    def __aiter__(self) -> AsyncIterator[Event]:
        """Iterate over the events. There is one iteration only.

        Raises:
            BotmeshError: the delegation was refused or failed; the iteration raises it.
        """
        return self._source

    async def __aenter__(self) -> Self:
        """Return the stream. Nothing is sent before the first event is asked for."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Cancel the callee if it still runs."""
        await self.aclose()

    async def aclose(self) -> None:
        """Cancel the callee if it still runs."""
        await self._source.aclose()


async def _read(
    events: AsyncGenerator[tuple[pb.DelegateStreamResponse, Call]], spent: Callable[[Reply], None], replies: list[Reply]
) -> AsyncGenerator[Event, None]:
    """Yield the events, and add the whole reply to `replies`.

    This is no method, because a reference to the stream would keep a dropped stream from ending at once.
    """
    pieces = Pieces()
    try:
        async for response, call in events:
            pieces.take(response)
            kind = response.WhichOneof("event")
            if kind == "partial":
                yield Event(part=response.partial.part, append=response.partial.append)
            elif kind == "progress":
                done = response.progress
                yield Event(progress=done.text, fraction=done.fraction if done.HasField("fraction") else None)
            elif kind == "reset":
                yield Event(reset=response.reset.reason or "the work runs again")
            elif kind == "reply":
                reply = Reply.from_proto(pieces.whole(response.reply), trace_id_of(call.span))
                replies.append(reply)
                spent(reply)
                for part in response.reply.message.payload:
                    yield Event(part=part)
    finally:
        await events.aclose()
