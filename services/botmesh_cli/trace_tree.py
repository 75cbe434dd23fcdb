"""Draws a trace as a tree of calls, with the duration and the outcome of each."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from rich.tree import Tree

from botmesh.parts import from_struct
from botmesh.telemetry.conventions import RETRY_EVENT
from botmesh.v1.trace_service_pb2 import SPAN_KIND_CLIENT, SPAN_KIND_SERVER, Span
from botmesh_cli.output import milliseconds, plain, short
from botmesh_service.times import nanoseconds_of

_MAX_DEPTH = 100
"""Levels of calls that are drawn; a chain has 64 hops at most."""


def draw(spans: Sequence[Span]) -> Tree:
    """The tree of the spans of one trace, at least one. Spans without their parent stand at the top, with a note."""
    ids = {span.span_id for span in spans}
    children: dict[str, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=_start):
        children[span.parent_span_id if span.parent_span_id in ids else ""].append(span)
    agents = {span.service for span in spans if span.kind == SPAN_KIND_SERVER}
    hops = sum(span.kind == SPAN_KIND_CLIENT for span in spans)
    total = _seconds(min(spans, key=_start), max(spans, key=lambda span: nanoseconds_of(span.end_time)))
    tree = Tree(
        f"trace [bold]{plain(spans[0].trace_id)}[/bold]  {_count(hops, 'call')}, {_count(len(agents), 'agent')}, "
        f"{milliseconds(total)}",
        guide_style="dim",
    )
    missing = len(spans)
    for root in children[""]:
        missing -= _grow(tree, root, children, orphan=bool(root.parent_span_id))
    if missing:  # below _MAX_DEPTH, or their parents form a circle
        tree.add(f"[yellow]{_count(missing, 'span')} not drawn: --json has all[/yellow]")
    return tree


def _grow(
    tree: Tree, span: Span, children: dict[str, list[Span]], *, orphan: bool = False, depth: int = _MAX_DEPTH
) -> int:
    """Add the branch of a span and return how many spans it shows. A call's two spans share one line."""
    below = children[span.span_id]
    served = [child for child in below if child.kind == SPAN_KIND_SERVER] if span.kind == SPAN_KIND_CLIENT else []
    branch = tree.add(_line(span, served, orphan=orphan))
    for event in span.events:
        if event.name == RETRY_EVENT:
            facts = from_struct(event.attributes)
            where = short(_text(facts, "botmesh.instance"))
            branch.add(f"[yellow]retry[/yellow] after {_reason(facts)}" + (f" at {where}" if where else ""))
    drawn = 1 + len(served)
    if depth:
        for child in below:
            for drawable in children[child.span_id] if child in served else [child]:
                drawn += _grow(branch, drawable, children, depth=depth - 1)
    return drawn


def _line(span: Span, served: list[Span], *, orphan: bool) -> str:
    facts = from_struct(span.attributes)
    who = plain(_text(facts, "botmesh.agent") or span.name)
    asker = plain(_text(facts, "botmesh.from") or span.service)
    took = milliseconds(_seconds(span, span))
    if span.kind == SPAN_KIND_CLIENT:
        words = [f"{asker} → [bold]{who}[/bold]", took]
    elif span.kind == SPAN_KIND_SERVER:
        words = [f"[bold]{who}[/bold]", took]
    else:
        words = [plain(span.name), took]
    if served:
        words.append(f"[dim](there {milliseconds(_seconds(served[0], served[-1]))})[/dim]")
    method = _text(facts, "rpc.method").rpartition("/")[2]
    if method not in ("", "Delegate"):
        words.append(f"[dim]{plain(method)}[/dim]")
    if facts.get("botmesh.hop"):
        words.append(f"[dim]hop {plain(_text(facts, 'botmesh.hop'))}[/dim]")
    words.append(_outcome(span, facts))
    if orphan:
        words.append("[dim](its caller's span is not here)[/dim]")
    return "  ".join(words)


def _outcome(span: Span, facts: dict[str, Any]) -> str:
    if not span.error:
        return "[green]ok[/green]"
    reason = _reason(facts)
    if facts.get("botmesh.started") is False:
        return f"[yellow]refused: {reason}[/yellow]"
    by = plain(_text(facts, "botmesh.raised_by"))
    return f"[red]{reason}[/red]" + (f" [dim]by {by}[/dim]" if by else "")


def _reason(facts: dict[str, Any]) -> str:
    return plain((_text(facts, "botmesh.reason") or "failed").lower().replace("_", " "))


def _text(facts: dict[str, Any], key: str) -> str:
    value = facts.get(key)
    return "" if value is None else str(value)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _start(span: Span) -> int:
    return nanoseconds_of(span.start_time)


def _seconds(first: Span, last: Span) -> float:
    return (nanoseconds_of(last.end_time) - nanoseconds_of(first.start_time)) / 1e9
