"""Traces on the wire: in by OTLP, out by TraceService."""

import math
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer as OtlpServicer,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    add_TraceServiceServicer_to_server as add_otlp,
)
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2

from botmesh.errors import InvalidField, UnknownTrace
from botmesh.v1 import trace_service_pb2 as pb
from botmesh.v1.trace_service_pb2_grpc import TraceServiceServicer, add_TraceServiceServicer_to_server
from botmesh_cli.trace_store import TraceStore

SERVICES = ["botmesh.v1.TraceService", "opentelemetry.proto.collector.trace.v1.TraceService"]
_CHUNK_BYTES = 256 * 1024
"""Of one piece of a trace: well under the message size limit."""
_MOST_TEXT = 4096
"""Characters of one attribute. Other instrumentation of a bot may record whole prompts."""
_MOST_SPAN = 64 * 1024
"""Bytes of a span; of a larger one only the outline is kept, so that a count of spans bounds the memory."""
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
        context: grpc.aio.ServicerContext,  # noqa: ARG002 - gRPC's signature
    ) -> otlp.ExportTraceServiceResponse:
        """Keep all spans."""
        for resource in request.resource_spans:
            service = _facts(resource.resource.attributes).get("service.name") or ""
            for scope in resource.scope_spans:
                for span in scope.spans:
                    if any(span.trace_id) and any(span.span_id):  # all zeros: invalid, says OTLP
                        self._store.add(_bounded(_span(span, str(service))))
        return otlp.ExportTraceServiceResponse()


class Reader(TraceServiceServicer):
    """Gives out traces."""

    def __init__(self, store: TraceStore) -> None:
        """Read from `store`."""
        self._store = store

    async def GetTrace(  # noqa: N802 - the contract names it
        self,
        request: pb.GetTraceRequest,
        context: grpc.aio.ServicerContext,  # noqa: ARG002 - gRPC's signature
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
        context: grpc.aio.ServicerContext,  # noqa: ARG002 - gRPC's signature
    ) -> pb.ListTracesResponse:
        """The last traces."""
        if request.limit > _MOST_LISTED:
            raise InvalidField(f"limit must be 1 to {_MOST_LISTED}", field="limit", value=request.limit)
        return pb.ListTracesResponse(traces=self._store.last(request.limit or 20))


def add_to(server: grpc.aio.Server, store: TraceStore) -> None:
    """Serve both on `server`."""
    add_otlp(Receiver(store), server)
    add_TraceServiceServicer_to_server(Reader(store), server)


def _span(span: trace_pb2.Span, service: str) -> pb.Span:
    failed = span.status.code == trace_pb2.Status.STATUS_CODE_ERROR
    return pb.Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        service=service,
        name=span.name,
        kind=span.kind,  # type: ignore[arg-type]  # the numbers are OTLP's
        start_time=_time(span.start_time_unix_nano),
        end_time=_time(span.end_time_unix_nano),
        error=(span.status.message or "failed") if failed else "",
        attributes=_struct(span.attributes),
        events=[
            pb.SpanEvent(name=event.name, time=_time(event.time_unix_nano), attributes=_struct(event.attributes))
            for event in span.events
        ],
        links=[pb.SpanLink(trace_id=link.trace_id.hex(), span_id=link.span_id.hex()) for link in span.links],
    )


def _time(nanoseconds: int) -> Timestamp:
    made = Timestamp()
    made.FromNanoseconds(nanoseconds)
    return made


def _bounded(span: pb.Span) -> pb.Span:
    if span.ByteSize() <= _MOST_SPAN:
        return span
    outline = pb.Span()
    outline.CopyFrom(span)
    for field in ("attributes", "events", "links"):
        outline.ClearField(field)
    outline.name, outline.error = span.name[:_MOST_TEXT], span.error[:_MOST_TEXT]
    return outline


def _struct(attributes: Any) -> Struct:
    made = Struct()
    made.update(_facts(attributes))
    return made


def _facts(attributes: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(attributes)
    return {pair.key: _plain(pair.value) for pair in pairs}


def _plain(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_plain(item) for item in value.array_value.values]
    if kind == "kvlist_value":
        return _facts(value.kvlist_value.values)
    if kind == "bytes_value":
        return value.bytes_value[:_MOST_TEXT].hex()
    if kind == "string_value":
        return value.string_value[:_MOST_TEXT]
    if kind == "double_value" and not math.isfinite(value.double_value):
        return str(value.double_value)  # JSON has none of these
    return None if kind is None else getattr(value, kind)
