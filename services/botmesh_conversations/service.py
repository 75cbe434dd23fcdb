"""ConversationService on the wire."""

from collections import deque
from collections.abc import AsyncIterator, Sequence

import grpc

from botmesh.errors import InvalidField, WatcherTooSlow
from botmesh.names import DEFAULT_ACCOUNT, check_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import add_ConversationServiceServicer_to_server
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_OPERATOR
from botmesh_conversations.account_methods import AccountMethods
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.contact_change_methods import ContactChangeMethods
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.desk_methods import DeskMethods
from botmesh_conversations.event_stream import decode, read_history
from botmesh_conversations.lifecycle_methods import LifecycleMethods, desk_outcome
from botmesh_conversations.model import rules
from botmesh_conversations.model.sizes import MAX_SAID, check_said
from botmesh_conversations.model.state import name_of
from botmesh_conversations.model.streams import is_conversation
from botmesh_conversations.post_stream import answers_to, check_owner, until_ended
from botmesh_conversations.posts import Posts
from botmesh_conversations.spans import context_of
from botmesh_conversations.statistics import Statistics
from botmesh_conversations.watchers import Watcher
from botmesh_log.position import read_position
from botmesh_service.paging import check_page_size

SERVICE_NAME = "botmesh.v1.ConversationService"
_MAX_SATISFACTION = 5
_HISTORY_CHUNK_BYTES = 256 * 1024
_RECORDS_A_READ = 500
_MAX_PREVIOUS = 100
"""Conversations of a contact that are read behind one another."""


class ConversationService(AccountMethods, ContactChangeMethods, DeskMethods, LifecycleMethods):
    """The edge between gRPC and the conversations."""

    max_queued = 10_000
    """Events that a watcher may be behind."""

    def __init__(self, conversations: Conversations) -> None:
        """Answer from these."""
        self._all = conversations
        self._posts = Posts(conversations)
        self._statistics = Statistics(conversations.log, conversations.unreadable)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_ConversationServiceServicer_to_server(self, server)

    async def Post(self, request: api.PostRequest, context: ServicerContext) -> AsyncIterator[api.PostResponse]:
        """Take it in, acknowledge it, and show what comes back."""
        posted = await self._posts.take_in(request)
        live, listener = posted.live, posted.listener
        try:
            yield api.PostResponse(accepted=posted.accepted)
            answers = await answers_to(self._all.log, live.id, posted.accepted.sequence) if posted.is_repeat else ()
            for entry in answers:
                yield api.PostResponse(entry=entry)
            self._all.advance(live)
            sequence = posted.accepted.sequence
            async for response in until_ended(live, sequence, listener, self._all.projection.queue_position):
                yield response
        finally:
            live.listeners.discard(listener)

    async def GetConversation(
        self, request: api.GetConversationRequest, context: ServicerContext
    ) -> api.GetConversationResponse:
        """One conversation."""
        view = (await self._one(request.conversation_id)).state.view
        return api.GetConversationResponse(conversation=view, queue_position=self._all.projection.queue_position(view))

    async def ListConversations(
        self, request: api.ListConversationsRequest, context: ServicerContext
    ) -> api.ListConversationsResponse:
        """A page of conversations."""
        contacts: Sequence[str] = ()
        if request.contact_id:
            account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
            contact = await self._all.contacts.of(account, check_id("contact_id", request.contact_id))
            contacts = [contact.contact_id, *contact.state.view.merged_ids]
        page = self._all.projection.page(request, check_page_size(request.page_size), contacts)
        return api.ListConversationsResponse(conversations=page.views, next_page_token=page.next_token)

    async def GetHistory(
        self, request: api.GetHistoryRequest, context: ServicerContext
    ) -> AsyncIterator[api.GetHistoryResponse]:
        """What was said, in pieces."""
        live = await self._one(request.conversation_id)
        if request.include_previous and request.after_sequence:
            text = "after_sequence counts in one conversation: leave it out, or include_previous"
            raise InvalidField(text, field="after_sequence", value=request.after_sequence)
        for earlier in await self._before(live) if request.include_previous else ():
            async for response in self._history(earlier, 0, 0):
                yield response
        async for response in self._history(live, request.after_sequence, request.limit):
            yield response

    async def _before(self, live: ConversationAggregate) -> list[ConversationAggregate]:
        """The contact's conversations on the channel before one, the oldest first."""
        earlier: list[ConversationAggregate] = []
        previous = live.state.view.previous_conversation_id
        while previous and len(earlier) < _MAX_PREVIOUS:
            earlier.append(await self._all.get(previous))
            previous = earlier[-1].state.view.previous_conversation_id
        return earlier[::-1]

    async def _history(
        self, live: ConversationAggregate, after: int, limit: int
    ) -> AsyncIterator[api.GetHistoryResponse]:
        chunk: list[HistoryEntry] = []
        size = 0
        async for entry in self._entries(live, after, limit):
            size += entry.ByteSize()
            if chunk and size > _HISTORY_CHUNK_BYTES:
                yield api.GetHistoryResponse(entries=chunk)
                chunk, size = [], entry.ByteSize()
            chunk.append(entry)
        yield api.GetHistoryResponse(entries=chunk)

    async def WatchConversations(
        self, request: api.WatchConversationsRequest, context: ServicerContext
    ) -> AsyncIterator[api.WatchConversationsResponse]:
        """What has happened since a position, then what happens."""
        watcher = Watcher(self.max_queued, conversation_id=request.conversation_id)
        self._all.watchers.add(watcher)
        try:
            position = read_position(request.after_position, field="after_position")
            while not request.only_new:
                records = await self._all.log.read_all(position + 1, _RECORDS_A_READ)
                for record in records:
                    position = record.position
                    if request.conversation_id in ("", record.stream) and is_conversation(record.stream):
                        yield api.WatchConversationsResponse(event=decode(record, self._all.unreadable))
                if not records:
                    break
            while True:
                event = await watcher.next()
                if event is None:
                    raise WatcherTooSlow(
                        f"more than {self.max_queued} events or {watcher.max_bytes} bytes behind: "
                        "watch again from the last position"
                    )
                if read_position(event.position, field="position") > position:
                    yield api.WatchConversationsResponse(event=event)
        finally:
            self._all.watchers.discard(watcher)

    async def TransferConversation(
        self, request: api.TransferConversationRequest, context: ServicerContext
    ) -> api.TransferConversationResponse:
        """Hand it over."""
        live = await self._one(request.conversation_id)
        if request.target.WhichOneof("owner") is None:
            raise InvalidField("target says who is to have it: an agent, or the desk", field="target")
        if request.transfer_id:
            check_id("transfer_id", request.transfer_id)
        for name, owner in (("target", request.target), ("fallback", request.fallback)):
            check_owner(name, owner)
        check_said("user_message", request.user_message, MAX_SAID // 2)
        check_said("handoff_message", request.handoff_message, MAX_SAID // 2)
        request.initiator = request.initiator or TRANSFER_INITIATOR_OPERATOR
        event = await self._all.transfer(live, request, context_of(context.invocation_metadata()))
        failed = event.transfer_failed if event.HasField("transfer_failed") else None
        changed = event.owner_changed
        desk, position = api.DESK_OUTCOME_UNSPECIFIED, 0
        if failed is None and changed.owner.WhichOneof("owner") == "desk":
            position = self._all.projection.queue_position(live.state.view)
            desk = desk_outcome(live)
        return api.TransferConversationResponse(
            transfer_id=request.transfer_id,
            transferred=failed is None and name_of(changed.owner) == name_of(request.target),
            owner=live.state.view.owner if failed is not None else changed.owner,
            epoch=live.state.view.epoch if failed is not None else changed.epoch,
            failure=failed.failure if failed is not None else None,
            reason=failed.reason if failed is not None else changed.reason,
            desk=desk,
            queue_position=position,
        )

    async def RecordOutcome(
        self, request: api.RecordOutcomeRequest, context: ServicerContext
    ) -> api.RecordOutcomeResponse:
        """Say what came of it."""
        outcome = request.outcome
        if not outcome.ListFields():
            raise InvalidField("outcome says resolved, booked or satisfaction: it cannot be empty", field="outcome")
        if outcome.HasField("satisfaction") and not 1 <= outcome.satisfaction <= _MAX_SATISFACTION:
            raise InvalidField(
                f"satisfaction must be 1 to {_MAX_SATISFACTION}",
                field="outcome.satisfaction",
                value=outcome.satisfaction,
            )
        live = await self._one(request.conversation_id)
        await live.write(lambda state: rules.record_outcome(state, outcome))
        if outcome.resolved:
            closed = pb.ConversationClosed(cause=pb.CLOSE_CAUSE_OUTCOME, reason="resolved")
            await self._all.close_conversation(live, closed)
        return api.RecordOutcomeResponse(conversation=live.state.view)

    async def GetStatistics(
        self, request: api.GetStatisticsRequest, context: ServicerContext
    ) -> api.GetStatisticsResponse:
        """Counts per agent."""
        return await self._statistics.of(request.account_id or DEFAULT_ACCOUNT)

    async def _entries(self, live: ConversationAggregate, after: int, limit: int) -> AsyncIterator[HistoryEntry]:
        """What was said after a sequence, or the newest of it: from memory where that goes back far enough."""
        state = live.state
        entries: Sequence[HistoryEntry] = state.history.after(after)
        goes_back = len(entries) < len(state.history) or state.entries == len(state.history)
        if goes_back or 0 < limit <= len(entries):
            entries = entries[-limit:]
        elif limit:
            entries = deque([entry async for entry in read_history(self._all.log, live.id, after)], maxlen=limit)
        else:
            async for entry in read_history(self._all.log, live.id, after):
                yield entry
            return
        for entry in entries:
            yield entry
