"""OTLP's spans, and what the contract makes of them."""

import math
from typing import Any

from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from botmesh.v1 import trace_service_pb2 as pb

_MAX_TEXT = 4096
"""Characters of one attribute. Other instrumentation of a bot may record whole prompts."""
MAX_SPAN_BYTES = 64 * 1024
"""Bytes of a span; of a larger one only the outline is kept, so that a count of spans bounds the memory."""


def service_of(resource: Resource) -> str:
    """Who made the spans."""
    return str(_facts(resource.attributes).get("service.name") or "")


def to_span(span: trace_pb2.Span, service: str) -> pb.Span:
    """OTLP's span as the contract has it."""
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


def bounded(span: trace_pb2.Span) -> trace_pb2.Span:
    """The span, or what is kept of one that is too large."""
    if span.ByteSize() <= MAX_SPAN_BYTES:
        return span
    kept = trace_pb2.Span()
    kept.CopyFrom(span)
    for pairs in (kept.attributes, *(event.attributes for event in kept.events)):
        for pair in pairs:
            if pair.value.WhichOneof("value") == "string_value":
                pair.value.string_value = pair.value.string_value[:_MAX_TEXT]
    if kept.ByteSize() > MAX_SPAN_BYTES:
        for field in ("attributes", "events", "links"):
            kept.ClearField(field)
        kept.name, kept.status.message = span.name[:_MAX_TEXT], span.status.message[:_MAX_TEXT]
    return kept


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
        return value.bytes_value[:_MAX_TEXT].hex()
    if kind == "string_value":
        return value.string_value[:_MAX_TEXT]
    if kind == "double_value" and not math.isfinite(value.double_value):
        return str(value.double_value)  # JSON has none of these
    return None if kind is None else getattr(value, kind)
