"""The contract's TraceService, which lists and returns the traces of a store."""

from collections.abc import AsyncIterator

import grpc

from botmesh.errors import InvalidField, UnknownTrace
from botmesh.transport.context import ServicerContext
from botmesh.v1 import trace_service_pb2 as pb
from botmesh.v1.trace_service_pb2_grpc import TraceServiceServicer, add_TraceServiceServicer_to_server
from botmesh_traces.store import TraceStore

SERVICE_NAME = "botmesh.v1.TraceService"
_CHUNK_BYTES = 256 * 1024
"""Bytes of one response of GetTrace, well under the message size limit."""
_MIN_PREFIX = 8
"""The fewest digits of a trace id that name a trace."""
_MAX_LIMIT = 1000
_DEFAULT_LIMIT = 20


class TraceService(TraceServiceServicer):
    """Serves the RPCs of TraceService."""

    def __init__(self, store: TraceStore) -> None:
        """Read from `store`."""
        self._store = store

    async def GetTrace(
        self,
        request: pb.GetTraceRequest,
        context: ServicerContext,
    ) -> AsyncIterator[pb.GetTraceResponse]:
        """The spans of the newest trace whose id begins with `trace_id`, in pieces of about 256 KiB."""
        if len(request.trace_id) < _MIN_PREFIX:
            raise InvalidField(f"give at least {_MIN_PREFIX} digits of the trace id", field="trace_id")
        spans = self._store.get(request.trace_id)
        if not spans:
            raise UnknownTrace(f"no trace {request.trace_id} is kept here: `botmesh trace` lists the last ones")
        chunk, size = pb.GetTraceResponse(), 0
        for span in spans:
            if size + span.ByteSize() > _CHUNK_BYTES:
                yield chunk
                chunk, size = pb.GetTraceResponse(), 0
            chunk.spans.append(span)
            size += span.ByteSize()
        yield chunk

    async def ListTraces(
        self,
        request: pb.ListTracesRequest,
        context: ServicerContext,
    ) -> pb.ListTracesResponse:
        """Summaries of the newest traces, newest first: 20 by default, 1,000 at most."""
        if request.limit > _MAX_LIMIT:
            raise InvalidField(f"limit must be 1 to {_MAX_LIMIT}", field="limit", value=request.limit)
        return pb.ListTracesResponse(traces=self._store.last(request.limit or _DEFAULT_LIMIT))

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_TraceServiceServicer_to_server(self, server)
