"""One conversation in memory: what it is now, and who is watching."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from opentelemetry.context import Context

from botmesh.errors import UnknownConversation
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import PostResponse
from botmesh_conversations.events import EventStream
from botmesh_conversations.fold import apply
from botmesh_conversations.state import State
from botmesh_log.event_log import EventLog

if TYPE_CHECKING:
    from botmesh_conversations.accounts import Account

Decision = Callable[[State], Sequence[ConversationEvent]]
"""Looks at a conversation and says what happens; refuses by raising. Called again if a race was lost."""
Reaction = Callable[["Live", list[ConversationEvent]], list[ConversationEvent]]
"""What triggers make of a batch: the batch itself, with what follows from it."""


class Live(EventStream[State]):
    """A conversation whose events are folded here as they are written."""

    account: "Account"
    """Its tenant; known before anything is written."""

    def __init__(
        self,
        conversation_id: str,
        log: EventLog,
        written: "Callable[[Live, Sequence[ConversationEvent]], None]",
        react: Reaction,
    ):
        """`written` is told of every batch, in order; `react` adds to it before it is written."""
        super().__init__(conversation_id, log, State(), apply)
        self.context: Context | None = None
        """The trace of the moment: what led to the next turn."""
        self.listeners: set[asyncio.Queue[ConversationEvent | PostResponse]] = set()
        """Whoever wants to hear of events, and of pieces that are shown and not kept."""
        self.kept_at = 0
        """The sequence of the last snapshot."""
        self.weight = 0
        """Entries of its history when they were last counted."""
        self._written = written
        self._react = react

    def restore(self, state: State) -> None:
        """Begin with a snapshot instead of the first event."""
        self.state = state
        self.sequence = self.kept_at = state.sequence

    def complete(self, batch: Sequence[ConversationEvent]) -> list[ConversationEvent]:
        """The batch with what triggers make of it."""
        return super().complete(self._react(self, super().complete(batch)))

    def written(self, events: Sequence[ConversationEvent]) -> None:
        """Let everybody know."""
        self._written(self, events)
        for event in events:
            self.tell(event)

    def tell(self, what: ConversationEvent | PostResponse) -> None:
        """Let all listeners know."""
        for queue in self.listeners:
            queue.put_nowait(what)

    def must_exist(self) -> "Live":
        """This conversation.

        Raises:
            UnknownConversation: nothing was ever said in it.
        """
        if self.state.sequence == 0:
            raise UnknownConversation(
                f"no conversation {self.id}: `botmesh conversations` lists them", conversation_id=self.id
            )
        return self
