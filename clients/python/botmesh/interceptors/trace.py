"""Trace: a span at the caller and a span at the callee for each hop, one trace per chain."""

from opentelemetry import context
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from botmesh import conventions
from botmesh.interceptors.call import Call
from botmesh.interceptors.policy import Policy

_PROPAGATOR = TraceContextTextMapPropagator()
_TRACE_KEYS = ("traceparent", "tracestate")
_NOWHERE = context.Context()


class Trace(Policy):
    """Opens and closes the spans, and counts what ended how."""

    def caller(self, call: Call) -> None:
        """A client span under whatever span is current, or under the task's."""
        call.span = call.end.telemetry.tracer.start_span(
            conventions.client_span_name(call.target),
            context=call.parent,
            kind=SpanKind.CLIENT,
            attributes=conventions.client_attributes(call.method, call.target),
        )
        call.end.telemetry.open(at_caller=True)

    def callee(self, call: Call) -> None:
        """A server span under the caller's, current for all that the agent does."""
        carrier = {key: value for key, value in call.metadata if key in _TRACE_KEYS}
        parent = _PROPAGATOR.extract(carrier, context=_NOWHERE) if carrier else _NOWHERE
        call.span = call.end.telemetry.tracer.start_span(
            conventions.server_span_name(call.method),
            context=parent,
            kind=SpanKind.SERVER,
            attributes=conventions.server_attributes(call.method, call.end.agent),
        )
        call.token = context.attach(set_span_in_context(call.span))
        call.end.telemetry.open(at_caller=False)

    def finish(self, call: Call) -> None:
        """How it ended, on the span, in the counts and in the metrics."""
        if call.span.is_recording():
            call.span.set_attributes(conventions.outcome_attributes(call))
            if call.error is not None:
                call.span.set_status(Status(StatusCode.ERROR, f"{call.error.reason}: {call.error.text}"))
        call.span.end()
        if call.token is not None:
            context.detach(call.token)
            call.token = None
        call.end.telemetry.close(call)
        call.end.stats.record(call)


def inject(call: Call) -> tuple[tuple[str, str], ...]:
    """The metadata that carries the caller's span to the callee."""
    found = call.span.get_span_context()
    if found.is_valid and not found.trace_state:
        # What the propagator would write, at a tenth of its time (https://www.w3.org/TR/trace-context/).
        return (("traceparent", f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"),)
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier, context=set_span_in_context(call.span))
    return tuple(carrier.items())
