"""JournalService on the wire."""

import grpc

from botmesh.errors import InvalidField
from botmesh.names import DEFAULT_ACCOUNT, check_id
from botmesh.v1 import journal_service_pb2 as pb
from botmesh.v1.journal_service_pb2_grpc import JournalServiceServicer, add_JournalServiceServicer_to_server
from botmesh_journal.store import Store

SERVICE_NAME = "botmesh.v1.JournalService"
_MOST_LISTED = 500


class JournalService(JournalServiceServicer):
    """The edge between gRPC and the store."""

    def __init__(self, store: Store) -> None:
        """Answer from this."""
        self._store = store

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_JournalServiceServicer_to_server(self, server)

    async def Record(self, request: pb.RecordRequest, context: grpc.aio.ServicerContext) -> pb.RecordResponse:
        """Keep each id once."""
        for entry in request.entries:
            entry.message.account_id = entry.message.account_id or DEFAULT_ACCOUNT
            check_id("account_id", entry.message.account_id)
            check_id("message_id", entry.message.message_id)
        return pb.RecordResponse(totals=self._store.record(request.entries))

    async def ListMessages(
        self, request: pb.ListMessagesRequest, context: grpc.aio.ServicerContext
    ) -> pb.ListMessagesResponse:
        """A page of messages."""
        if request.page_size > _MOST_LISTED:
            raise InvalidField(f"page_size must be 1 to {_MOST_LISTED}", field="page_size", value=request.page_size)
        if request.page_token and not request.page_token.isdecimal():
            raise InvalidField("page_token must come from an earlier response", field="page_token")
        account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
        entries, token = self._store.messages(request, account, request.page_size or 50)
        return pb.ListMessagesResponse(entries=entries, next_page_token=token)

    async def GetCosts(self, request: pb.GetCostsRequest, context: grpc.aio.ServicerContext) -> pb.GetCostsResponse:
        """Sums of a scope."""
        if request.limit > _MOST_LISTED:
            raise InvalidField(f"limit must be 1 to {_MOST_LISTED}", field="limit", value=request.limit)
        account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
        scope = request.scope or pb.COST_SCOPE_AGENT
        return pb.GetCostsResponse(totals=self._store.costs(account, scope, request.id, request.limit or 50))
