"""Spans without OpenTelemetry's SDK must be what the SDK would have made and sent."""

import asyncio

import grpc
import pytest
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.trace.v1 import trace_pb2
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider, sampling
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    get_current_span,
    set_span_in_context,
)

from botmesh.telemetry.context import extract, inject
from botmesh.telemetry.otlp import encode
from botmesh.telemetry.spans import MeshTracer
from botmesh.telemetry.telemetry import Telemetry

REMOTE = SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(1), trace_state=TraceState([("a", "1"), ("b", "2")]))
LOCAL = SpanContext(9, 10, is_remote=False, trace_flags=TraceFlags(1))
UNSAMPLED = SpanContext(7, 8, is_remote=True, trace_flags=TraceFlags(0))


def under(context):
    return set_span_in_context(NonRecordingSpan(context), Context())


def tell(tracer):
    """All that a span can be told, by OpenTelemetry's API."""
    span = tracer.start_span(
        "first name",
        context=under(REMOTE),
        kind=SpanKind.CLIENT,
        attributes={"text": "ä", "yes": True, "one": 1, "share": 0.5, "empty": "", "botmesh.path": ("a", "b")},
        links=[Link(LOCAL, {"why": "led here"})],
        start_time=1_000,
    )
    span.set_attribute("many", [1, 2, 3])
    span.set_attributes({"text": "replaced", "call_id": "x" * 40, "flags": (True, False)})
    span.update_name("second name")
    span.add_event("retry", {"attempt": 1}, 1_500)
    span.add_event("bare", timestamp=1_600)
    span.add_link(REMOTE)
    span.set_status(StatusCode.ERROR, "it broke")
    span.set_status(Status(StatusCode.UNSET))
    span.end(2_000)
    span.set_attribute("late", 1)
    span.add_event("late")
    span.update_name("late")
    span.end(3_000)
    return span


def fact(pair):
    return pair.SerializeToString()


def normal(span):
    """A span without what differs each time, its attributes in any order."""
    span.span_id = b""
    attributes = sorted(span.attributes, key=fact)
    del span.attributes[:]
    span.attributes.extend(attributes)
    return span


def test_a_span_is_encoded_as_the_sdk_does_it(recorded):
    provider = TracerProvider(resource=Resource.create({"service.name": "a"}))
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tell(provider.get_tracer("botmesh"))
    theirs = encode_spans(exporter.get_finished_spans()).resource_spans[0].scope_spans[0].spans[0]
    tracer = MeshTracer(provider)
    tracer.export_by(recorded)
    tell(tracer)
    (ours,) = recorded.spans
    assert normal(trace_pb2.Span.FromString(encode(ours))) == normal(theirs)


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1, "int_value"), (True, "bool_value"), (1.0, "double_value"), ("1", "string_value"), (1 << 70, "string_value")],
)
def test_equal_values_of_other_types_are_not_mixed_up(value, kind):
    tracer = MeshTracer(TracerProvider())
    for first in (1, True, 1.0):  # all equal to one another
        encode(tracer.start_span("x", attributes={"same": first}))
    made = trace_pb2.Span.FromString(encode(tracer.start_span("x", attributes={"same": value})))
    assert made.attributes[0].value.WhichOneof("value") == kind


def test_what_otlp_has_nothing_for_becomes_text_and_the_batch_is_not_lost():
    tracer = MeshTracer(TracerProvider())
    odd = {"broken": "half \ud800 pair", "object": {"a": 1}, "nothing": None, "nested": [1, "two", [3.0]]}
    made = trace_pb2.Span.FromString(encode(tracer.start_span("x", attributes=odd)))
    found = {pair.key: pair.value for pair in made.attributes}
    assert found["broken"].string_value == "half ? pair"
    assert found["object"].string_value == "{'a': 1}"
    assert found["nothing"].string_value == "None"
    assert found["nested"].array_value.values[2].array_value.values[0].double_value == 3.0


def test_a_span_keeps_the_newest_of_very_many_things():
    span = MeshTracer(TracerProvider()).start_span("x")
    for number in range(500):
        span.set_attribute(f"a{number}", number)
        span.add_event(f"e{number}")
        span.add_link(LOCAL)
    assert (len(span.attributes), len(span.events), len(span.links)) == (128, 128, 128)
    assert "a499" in span.attributes
    assert span.events[-1].name == "e499"


def test_an_exception_is_an_event_and_a_failure(recorded):
    tracer = MeshTracer(TracerProvider())
    tracer.export_by(recorded)
    with pytest.raises(KeyError), tracer.start_as_current_span("outer") as outer:
        assert get_current_span() is outer
        raise KeyError("lost")
    (span,) = recorded.spans
    assert span.status.status_code is StatusCode.ERROR
    assert span.events[0].attributes["exception.type"] == "KeyError"
    assert "lost" in span.events[0].attributes["exception.stacktrace"]
    assert span.end_time is not None


@pytest.mark.parametrize("sampler", [sampling.ParentBased(sampling.ALWAYS_ON), sampling.DEFAULT_ON])
@pytest.mark.parametrize(("parent", "records"), [(REMOTE, True), (UNSAMPLED, False)])
def test_the_sampler_decides_as_it_does_for_the_sdk(parent, records, sampler):
    tracer = MeshTracer(TracerProvider(sampler=sampler))
    span = tracer.start_span("x", context=under(parent))
    found = span.get_span_context()
    assert span.is_recording() is records
    assert (found.trace_id, found.trace_state) == (parent.trace_id, parent.trace_state)
    assert bool(found.trace_flags & TraceFlags.SAMPLED) is records


def test_without_a_word_from_the_environment_every_root_is_recorded():
    tracer = MeshTracer(TracerProvider())
    span = tracer.start_span("x", context=Context(), attributes={"a": 1})
    assert tracer._sampler is sampling.DEFAULT_ON  # else the short way through is never taken
    assert span.is_recording()
    assert span.attributes == {"a": 1}
    assert span.get_span_context().trace_flags & TraceFlags.SAMPLED


def test_a_root_is_sampled_by_its_share():
    tracer = MeshTracer(TracerProvider(sampler=sampling.ParentBased(sampling.TraceIdRatioBased(0.25))))
    recording = sum(tracer.start_span("x", context=Context()).is_recording() for _ in range(2000))
    assert 350 < recording < 650


@pytest.mark.parametrize("context", [REMOTE, SpanContext(1 << 100, 5, is_remote=True, trace_flags=TraceFlags(1))])
def test_a_trace_crosses_the_wire(context):
    found = get_current_span(extract(inject(NonRecordingSpan(context)))).get_span_context()
    assert (found.trace_id, found.span_id, found.trace_flags) == (context.trace_id, context.span_id, 1)
    assert found.trace_state == context.trace_state
    assert found.is_remote


@pytest.mark.parametrize(
    "header",
    ["", "00-0-0-01", "00-" + "0" * 32 + "-" + "1" * 16 + "-01", "ff-" + "1" * 32 + "-" + "1" * 16 + "-01", "nonsense"],
)
def test_a_broken_traceparent_starts_a_new_trace(header):
    assert not get_current_span(extract([("traceparent", header)])).get_span_context().is_valid


@pytest.mark.parametrize("limited", [False, True])
async def test_the_exporter_of_the_environment_gets_every_span(monkeypatch, limited):
    received = []

    async def export(request, _):
        received.append(otlp.ExportTraceServiceRequest.FromString(request))
        return otlp.ExportTraceServiceResponse().SerializeToString()

    server = grpc.aio.server()
    method = {"Export": grpc.unary_unary_rpc_method_handler(export)}
    name = "opentelemetry.proto.collector.trace.v1.TraceService"
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(name, method)])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("OTEL_METRICS_EXPORTER", "none")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
    if limited:  # the SDK's own spans keep to it
        monkeypatch.setenv("OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT", "3")
    telemetry = Telemetry("billing-bot", "1" * 32)
    for number in range(1500):
        telemetry.tracer.start_span(f"span {number}", attributes={"said": "abcdef"}).end()
        await asyncio.sleep(0)
    await telemetry.stop()
    await server.stop(0)
    spans = [span.name for one in received for span in one.resource_spans[0].scope_spans[0].spans]
    assert sorted(spans) == sorted(f"span {number}" for number in range(1500))
    said = {
        span.attributes[0].value.string_value for one in received for span in one.resource_spans[0].scope_spans[0].spans
    }
    assert said == {"abc" if limited else "abcdef"}
    resource = {pair.key: pair.value.string_value for pair in received[0].resource_spans[0].resource.attributes}
    assert resource["service.name"] == "billing-bot"
    assert resource["service.instance.id"] == "1" * 32
    assert resource["deployment.environment.name"] == "test"
    assert received[0].resource_spans[0].scope_spans[0].scope.name == "botmesh"
