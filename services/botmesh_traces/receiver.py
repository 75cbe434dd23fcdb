"""Traces on the wire: in by OTLP, out by TraceService."""

from collections.abc import AsyncIterator

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer as OtlpServicer,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    add_TraceServiceServicer_to_server as add_otlp,
)

from botmesh.errors import InvalidField, UnknownTrace
from botmesh.transport.context import ServicerContext
from botmesh.v1 import trace_service_pb2 as pb
from botmesh.v1.trace_service_pb2_grpc import TraceServiceServicer, add_TraceServiceServicer_to_server
from botmesh_traces.spans import service_of
from botmesh_traces.store import TraceStore

SERVICES = ["botmesh.v1.TraceService", "opentelemetry.proto.collector.trace.v1.TraceService"]
_CHUNK_BYTES = 256 * 1024
"""Of one piece of a trace: well under the message size limit."""
_SHORTEST_PREFIX = 8
_MOST_LISTED = 1000


class Receiver(OtlpServicer):
    """Takes in spans."""

    def __init__(self, store: TraceStore) -> None:
        """Fill `store`."""
        self._store = store

    async def Export(  # noqa: N802 - OTLP names it
        self,
        request: otlp.ExportTraceServiceRequest,
        context: ServicerContext,  # noqa: ARG002 - gRPC's signature
    ) -> otlp.ExportTraceServiceResponse:
        """Keep all spans."""
        for resource in request.resource_spans:
            service = service_of(resource.resource)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    if any(span.trace_id) and any(span.span_id):  # all zeros: invalid, says OTLP
                        self._store.add(span, service)
        return otlp.ExportTraceServiceResponse()


class Reader(TraceServiceServicer):
    """Gives out traces."""

    def __init__(self, store: TraceStore) -> None:
        """Read from `store`."""
        self._store = store

    async def GetTrace(  # noqa: N802 - the contract names it
        self,
        request: pb.GetTraceRequest,
        context: ServicerContext,  # noqa: ARG002 - gRPC's signature
    ) -> AsyncIterator[pb.GetTraceResponse]:
        """The spans of one trace."""
        if len(request.trace_id) < _SHORTEST_PREFIX:
            raise InvalidField(f"give at least {_SHORTEST_PREFIX} digits of the trace id", field="trace_id")
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

    async def ListTraces(  # noqa: N802 - the contract names it
        self,
        request: pb.ListTracesRequest,
        context: ServicerContext,  # noqa: ARG002 - gRPC's signature
    ) -> pb.ListTracesResponse:
        """The last traces."""
        if request.limit > _MOST_LISTED:
            raise InvalidField(f"limit must be 1 to {_MOST_LISTED}", field="limit", value=request.limit)
        return pb.ListTracesResponse(traces=self._store.last(request.limit or 20))


def add_to(server: grpc.aio.Server, store: TraceStore) -> None:
    """Serve both on `server`."""
    add_otlp(Receiver(store), server)  # type: ignore[no-untyped-call] # ships without types
    add_TraceServiceServicer_to_server(Reader(store), server)
