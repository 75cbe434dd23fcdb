"""Keeps the projection up to date: lists, look-ups and alarms, told from the events.

Nothing that it cannot do fails a start, a turn or another conversation; it is told as a problem instead.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botmesh.errors import LogUnavailable
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations.alarms import Alarms
from botmesh_conversations.model import snapshot
from botmesh_conversations.projection import Projection
from botmesh_service.problems import Problems
from botmesh_service.supervisor import recovered

if TYPE_CHECKING:
    from botmesh_conversations.aggregate import ConversationAggregate
    from botmesh_conversations.contact_aggregate import ContactAggregate

COMPONENT = "conversations"
COMMIT_TASK = "projection"
_COMMIT_SECONDS = 0.05


class Projector:
    """Puts conversations into the projection as they change."""

    def __init__(self, projection: Projection, alarms: Alarms, problems: Problems) -> None:
        """Nothing is put yet."""
        self.sooner = asyncio.Event()
        """Some conversation wants to be looked at earlier than `next_due`."""
        self.next_due = math.inf
        """When the first conversation wants to be looked at, as far as whoever waits for it knows."""
        self._projection = projection
        self._alarms = alarms
        self._problems = problems

    def put(self, live: "ConversationAggregate", events: Sequence[ConversationEvent], position: int) -> None:
        """How a conversation stands after `events`, up to `position` of the log."""
        if not live.state.view.conversation_id:
            return  # its beginning cannot be read, which was told
        due = self.due(live)
        self._projection.put(live.state, events, position, due)
        if live.sequence - live.kept_at >= snapshot.EVERY:
            self._keep(live)
            live.kept_at = live.sequence
        if due is not None and due < self.next_due:
            self.sooner.set()

    def put_contact(self, contact: "ContactAggregate", events: Sequence[ConversationEvent], position: int) -> None:
        """How a contact stands after `events`, up to `position` of the log."""
        if contact.state.is_known:  # variables alone make no contact
            self._projection.put_contact(contact.state, events, position)

    def due(self, live: "ConversationAggregate") -> float | None:
        """When a conversation wants to be looked at; a time that cannot be told keeps nobody from being listed."""
        try:
            return self._alarms.due(live.state, live.account)
        except Exception as error:  # noqa: BLE001 - see above
            self._unreadable(live, "its alarms cannot be told", error)
            return None

    def try_to_commit(self) -> bool:
        """Commit the projection; what cannot be written now stays in memory."""
        try:
            self._projection.commit()
        except LogUnavailable as error:
            self._problems.storage(COMPONENT, COMMIT_TASK, error.text)
            return False
        return True

    async def commit_often(self) -> None:
        """Commit what was put, again and again.

        Raises:
            LogUnavailable: it cannot be written now; nothing is lost.
        """
        while True:
            await asyncio.sleep(_COMMIT_SECONDS)
            self._projection.commit()
            recovered(self._problems, COMPONENT, COMMIT_TASK)

    def _keep(self, live: "ConversationAggregate") -> None:
        """Keep a snapshot, for whoever opens the conversation next."""
        try:
            self._projection.keep(live.id, snapshot.take(live.state))
        except Exception as error:  # noqa: BLE001 - it only saves time
            self._unreadable(live, "no snapshot can be made", error)

    def _unreadable(self, live: "ConversationAggregate", what: str, error: Exception) -> None:
        self._problems.unreadable(COMPONENT, live.id, f"{what} ({type(error).__name__}: {error})")
