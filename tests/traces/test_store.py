from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from botmesh.parts import from_struct
from botmesh_traces.store import MAX_IN_A_TRACE, TraceStore


def span(trace, number, start=0, error=""):
    made = Span(trace_id=bytes.fromhex(trace * 32), span_id=number.to_bytes(8), name=f"span {number}")
    made.start_time_unix_nano = start or number
    made.end_time_unix_nano = made.start_time_unix_nano + 5
    if error:
        made.status.code, made.status.message = Status.STATUS_CODE_ERROR, error
    return made


def test_the_oldest_trace_goes_first():
    store = TraceStore(max_spans=4)
    for trace in "abc":
        for number in (1, 2):
            store.add(span(trace, number))
    assert store.get("a" * 8) == []
    assert [one.trace_id[0] for one in store.last(10)] == ["c", "b"]
    assert len(store) == 4


def test_a_span_that_comes_twice_counts_once():
    store = TraceStore()
    store.add(span("a", 1))
    store.add(span("a", 1))
    assert len(store) == 1


def test_one_endless_trace_does_not_push_out_the_others():
    store = TraceStore(max_spans=3 * MAX_IN_A_TRACE)
    store.add(span("a", 1))
    for number in range(3 * MAX_IN_A_TRACE):
        store.add(span("b", number))
    assert len(store.get("a" * 8)) == 1
    assert len(store.get("b" * 8)) == MAX_IN_A_TRACE


def test_spans_come_by_their_start_whatever_order_they_came_in():
    store = TraceStore()
    for number, start in ((1, 30), (2, 10), (3, 20)):
        store.add(span("a", number, start=start))
    assert [one.name for one in store.get("aaaaaaaa")] == ["span 2", "span 3", "span 1"]
    assert store.last(1)[0].name == "span 2"
    assert store.last(1)[0].span_count == 3


def test_the_bound_holds_for_one_trace_too():
    store = TraceStore(max_spans=3)
    for number in range(1, 9):
        store.add(span("a", number))
    assert len(store) == len(store.get("a" * 8)) == 3


def test_a_store_of_nothing_keeps_nothing():
    store = TraceStore(max_spans=0)
    store.add(span("a", 1))
    assert len(store) == 0
    assert store.last(10) == []


def test_listing_says_how_the_first_span_ended_and_changes_nothing():
    store = TraceStore()
    store.add(span("a", 1))
    store.add(span("b", 1, error="somebody else's"))
    assert [one.reason for one in store.last(10)] == ["FAILED", ""]
    assert from_struct(store.get("a" * 8)[0].attributes) == {}
