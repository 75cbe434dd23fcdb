"""The newest traces, in memory: the number of spans is bounded, and the oldest trace is dropped first.

Spans are kept serialized, because many are received and few are ever read.
"""

from collections import OrderedDict

from opentelemetry.proto.trace.v1 import trace_pb2

from botmesh.v1.trace_service_pb2 import Span, TraceSummary
from botmesh_traces.spans import bounded, to_span

_Trace = dict[bytes, tuple[str, bytes]]
"""Service and serialized OTLP span, by span id."""
MAX_IN_A_TRACE = 2_000
"""Spans of one trace: an endless chain must not push out all other traces."""


class TraceStore:
    """Spans by trace."""

    def __init__(self, max_spans: int = 20_000) -> None:
        """Keep `max_spans` spans; with 0, none."""
        self._traces: OrderedDict[str, _Trace] = OrderedDict()
        self._max_spans = max_spans
        self._max_in_a_trace = min(MAX_IN_A_TRACE, max_spans)
        self._count = 0

    def add(self, span: trace_pb2.Span, service: str = "") -> None:
        """Add a span of a service; a span that arrives twice is kept once."""
        trace_id = span.trace_id.hex()
        trace = self._traces.get(trace_id, {})
        if span.span_id not in trace and len(trace) >= self._max_in_a_trace:
            return
        self._count += span.span_id not in trace
        trace[span.span_id] = service, bounded(span).SerializeToString()
        self._traces.setdefault(trace_id, trace)
        while self._count > self._max_spans:
            _, dropped = self._traces.popitem(last=False)
            self._count -= len(dropped)

    def get(self, prefix: str) -> list[Span]:
        """The spans of the newest trace whose id begins with `prefix`, by their start; empty if there is none."""
        for trace_id in reversed(self._traces):
            if trace_id.startswith(prefix.lower()):
                return _ordered(self._traces[trace_id])
        return []

    def last(self, limit: int) -> list[TraceSummary]:
        """Summaries of the newest `limit` traces, newest first."""
        newest = list(reversed(self._traces.values()))[:limit]
        return [_summary(_ordered(trace)) for trace in newest]

    def __len__(self) -> int:
        """How many spans are kept."""
        return self._count


def _ordered(trace: _Trace) -> list[Span]:
    spans = [to_span(trace_pb2.Span.FromString(data), service) for service, data in trace.values()]
    return sorted(spans, key=lambda span: span.start_time.ToNanoseconds())


def _summary(spans: list[Span]) -> TraceSummary:
    ids = {span.span_id for span in spans}
    first = next((span for span in spans if span.parent_span_id not in ids), spans[0])
    last = max(spans, key=lambda span: span.end_time.ToNanoseconds())
    reason = first.attributes.fields.get("botmesh.reason")  # not [...]: that would add it to the span
    return TraceSummary(
        trace_id=first.trace_id,
        name=first.name,
        start_time=first.start_time,
        end_time=last.end_time,
        span_count=len(spans),
        reason=(reason.string_value if reason else "") or ("FAILED" if first.error else ""),
    )
