import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, ArrayValue, KeyValue, KeyValueList
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from botmesh.errors import InvalidField, UnknownTrace
from botmesh.parts import from_struct
from botmesh.v1 import trace_service_pb2 as pb
from botmesh_traces.receiver import Receiver
from botmesh_traces.service import TraceService
from botmesh_traces.store import TraceStore

TRACE = "ab" * 16
MESSAGE_LIMIT = 1024 * 1024


def text(value):
    return AnyValue(string_value=value)


def span(number=1, trace=TRACE, attributes=None, **fields):
    pairs = [KeyValue(key=key, value=value) for key, value in (attributes or {}).items()]
    made = Span(
        trace_id=bytes.fromhex(trace), span_id=number.to_bytes(8), name=f"span {number}", attributes=pairs, **fields
    )
    made.start_time_unix_nano, made.end_time_unix_nano = number * 1000, number * 1000 + 500
    return made


async def kept(*spans, service="billing-bot"):
    store = TraceStore()
    resource = Resource(attributes=[KeyValue(key="service.name", value=text(service))])
    request = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[ScopeSpans(spans=spans)])]
    )
    await Receiver(store).Export(request, None)
    return store


async def read(store, trace=TRACE):
    return [chunk async for chunk in TraceService(store).GetTrace(pb.GetTraceRequest(trace_id=trace), None)]


async def test_a_span_is_kept_with_all_that_it_says():
    status = Status(code=Status.STATUS_CODE_ERROR, message="AGENT_FAILED: no")
    events = [Span.Event(name="botmesh.retry", time_unix_nano=7)]
    links = [Span.Link(trace_id=bytes.fromhex("cd" * 16), span_id=(9).to_bytes(8))]
    sent = span(kind=Span.SPAN_KIND_CLIENT, parent_span_id=(5).to_bytes(8), status=status, events=events, links=links)
    ((found,),) = [chunk.spans for chunk in await read(await kept(sent))]
    assert (found.trace_id, found.span_id, found.parent_span_id) == (TRACE, f"{1:016x}", f"{5:016x}")
    assert (found.service, found.name, found.kind) == ("billing-bot", "span 1", pb.SPAN_KIND_CLIENT)
    assert (found.start_time.ToNanoseconds(), found.end_time.ToNanoseconds()) == (1000, 1500)
    assert found.error == "AGENT_FAILED: no"
    assert found.events[0].name == "botmesh.retry"
    assert found.links[0].trace_id == "cd" * 16


async def test_attributes_of_every_kind_become_what_json_can_hold():
    sent = span(
        attributes={
            "text": text("x"),
            "switch": AnyValue(bool_value=True),
            "count": AnyValue(int_value=3),
            "share": AnyValue(double_value=0.5),
            "endless": AnyValue(double_value=float("inf")),
            "bytes": AnyValue(bytes_value=b"\x01\xff"),
            "list": AnyValue(array_value=ArrayValue(values=[text("a"), AnyValue(int_value=1)])),
            "map": AnyValue(kvlist_value=KeyValueList(values=[KeyValue(key="k", value=text("v"))])),
            "nothing": AnyValue(),
        }
    )
    ((found,),) = [chunk.spans for chunk in await read(await kept(sent))]
    assert from_struct(found.attributes) == {
        "text": "x",
        "switch": True,
        "count": 3,
        "share": 0.5,
        "endless": "inf",
        "bytes": "01ff",
        "list": ["a", 1],
        "map": {"k": "v"},
        "nothing": None,
    }


async def test_spans_without_an_id_are_left_out():
    assert len(await kept(span(trace="00" * 16), span(number=0), Span())) == 0


async def test_long_texts_are_cut_and_of_huge_spans_the_outline_is_kept():
    long, huge = text("x" * 100_000), {f"key {number}": text("x" * 4000) for number in range(40)}
    store = await kept(span(1, attributes={"prompt": long}), span(2, attributes=huge))
    first, second = store.get(TRACE)
    assert len(from_struct(first.attributes)["prompt"]) == 4096
    assert (second.name, from_struct(second.attributes)) == ("span 2", {})


async def test_a_large_trace_comes_in_pieces_that_may_be_sent():
    filling = {f"key {number}": text("x" * 4000) for number in range(10)}
    store = await kept(*(span(number, attributes=filling) for number in range(1, 101)))
    chunks = await read(store, TRACE[:8].upper())
    assert len(chunks) > 1
    assert max(chunk.ByteSize() for chunk in chunks) < MESSAGE_LIMIT
    assert [one.name for chunk in chunks for one in chunk.spans] == [f"span {number}" for number in range(1, 101)]


async def test_an_unknown_trace_and_too_short_a_prefix_are_refused():
    store = await kept(span())
    with pytest.raises(UnknownTrace, match="lists the last ones"):
        await read(store, "f" * 32)
    with pytest.raises(InvalidField, match="at least 8 digits"):
        await read(store, TRACE[:7])
