"""ConversationService on the wire."""

from collections import deque
from collections.abc import AsyncIterator, Sequence

import grpc

from botmesh.errors import InvalidField, WatcherTooSlow
from botmesh.names import DEFAULT_ACCOUNT, check_agent, check_id, new_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import add_ConversationServiceServicer_to_server
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh.v1.transfer_pb2 import TRANSFER_INITIATOR_OPERATOR
from botmesh_conversations.account_methods import AccountMethods
from botmesh_conversations.aggregate import ConversationAggregate, Listener
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.desk_methods import DeskMethods
from botmesh_conversations.event_stream import decode, read_history
from botmesh_conversations.model import rules
from botmesh_conversations.model.sizes import MAX_SAID, check_said, check_something_said
from botmesh_conversations.model.state import name_of
from botmesh_conversations.model.streams import is_conversation
from botmesh_conversations.post_stream import answers_to, check_owner, check_same, until_ended
from botmesh_conversations.spans import context_of
from botmesh_conversations.statistics import Statistics
from botmesh_conversations.watchers import Watcher
from botmesh_log.position import read_position
from botmesh_service.paging import check_page_size

SERVICE_NAME = "botmesh.v1.ConversationService"
DEFAULT_CHANNEL = "web"
_MAX_SATISFACTION = 5
_HISTORY_CHUNK_BYTES = 256 * 1024
_RECORDS_A_READ = 500


class ConversationService(AccountMethods, DeskMethods):
    """The edge between gRPC and the conversations."""

    max_queued = 10_000
    """Events that a watcher may be behind."""

    def __init__(self, conversations: Conversations) -> None:
        """Answer from these."""
        self._all = conversations
        self._statistics = Statistics(conversations.log, conversations.unreadable)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_ConversationServiceServicer_to_server(self, server)

    async def Post(self, request: api.PostRequest, context: ServicerContext) -> AsyncIterator[api.PostResponse]:
        """Take it in, acknowledge it, and show what comes back."""
        check_something_said("payload", request.payload)
        live = await self._posted_to(request)
        message_id = check_id("message_id", request.message_id) if request.message_id else new_id()
        known = live.state.taken_in(message_id) if request.message_id else 0
        if known is None:
            known = self._all.projection.sequence_of(live.id, message_id)
        channel = request.channel or DEFAULT_CHANNEL
        opening = pb.ConversationOpened(
            account_id=live.account.name,
            channel=channel,
            contact_id=request.contact_id,
            owner=live.account.routing.first(channel),
        )
        listener = Listener()
        live.listeners.add(listener)
        try:
            events = (
                []
                if known
                else await live.write(
                    lambda state: rules.post(state, message_id, request.payload, request.context, opening)
                )
            )
            sequence = known or live.state.message_ids[message_id]
            yield api.PostResponse(
                accepted=api.PostAccepted(
                    conversation_id=live.id, message_id=message_id, sequence=sequence, repeated_message=not events
                )
            )
            for entry in await answers_to(self._all.log, live.id, sequence) if not events else ():
                yield api.PostResponse(entry=entry)
            self._all.advance(live)
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
        page = self._all.projection.page(request, check_page_size(request.page_size))
        return api.ListConversationsResponse(conversations=page.views, next_page_token=page.next_token)

    async def GetHistory(
        self, request: api.GetHistoryRequest, context: ServicerContext
    ) -> AsyncIterator[api.GetHistoryResponse]:
        """What was said, in pieces."""
        live = await self._one(request.conversation_id)
        chunk: list[HistoryEntry] = []
        size = 0
        async for entry in self._entries(live, request.after_sequence, request.limit):
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
            desk = api.DESK_OUTCOME_QUEUED if live.account.state.on_duty else api.DESK_OUTCOME_NOBODY_ON_DUTY
            desk = api.DESK_OUTCOME_ASSIGNED if live.state.view.owner.desk else desk
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

    async def SetStatus(self, request: api.SetStatusRequest, context: ServicerContext) -> api.SetStatusResponse:
        """Pause, stop or activate."""
        if request.status == pb.CONVERSATION_STATUS_UNSPECIFIED:
            raise InvalidField("status must be active, paused or stopped", field="status")
        if bool(request.conversation_id) == bool(request.contact_id):
            raise InvalidField("name a conversation or a contact", field="conversation_id")
        account = request.account_id or DEFAULT_ACCOUNT
        ids = [request.conversation_id]
        if request.contact_id:
            ids = self._all.projection.of_contact(account, request.contact_id)
        changed = pb.StatusChanged(status=request.status, reason=request.reason)
        if request.HasField("until") and request.status == pb.CONVERSATION_STATUS_PAUSED:
            changed.until.CopyFrom(request.until)
        views = [
            await self._change(conversation_id, lambda state: rules.set_status(state, changed))
            for conversation_id in ids
        ]
        return api.SetStatusResponse(conversations=views)

    async def SetTags(self, request: api.SetTagsRequest, context: ServicerContext) -> api.SetTagsResponse:
        """Add and remove tags."""
        for tag in (*request.add, *request.remove):
            check_id("tag", tag)

        view = await self._change(
            request.conversation_id, lambda state: rules.set_tags(state, request.add, request.remove)
        )
        return api.SetTagsResponse(conversation=view)

    async def SetFields(self, request: api.SetFieldsRequest, context: ServicerContext) -> api.SetFieldsResponse:
        """Update facts about the contact."""
        view = await self._change(request.conversation_id, lambda state: rules.set_fields(state, request.values))
        return api.SetFieldsResponse(conversation=view)

    async def SubmitForm(self, request: api.SubmitFormRequest, context: ServicerContext) -> api.SubmitFormResponse:
        """Take in a form."""
        submission = check_id("submission_id", request.submission_id) if request.submission_id else new_id()
        submitted = pb.FormSubmitted(
            form=check_id("form", request.form), values=request.values, submission_id=submission
        )
        live = await self._one(request.conversation_id)
        if not self._all.projection.sequence_of(live.id, submission):
            await self._change(live.id, lambda state: rules.submit_form(state, submitted))
        return api.SubmitFormResponse(conversation=live.state.view)

    async def FireAction(self, request: api.FireActionRequest, context: ServicerContext) -> api.FireActionResponse:
        """Let triggers know that something happened."""
        agent = check_agent("agent", request.agent) if request.agent else ""
        fired = pb.ActionFired(action=check_id("action", request.action), agent=agent, values=request.values)
        live = await self._one(request.conversation_id)
        live.context = context_of(context.invocation_metadata()) or live.context
        events = await live.write(lambda state: rules.fire_action(state, fired))
        self._all.advance(live)
        names = [event.trigger_fired.trigger for event in events if event.HasField("trigger_fired")]
        return api.FireActionResponse(conversation=live.state.view, fired=names)

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
        view = await self._change(request.conversation_id, lambda state: rules.record_outcome(state, outcome))
        return api.RecordOutcomeResponse(conversation=view)

    async def GetStatistics(
        self, request: api.GetStatisticsRequest, context: ServicerContext
    ) -> api.GetStatisticsResponse:
        """Counts per agent."""
        return await self._statistics.of(request.account_id or DEFAULT_ACCOUNT)

    async def _posted_to(self, request: api.PostRequest) -> ConversationAggregate:
        if request.conversation_id:
            live = await self._all.get(check_id("conversation_id", request.conversation_id))
            if live.sequence:
                live.must_exist()
                check_same(live.state.view, request)
                return live
        contact = check_id("contact_id", request.contact_id)
        account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
        channel = check_id("channel", request.channel or DEFAULT_CHANNEL)
        if not request.conversation_id:
            known = self._all.projection.of_contact(account, contact, channel)
            live = await self._all.get(known[0] if known else new_id())
        if not live.state.sequence:
            live.account = await self._all.accounts.of(account)
        return live

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
