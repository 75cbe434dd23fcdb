"""Trace: makes a span at the caller and a span at the callee for each hop, in one trace for the chain."""

from opentelemetry import context
from opentelemetry.trace import SpanKind, Status, StatusCode, set_span_in_context

from botmesh.deadline import now
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy
from botmesh.telemetry import conventions
from botmesh.telemetry.context import extract
from botmesh.telemetry.outcome import CallOutcome


class Trace(Policy):
    """Starts and ends the spans, and records the outcome of each call in metrics and counters."""

    def caller(self, call: Call) -> None:
        """Start a client span under the current span, or under that of the work that makes the call."""
        info, telemetry = call.info, call.endpoint.telemetry
        call.span = telemetry.tracer.start_span(
            conventions.client_span_name(info.target),
            context=info.parent_span,
            kind=SpanKind.CLIENT,
            attributes=conventions.client_attributes(info.method, info.target),
        )
        telemetry.open(at_caller=True)

    def callee(self, call: Call) -> None:
        """Start a server span under the caller's span, and make it current for the handler."""
        info, telemetry = call.info, call.endpoint.telemetry
        call.span = telemetry.tracer.start_span(
            conventions.server_span_name(info.method),
            context=extract(info.metadata),
            kind=SpanKind.SERVER,
            attributes=conventions.server_attributes(info.method, call.endpoint.agent),
        )
        call.token = context.attach(set_span_in_context(call.span))
        telemetry.open(at_caller=False)

    def finish(self, call: Call) -> None:
        """End the span, and record the outcome."""
        outcome = _outcome(call)
        if call.span.is_recording():
            call.span.set_attributes(conventions.outcome_attributes(outcome))
            if call.error is not None:
                call.span.set_status(Status(StatusCode.ERROR, f"{call.error.reason}: {call.error.text}"))
        call.span.end()
        if call.token is not None:
            context.detach(call.token)
            call.token = None
        call.endpoint.telemetry.close(outcome)
        call.endpoint.stats.record(outcome)


def _outcome(call: Call) -> CallOutcome:
    endpoint, at_caller = call.endpoint, call.info.at_caller
    return CallOutcome(
        at_caller,
        call.info.target or endpoint.agent,
        call.peer_instance if at_caller else endpoint.instance,
        call.chain,
        now() - call.began,
        call.joined,
        call.error,
        call.usage,
    )
