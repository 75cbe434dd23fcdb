"""Receives spans by OTLP over gRPC."""

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from botmesh.transport.context import ServicerContext
from botmesh_traces.spans import service_of
from botmesh_traces.store import TraceStore

SERVICE_NAME = "opentelemetry.proto.collector.trace.v1.TraceService"


class Receiver(TraceServiceServicer):
    """OTLP's TraceService."""

    def __init__(self, store: TraceStore) -> None:
        """Add all spans to `store`."""
        self._store = store

    async def Export(  # noqa: N802 - OTLP names it
        self,
        request: otlp.ExportTraceServiceRequest,
        context: ServicerContext,  # noqa: ARG002 - gRPC's signature
    ) -> otlp.ExportTraceServiceResponse:
        """Add the spans of a request to the store, except those with invalid ids."""
        for resource in request.resource_spans:
            service = service_of(resource.resource)
            for scope in resource.scope_spans:
                for span in scope.spans:
                    if any(span.trace_id) and any(span.span_id):  # all zeros: invalid, says OTLP
                        self._store.add(span, service)
        return otlp.ExportTraceServiceResponse()

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_TraceServiceServicer_to_server(self, server)  # type: ignore[no-untyped-call] # ships without types
