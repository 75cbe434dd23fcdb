"""One conversation in memory: what it is now, and who is watching."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from opentelemetry.context import Context

from botmesh.errors import UnknownConversation, WatcherTooSlow
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import PostResponse
from botmesh.v1.part_pb2 import Part
from botmesh_conversations.event_stream import Batch, EventStream, decode
from botmesh_conversations.model.fold import apply
from botmesh_conversations.model.state import State
from botmesh_log.event_log import EventLog
from botmesh_log.stream import OnUnreadable, log_unreadable

if TYPE_CHECKING:
    from botmesh_conversations.accounts import Account

Told = ConversationEvent | PostResponse
"""What listeners hear: events, and pieces that are shown and not kept."""
LISTENER_BYTES = 2 * 1024 * 1024
"""Of what waits for one listener: two of the largest replies."""
Decision = Callable[[State], Sequence[ConversationEvent]]
"""Looks at a conversation and says what happens; refuses by raising. Called again if a race was lost."""
Reaction = Callable[["ConversationAggregate", Batch], None]
"""Adds to a batch what follows from its events."""


class Listener:
    """Somebody who hears of a conversation, and may be slow: what waits for it is bounded by bytes.

    Pieces of a reply are shown and not kept: where too much waits they are left out up to the next event, which has
    the reply whole. Events are not left out: past the bound the listening ends.
    """

    def __init__(self, max_bytes: int = LISTENER_BYTES) -> None:
        """Nothing waits."""
        self._max_bytes = max_bytes
        self._waiting: deque[tuple[Told, int]] = deque()
        self._bytes = 0
        self._leaves_out = False
        self._is_lost = False
        self._news = asyncio.Event()

    def tell(self, what: Told, size: int) -> None:
        """Let it know of something of so many bytes."""
        is_piece = isinstance(what, PostResponse)
        if not is_piece:
            self._leaves_out = False
            self._is_lost = self._is_lost or self._bytes + size > 2 * self._max_bytes
        elif self._bytes + size > self._max_bytes:
            self._leaves_out = True
        if not (self._is_lost or (is_piece and self._leaves_out)):
            self._waiting.append((what, size))
            self._bytes += size
        self._news.set()

    def take(self) -> Told | None:
        """What came first of what waits; None: nothing waits.

        Raises:
            WatcherTooSlow: too much came meanwhile.
        """
        if self._is_lost:
            raise WatcherTooSlow(
                f"more than {2 * self._max_bytes} bytes waited to be read: ask again under the same message id"
            )
        if not self._waiting:
            self._news.clear()
            return None
        what, size = self._waiting.popleft()
        self._bytes -= size
        return what

    async def next(self) -> Told:
        """What comes next.

        Raises:
            WatcherTooSlow: as for `take`.
        """
        while (what := self.take()) is None:
            await self._news.wait()
        return what


class ConversationAggregate(EventStream[State]):
    """A conversation whose events are folded here as they are written."""

    account: "Account"
    """Its tenant; known before anything is written."""

    def __init__(
        self,
        conversation_id: str,
        log: EventLog,
        written: "Callable[[ConversationAggregate, Sequence[ConversationEvent]], None]",
        react: Reaction,
        on_unreadable: OnUnreadable = log_unreadable,
    ):
        """`written` is told of every batch, in order; `react` adds to it before it is written."""
        super().__init__(conversation_id, log, State(), apply, on_unreadable)
        self.context: Context | None = None
        """The trace of the moment: what led to the next turn."""
        self.listeners: set[Listener] = set()
        """Whoever wants to hear of events, and of pieces that are shown and not kept."""
        self.kept_at = 0
        """The sequence of the last snapshot."""
        self._written = written
        self._react = react

    def restore(self, state: State) -> None:
        """Begin with a snapshot instead of the first event."""
        self.state = state
        self.sequence = self.kept_at = state.sequence

    def extend(self, batch: Batch) -> None:
        """Add what triggers, members and turns make of a batch."""
        self._react(self, batch)

    def written(self, events: Sequence[ConversationEvent]) -> None:
        """Let everybody know."""
        self._written(self, events)
        for event in events:
            self.tell(event)

    def tell(self, what: Told) -> None:
        """Let all listeners know."""
        if self.listeners:
            size = what.ByteSize()
            for listener in self.listeners:
                listener.tell(what, size)

    async def said(self, sequence: int) -> Sequence[Part]:
        """What was said by the event at a sequence; nothing where it is of another kind."""
        if not sequence:
            return ()
        recent = self.state.history.after(sequence - 1)
        if recent and recent[0].sequence == sequence:
            return recent[0].payload
        records = await self._log.read(self.id, sequence, 1)
        return [part for record in records for part in decode(record, self._on_unreadable).message_posted.payload]

    def must_exist(self) -> "ConversationAggregate":
        """This conversation.

        Raises:
            UnknownConversation: nothing was ever said in it.
        """
        if not self.state.view.conversation_id:
            text = f"no conversation {self.id}: `botmesh conversations` lists them"
            if self.sequence:
                text = f"the beginning of conversation {self.id} cannot be read: see `botmesh doctor`"
            raise UnknownConversation(text, conversation_id=self.id)
        return self
