"""Per-agent counters computed from the event log. Not stored; computed again after a restart."""

import asyncio

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import GetStatisticsResponse
from botmesh_conversations.event_stream import decode
from botmesh_conversations.model.counts import Counts
from botmesh_conversations.model.event_kinds import kind_of
from botmesh_conversations.model.streams import is_conversation
from botmesh_log.event_log import EventLog
from botmesh_log.stream import OnUnreadable, log_unreadable

_RECORDS_A_READ = 1000


class Statistics:
    """Reads the log from where the last question left off, and counts what is new."""

    def __init__(self, log: EventLog, on_unreadable: OnUnreadable = log_unreadable) -> None:
        """`on_unreadable` hears of each event that cannot be counted."""
        self._log = log
        self._on_unreadable = on_unreadable
        self._position = 0
        self._counts = Counts()
        self._reading = asyncio.Lock()

    async def of(self, account: str) -> GetStatisticsResponse:
        """An account's counters as of now."""
        async with self._reading:
            while records := await self._log.read_all(self._position + 1, _RECORDS_A_READ):
                for record in records:
                    if is_conversation(record.stream):
                        self._count(decode(record, self._on_unreadable))
                    self._position = record.position
        return self._counts.accounts[account].to_proto()

    def _count(self, event: ConversationEvent) -> None:
        count = kind_of(event).count
        if count is None:
            return
        try:
            count(self._counts, event)
        except Exception as error:  # noqa: BLE001 - one event must not keep all others from being counted
            text = f"event {event.sequence} cannot be counted ({type(error).__name__}: {error})"
            self._on_unreadable(event.conversation_id, text)
