"""Encodes the mesh's spans as OTLP. OpenTelemetry's exporter keeps the connection, the headers and the retries.

Encoded attributes are cached, because almost all of them come again with the next span. An encoded span is the
concatenation of its encoded pieces, which protobuf allows for messages of one type
(https://protobuf.dev/programming-guides/encoding/#last-one-wins).
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue
from opentelemetry.proto.trace.v1 import trace_pb2 as pb
from opentelemetry.sdk.resources import Resource
from opentelemetry.trace import SpanContext, SpanKind, StatusCode

from botmesh.telemetry.spans import MeshSpan

_KINDS = {
    SpanKind.INTERNAL: pb.Span.SPAN_KIND_INTERNAL,
    SpanKind.SERVER: pb.Span.SPAN_KIND_SERVER,
    SpanKind.CLIENT: pb.Span.SPAN_KIND_CLIENT,
    SpanKind.PRODUCER: pb.Span.SPAN_KIND_PRODUCER,
    SpanKind.CONSUMER: pb.Span.SPAN_KIND_CONSUMER,
}
_STATUS = {StatusCode.OK: pb.Status.STATUS_CODE_OK, StatusCode.ERROR: pb.Status.STATUS_CODE_ERROR}
_REMEMBERED = 4096
"""The number of encoded attributes in the cache."""


class MeshSpanExporter(OTLPSpanExporter):
    """OpenTelemetry's exporter for OTLP over gRPC, for the spans of one tracer."""

    def __init__(self, resource: Resource, scope: str, **options: Any) -> None:
        """Export with the options of OTLPSpanExporter; the environment gives those that are left out."""
        super().__init__(**options)
        self._frame = pb.ScopeSpans()
        self._frame.scope.name = scope
        self._resource = pb.ResourceSpans(schema_url=resource.schema_url)
        self._resource.resource.attributes.extend(_pairs(resource.attributes.items()))

    def _translate_data(self, data: Sequence[Any]) -> ExportTraceServiceRequest:
        """Encode spans; the base class calls this method for each request that it sends."""
        request = ExportTraceServiceRequest(resource_spans=[self._resource])
        scope = request.resource_spans[0].scope_spans.add()
        scope.CopyFrom(self._frame)
        for span in data:
            scope.spans.add().MergeFromString(encode(span))
        return request


def encode(span: MeshSpan) -> bytes:
    """Return a span as a serialized opentelemetry.proto.trace.v1.Span."""
    context, parent = span.context, span.parent
    head = pb.Span(
        trace_id=context.trace_id.to_bytes(16, "big"),
        span_id=context.span_id.to_bytes(8, "big"),
        parent_span_id=b"" if parent is None else parent.span_id.to_bytes(8, "big"),
        name=span.name,
        kind=_KINDS[span.kind],
        start_time_unix_nano=span.start_time,
        end_time_unix_nano=span.end_time or span.start_time,
        flags=_flags(parent),
    )
    if context.trace_state:
        head.trace_state = context.trace_state.to_header()
    for name, at, facts in span.events:
        head.events.add(name=name, time_unix_nano=at, attributes=_pairs(facts.items()))
    for link in span.links:
        to = link.context
        head.links.add(
            trace_id=to.trace_id.to_bytes(16, "big"),
            span_id=to.span_id.to_bytes(8, "big"),
            flags=_flags(to),
            attributes=_pairs((link.attributes or {}).items()),
        )
    if span.status.status_code is not StatusCode.UNSET:
        head.status.code = _STATUS[span.status.status_code]
        head.status.message = span.status.description or ""
    return head.SerializeToString() + b"".join([_attribute(key, value) for key, value in span.attributes.items()])


def _flags(parent: SpanContext | None) -> int:
    """The flags that say whether the parent is in another process."""
    known = pb.SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK
    return known | pb.SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK if parent is not None and parent.is_remote else known


def _attribute(key: str, value: Any) -> bytes:
    """Encode a span with only this attribute. Ids are not cached because they hardly repeat."""
    simple = isinstance(value, str | int) or (isinstance(value, tuple) and all(type(item) is str for item in value))
    return _encoded(key, value) if key.endswith("_id") or not simple else _remembered(key, value)


def _encoded(key: str, value: Any) -> bytes:
    return pb.Span(attributes=_pairs([(key, value)])).SerializeToString()


_remembered = lru_cache(_REMEMBERED, typed=True)(_encoded)


def _pairs(facts: Iterable[tuple[str, Any]]) -> list[KeyValue]:
    return [KeyValue(key=str(key), value=_value(value)) for key, value in facts]


def _value(value: Any) -> AnyValue:
    """Convert a value to OTLP, to text if OTLP has no type for it."""
    match value:
        case str():
            return AnyValue(string_value=value.encode(errors="replace").decode() if _is_broken(value) else value)
        case bool():
            return AnyValue(bool_value=value)
        case int() if -(1 << 63) <= value < 1 << 63:
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case list() | tuple():
            return AnyValue(array_value=ArrayValue(values=[_value(item) for item in value]))
    return AnyValue(string_value=str(value))


def _is_broken(text: str) -> bool:
    """Whether the text has halves of surrogate pairs, which UTF-8 cannot encode."""
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)
