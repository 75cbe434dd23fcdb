"""Converts OTLP's spans to the contract's, and bounds their size."""

import math
from typing import Any

from google.protobuf.struct_pb2 import Struct
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2

from botmesh.v1 import trace_service_pb2 as pb
from botmesh_service.times import timestamp_of_nanoseconds

_MAX_TEXT = 4096
"""Characters of one attribute: other instrumentation of a bot may record whole prompts."""
MAX_SPAN_BYTES = 64 * 1024
"""Bytes of a span: with this bound, the number of spans bounds the memory."""


def service_of(resource: Resource) -> str:
    """The service name in an OTLP resource; empty if it has none."""
    return str(_facts(resource.attributes).get("service.name") or "")


def to_span(span: trace_pb2.Span, service: str) -> pb.Span:
    """An OTLP span as the contract's Span."""
    failed = span.status.code == trace_pb2.Status.STATUS_CODE_ERROR
    return pb.Span(
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_span_id=span.parent_span_id.hex(),
        service=service,
        name=span.name,
        kind=span.kind,  # type: ignore[arg-type]  # the numbers are OTLP's
        start_time=timestamp_of_nanoseconds(span.start_time_unix_nano),
        end_time=timestamp_of_nanoseconds(span.end_time_unix_nano),
        error=(span.status.message or "failed") if failed else "",
        attributes=_struct(span.attributes),
        events=[
            pb.SpanEvent(
                name=event.name,
                time=timestamp_of_nanoseconds(event.time_unix_nano),
                attributes=_struct(event.attributes),
            )
            for event in span.events
        ],
        links=[pb.SpanLink(trace_id=link.trace_id.hex(), span_id=link.span_id.hex()) for link in span.links],
    )


def bounded(span: trace_pb2.Span) -> trace_pb2.Span:
    """The span, or a copy with shortened texts, or without attributes, events and links, if it is over 64 KiB."""
    if span.ByteSize() <= MAX_SPAN_BYTES:
        return span
    short = trace_pb2.Span()
    short.CopyFrom(span)
    for pairs in (short.attributes, *(event.attributes for event in short.events)):
        for pair in pairs:
            if pair.value.WhichOneof("value") == "string_value":
                pair.value.string_value = pair.value.string_value[:_MAX_TEXT]
    if short.ByteSize() > MAX_SPAN_BYTES:
        for field in ("attributes", "events", "links"):
            short.ClearField(field)
        short.name, short.status.message = span.name[:_MAX_TEXT], span.status.message[:_MAX_TEXT]
    return short


def _struct(attributes: Any) -> Struct:
    struct = Struct()
    struct.update(_facts(attributes))
    return struct


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
        return str(value.double_value)  # JSON has no NaN and no infinities
    return None if kind is None else getattr(value, kind)
