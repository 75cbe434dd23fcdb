"""JournalService on the wire."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import grpc

from botmesh.errors import LogUnavailable, QuotaExceeded
from botmesh.names import DEFAULT_ACCOUNT, check_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import journal_service_pb2 as pb
from botmesh.v1.journal_service_pb2_grpc import JournalServiceServicer, add_JournalServiceServicer_to_server
from botmesh_journal.store import Store
from botmesh_service.paging import check_page_size, read_token

SERVICE_NAME = "botmesh.v1.JournalService"
MAX_ENTRIES = 1_000
"""Entries of one report."""
T = TypeVar("T")


class JournalService(JournalServiceServicer):
    """Serves the RPCs of JournalService."""

    def __init__(self, store: Store) -> None:
        """Serve `store`, and close it in the end."""
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="botmesh-journal")
        self._closed = False

    async def close(self) -> None:
        """Finish the reports that were received, and close the store."""
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._store.close)
        self._thread.shutdown()

    async def _of_store(self, ask: Callable[..., T], *arguments: Any) -> T:
        """Call the store in a thread of its own, so that the disk does not delay the other services of the process."""
        if self._closed:
            raise LogUnavailable("the journal is closed: the service is stopping; report again later")
        return await asyncio.get_running_loop().run_in_executor(self._thread, ask, *arguments)

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_JournalServiceServicer_to_server(self, server)

    async def Record(self, request: pb.RecordRequest, context: ServicerContext) -> pb.RecordResponse:
        """Record the entries of a report, each message id once, and return the sums that changed."""
        if len(request.entries) > MAX_ENTRIES:
            text = f"a report has at most {MAX_ENTRIES} entries: send several"
            raise QuotaExceeded(text, limit=MAX_ENTRIES, field="entries")
        for entry in request.entries:
            entry.message.account_id = entry.message.account_id or DEFAULT_ACCOUNT
            check_id("account_id", entry.message.account_id)
            check_id("message_id", entry.message.message_id)
        return pb.RecordResponse(totals=await self._of_store(self._store.record, request.entries))

    async def ListMessages(self, request: pb.ListMessagesRequest, context: ServicerContext) -> pb.ListMessagesResponse:
        """A page of the messages that match all fields set, the newest first."""
        account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
        size = check_page_size(request.page_size)
        read_token(request.page_token)
        entries, token = await self._of_store(self._store.messages, request, account, size)
        return pb.ListMessagesResponse(entries=entries, next_page_token=token)

    async def GetCosts(self, request: pb.GetCostsRequest, context: ServicerContext) -> pb.GetCostsResponse:
        """The sums of a scope, the highest first; days the newest first."""
        limit = check_page_size(request.limit, field="limit")
        account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
        scope = request.scope or pb.COST_SCOPE_AGENT
        totals = await self._of_store(self._store.costs, account, scope, request.id, limit)
        return pb.GetCostsResponse(totals=totals)
