from rich.console import Console

from botmesh.parts import to_struct
from botmesh.v1.trace_service_pb2 import SPAN_KIND_CLIENT, SPAN_KIND_SERVER, Span, SpanEvent
from botmesh_cli.trace_tree import draw

MILLISECOND = 1_000_000


def span(number, parent=0, *, kind=SPAN_KIND_CLIENT, took=10, error="", events=(), service="you", **facts):
    made = Span(
        trace_id="a" * 32,
        span_id=f"{number:016x}",
        parent_span_id=f"{parent:016x}" if parent else "",
        name=f"span {number}",
        kind=kind,
        service=service,
        error=error,
        events=events,
        attributes=to_struct({f"botmesh.{key}": value for key, value in facts.items()}),
    )
    made.start_time.FromNanoseconds(number * MILLISECOND)
    made.end_time.FromNanoseconds((number + took) * MILLISECOND)
    return made


def lines(*spans):
    console = Console(width=200, highlight=False)
    with console.capture() as captured:
        console.print(draw(spans))
    return captured.get().splitlines()


def test_both_ends_of_a_call_share_a_line():
    _, line = lines(
        span(1, took=20, agent="billing-bot"),
        span(2, 1, kind=SPAN_KIND_SERVER, took=15, agent="billing-bot", service="billing-bot"),
    )
    assert line == "└── you → billing-bot  20.0 ms  (there 15.0 ms)  ok"


def test_what_the_callee_asks_stands_below_it_with_its_hop():
    _, _, line = lines(
        span(1, agent="top-bot"),
        span(2, 1, kind=SPAN_KIND_SERVER, agent="top-bot", service="top-bot"),
        span(3, 2, agent="leaf-bot", service="top-bot", hop=1, **{"from": "top-bot"}),
    )
    assert line == "    └── top-bot → leaf-bot  10.0 ms  hop 1  ok"


def test_a_refusal_and_a_failure_read_differently():
    refused = span(1, agent="x-bot", error="HOP_LIMIT: no", reason="HOP_LIMIT", started=False)
    assert lines(refused)[1].endswith("refused: hop limit")
    failed = span(1, agent="x-bot", error="AGENT_FAILED: no", reason="AGENT_FAILED", started=True, raised_by="y-bot")
    assert lines(failed)[1].endswith("agent failed by y-bot")
    assert lines(span(1, agent="x-bot", error="who knows"))[1].endswith("failed")


def test_a_retry_names_why_and_where():
    event = SpanEvent(
        name="botmesh.retry",
        attributes=to_struct({"botmesh.reason": "UNREACHABLE", "botmesh.instance": "3f" * 16}),
    )
    assert lines(span(1, agent="x-bot", events=[event]))[2] == "    └── retry after unreachable at 3f3f3f3f3f3f"


def test_spans_without_their_parents_stand_at_the_top_and_say_so():
    _, first, second = lines(
        span(1, 77, kind=SPAN_KIND_SERVER, agent="late-bot", service="late-bot"), span(2, agent="x-bot")
    )
    assert first.startswith("├── late-bot")
    assert first.endswith("(its caller's span is not here)")
    assert second.endswith("ok")


def test_names_from_elsewhere_are_no_markup():
    own = span(1, kind=0, service="other")
    own.name = "GET [/path] \x1b[31mred"
    assert lines(own)[1] == r"└── GET [/path] \x1b[31mred  10.0 ms  ok"
