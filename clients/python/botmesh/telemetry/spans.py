"""Spans as the mesh itself makes them: OpenTelemetry's API, without the SDK's cost.

Two spans a delegation are much: made and encoded by OpenTelemetry's SDK they took as long as a whole bare gRPC call
(docs/performance.md). So where the mesh owns the export, spans are these; the sampler, the batches and the export stay
the SDK's. Where an application has set up OpenTelemetry itself, or wants another exporter, none of this is used.
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
"""The flag of trace ids that are random, https://www.w3.org/TR/trace-context-2/#random-trace-id-flag."""
_MOST = 128
"""Attributes, events and links of a span, each: the SDK's default. The newest stay."""
_UNSET = Status(StatusCode.UNSET)


class Event(NamedTuple):
    """What happened within a span."""

    name: str
    timestamp: int
    """ns since 1970."""
    attributes: Mapping[str, AttributeValue]


class MeshSpan(Span):
    """A span that is recorded.

    Attributes:
        name, kind, parent: as it was started.
        context: its ids.
        attributes, events, links, status: what it says.
        start_time, end_time: ns since 1970; no end_time: it runs.
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
        """Made by its tracer."""
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
        """Its ids."""
        return self.context

    def is_recording(self) -> bool:
        """Until it ends."""
        return self.end_time is None

    def set_attributes(self, attributes: Mapping[str, AttributeValue]) -> None:
        """Add or replace several."""
        if self.end_time is None:
            self.attributes.update(attributes)
            while len(self.attributes) > _MOST:
                del self.attributes[next(iter(self.attributes))]

    def set_attribute(self, key: str, value: AttributeValue) -> None:
        """Add or replace one."""
        self.set_attributes({key: value})

    def add_event(self, name: str, attributes: Attributes = None, timestamp: int | None = None) -> None:
        """Something happened, now or at `timestamp`."""
        if self.end_time is None:
            happened = Event(name, timestamp or time.time_ns(), dict(attributes or {}))
            self.events = (*self.events[1 - _MOST :], happened)

    def add_link(self, context: SpanContext, attributes: Attributes = None) -> None:
        """It belongs with another span."""
        if self.end_time is None:
            self.links = (*self.links[1 - _MOST :], Link(context, attributes))

    def update_name(self, name: str) -> None:
        """Call it otherwise."""
        if self.end_time is None:
            self.name = name

    def set_status(self, status: Status | StatusCode, description: str | None = None) -> None:
        """Whether it went well. OK is final, and what is unset changes nothing."""
        made = status if isinstance(status, Status) else Status(status, description)
        settled = self.status.status_code is StatusCode.OK
        if self.end_time is None and not settled and made.status_code is not StatusCode.UNSET:
            self.status = made

    def record_exception(
        self,
        exception: BaseException,
        attributes: Attributes = None,
        timestamp: int | None = None,
        escaped: bool = False,
    ) -> None:
        """An event that tells of an exception, by OpenTelemetry's conventions."""
        facts: dict[str, AttributeValue] = {
            "exception.type": type(exception).__qualname__,
            "exception.message": str(exception),
            "exception.stacktrace": "".join(traceback.format_exception(exception)),
            "exception.escaped": str(escaped),
        }
        self.add_event("exception", facts | dict(attributes or {}), timestamp)

    def end(self, end_time: int | None = None) -> None:
        """It is over, and goes to whoever exports it."""
        if self.end_time is None:
            self.end_time = end_time or time.time_ns()
            self._tracer.ended(self)


class MeshTracer(Tracer):
    """Makes spans, and hands those that have ended to one processor, once there is one."""

    def __init__(self, provider: TracerProvider) -> None:
        """Sample as `provider` does."""
        self.resource = provider.resource
        self._sampler = provider.sampler
        self._processor: SpanProcessor | None = None

    def export_by(self, processor: SpanProcessor) -> None:
        """Hand to `processor` what ends from now on."""
        self._processor = processor

    def shutdown(self) -> None:
        """Export what is left, and no more."""
        if self._processor is not None:
            self._processor.shutdown()
            self._processor = None

    def ended(self, span: MeshSpan) -> None:
        """Called by each span."""
        if self._processor is not None:
            self._processor.on_end(span)  # type: ignore[arg-type] # batches look at its context only

    def start_span(
        self,
        name: str,
        context: Context | None = None,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        start_time: int | None = None,
        record_exception: bool = True,  # noqa: ARG002 - OpenTelemetry's API; use_span is told
        set_status_on_exception: bool = True,  # noqa: ARG002 - as above
    ) -> Span:
        """A span under the one of `context`; one that records nothing where the sampler says so."""
        parent: SpanContext | None = get_current_span(context).get_span_context()
        if parent is not None and parent.is_valid:
            trace_id, flags = parent.trace_id, parent.trace_flags & ~_SAMPLED
        else:
            parent, trace_id, flags = None, random_bits(128) or 1, _RANDOM
        if self._sampler is DEFAULT_ON:  # what it would say, without asking: it is asked for every span
            records = sampled = parent is None or bool(parent.trace_flags & _SAMPLED)
            state = None if parent is None else parent.trace_state
        else:
            result = self._sampler.should_sample(context, trace_id, name, kind, attributes, links)
            records = result.decision is not Decision.DROP
            sampled = result.decision is Decision.RECORD_AND_SAMPLE
            attributes, state = result.attributes, result.trace_state
        if sampled:
            flags |= _SAMPLED
        made = SpanContext(
            trace_id,
            random_bits(64) or 1,
            is_remote=False,
            trace_flags=TraceFlags(flags),
            trace_state=state,
        )
        if not records:
            return NonRecordingSpan(made)
        span = MeshSpan(self, name, made, parent, kind, dict(attributes or {}), start_time or time.time_ns())
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
        """A span that is current within."""
        span = self.start_span(name, context, kind, attributes, links, start_time)
        with use_span(
            span,
            end_on_exit=end_on_exit,
            record_exception=record_exception,
            set_status_on_exception=set_status_on_exception,
        ):
            yield span
