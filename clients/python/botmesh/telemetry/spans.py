"""The mesh's own spans: OpenTelemetry's API without the cost of its SDK.

Each delegation has two spans. Made and encoded by OpenTelemetry's SDK, they took as long as a whole bare gRPC call
(docs/performance.md). These spans are used if the mesh sets up the export; the sampler, the batches and the exporter
are still OpenTelemetry's. If the application has set up OpenTelemetry itself, or names another exporter, they are not
used.
"""

import time
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from opentelemetry.context import Context
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import DEFAULT_ON, Decision
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    Tracer,
    get_current_span,
    use_span,
)
from opentelemetry.util.types import Attributes, AttributeValue

from botmesh.names import random_bits

_SAMPLED = int(TraceFlags.SAMPLED)
_RANDOM = 0x02
"""The flag of random trace ids, https://www.w3.org/TR/trace-context-2/#random-trace-id-flag."""
_MOST = 128
"""The most attributes, events and links of a span, each: OpenTelemetry's default. The newest are kept."""
_UNSET = Status(StatusCode.UNSET)


class Event(NamedTuple):
    """An event of a span."""

    name: str
    timestamp: int
    """Nanoseconds since 1970."""
    attributes: Mapping[str, AttributeValue]


class MeshSpan(Span):
    """A recorded span.

    Attributes:
        name, kind, parent: as given at its start.
        context: its ids.
        attributes, events, links, status: as set so far.
        start_time, end_time: nanoseconds since 1970; end_time is None until the span ends.
    """

    __slots__ = (
        "_tracer",
        "attributes",
        "context",
        "end_time",
        "events",
        "kind",
        "links",
        "name",
        "parent",
        "start_time",
        "status",
    )

    def __init__(
        self,
        tracer: "MeshTracer",
        name: str,
        context: SpanContext,
        parent: SpanContext | None,
        kind: SpanKind,
        attributes: dict[str, AttributeValue],
        start_time: int,
    ) -> None:
        """Start a span. Only its tracer calls this."""
        self._tracer = tracer
        self.name = name
        self.context = context
        self.parent = parent
        self.kind = kind
        self.attributes = attributes
        self.start_time = start_time
        self.end_time: int | None = None
        self.events: Sequence[Event] = ()
        self.links: Sequence[Link] = ()
        self.status = _UNSET

    def get_span_context(self) -> SpanContext:
        """Return the span's ids."""
        return self.context

    def is_recording(self) -> bool:
        """Whether the span has not ended. All methods that change an ended span do nothing."""
        return self.end_time is None

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Add or replace several attributes."""
        if self.end_time is None:
            self.attributes.update(attributes)
            while len(self.attributes) > _MOST:
                del self.attributes[next(iter(self.attributes))]

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Add or replace one attribute."""
        self.set_attributes({key: value})

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Add an event that happened now, or at `timestamp` in nanoseconds since 1970."""
        if self.end_time is None:
            happened = Event(name, timestamp or time.time_ns(), dict(attributes or {}))
            self.events = (*self.events[1 - _MOST :], happened)

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """Link the span to another one."""
        if self.end_time is None:
            self.links = (*self.links[1 - _MOST :], Link(context, attributes))

    def update_name(self, name: str) -> None:
        """Replace the span's name."""
        if self.end_time is None:
            self.name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Set the status. OK is final, and UNSET changes nothing."""
        new = status if isinstance(status, Status) else Status(status, description)
        settled = self.status.status_code is StatusCode.OK
        if self.end_time is None and not settled and new.status_code is not StatusCode.UNSET:
            self.status = new

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """Add an event for an exception, by OpenTelemetry's conventions."""
        facts: dict[str, AttributeValue] = {
            "exception.type": type(exception).__qualname__,
            "exception.message": str(exception),
            "exception.stacktrace": "".join(traceback.format_exception(exception)),
            "exception.escaped": str(escaped),
        }
        self.add_event("exception", facts | dict(attributes or {}), timestamp)

    def end(self, end_time: int | None = None) -> None:
        """End the span now, or at `end_time` in nanoseconds since 1970, and hand it to the exporter."""
        if self.end_time is None:
            self.end_time = end_time or time.time_ns()
            self._tracer.ended(self)


class MeshTracer(Tracer):
    """Makes spans, and hands ended spans to a processor if it has one."""

    def __init__(self, provider: TracerProvider) -> None:
        """Use the sampler and the resource of `provider`."""
        self.resource = provider.resource
        self._sampler = provider.sampler
        self._processor: SpanProcessor | None = None

    def export_by(self, processor: SpanProcessor) -> None:
        """Hand all spans that end from now on to `processor`."""
        self._processor = processor

    def shutdown(self) -> None:
        """Export the last spans, and stop exporting."""
        if self._processor is not None:
            self._processor.shutdown()
            self._processor = None

    def ended(self, span: MeshSpan) -> None:
        """Hand an ended span to the processor. Each span calls this at its end."""
        if self._processor is not None:
            self._processor.on_end(span)  # type: ignore[arg-type] # the batch processor uses its context only

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: ARG002 - OpenTelemetry's API; use_span gets it
        set_status_on_exception: bool = True,  # noqa: ARG002 - as above
    ) -> Span:
        """Start a span under that of `context`; it records nothing if the sampler drops it."""
        parent: SpanContext | None = get_current_span(context).get_span_context()
        if parent is not None and parent.is_valid:
            trace_id, flags = parent.trace_id, parent.trace_flags & ~_SAMPLED
        else:
            parent, trace_id, flags = None, random_bits(128) or 1, _RANDOM
        if self._sampler is DEFAULT_ON:  # the default sampler's decision, without the cost of a call for every span
            records = sampled = parent is None or bool(parent.trace_flags & _SAMPLED)
            state = None if parent is None else parent.trace_state
        else:
            result = self._sampler.should_sample(context, trace_id, name, kind, attributes, links)
            records = result.decision is not Decision.DROP
            sampled = result.decision is Decision.RECORD_AND_SAMPLE
            attributes, state = result.attributes, result.trace_state
        if sampled:
            flags |= _SAMPLED
        span_context = SpanContext(
            trace_id,
            random_bits(64) or 1,
            is_remote=False,
            trace_flags=TraceFlags(flags),
            trace_state=state,
        )
        if not records:
            return NonRecordingSpan(span_context)
        span = MeshSpan(self, name, span_context, parent, kind, dict(attributes or {}), start_time or time.time_ns())
        if links:
            span.links = tuple(links)
        return span

    @contextmanager
    def start_as_current_span(  # type: ignore[override] # OpenTelemetry's also decorates; that is not needed here
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,
        set_status_on_exception: bool = True,
        end_on_exit: bool = True,
    ) -> Iterator[Span]:
        """Start a span that is current inside the `with` block."""
        span = self.start_span(name, context, kind, attributes, links, start_time)
        with use_span(
            span,
            end_on_exit=end_on_exit,
            record_exception=record_exception,
            set_status_on_exception=set_status_on_exception,
        ):
            yield span
