"""A receiver of traces by OTLP: what the agent under test says about its own calls."""

from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

_KINDS = {Span.SPAN_KIND_SERVER: "server", Span.SPAN_KIND_CLIENT: "client"}


class Spans(TraceServiceServicer):
    """Keeps all spans by trace."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._traces: dict[str, list[dict[str, Any]]] = {}

    def add_to(self, server: grpc.aio.Server) -> None:
        """Receive on `server`."""
        add_TraceServiceServicer_to_server(self, server)  # type: ignore[no-untyped-call] # ships without types

    async def Export(self, request: otlp.ExportTraceServiceRequest, context: Any) -> Any:  # noqa: ARG002, N802 - gRPC
        """Keep them."""
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self._traces.setdefault(span.trace_id.hex(), []).append(_plain(span))
        return otlp.ExportTraceServiceResponse()

    def of(self, trace_id: str) -> list[dict[str, Any]]:
        """The spans of a trace, in the order in which they began."""
        return sorted(self._traces.get(trace_id, ()), key=lambda span: span["began"])


def _plain(span: Span) -> dict[str, Any]:
    return {
        "name": span.name,
        "kind": _KINDS.get(span.kind, "other"),
        "id": span.span_id.hex(),
        "parent": span.parent_span_id.hex(),
        "began": span.start_time_unix_nano / 1e9,
        "seconds": (span.end_time_unix_nano - span.start_time_unix_nano) / 1e9,
        "failed": span.status.code == 2,  # noqa: PLR2004 - OTLP's STATUS_CODE_ERROR
        "attributes": {pair.key: _value(pair.value) for pair in span.attributes},
        "events": [event.name for event in span.events],
    }


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return None if kind is None else getattr(value, kind)
