"""`botmesh trace`: the last traces, or one as a tree."""

import click

from botmesh.telemetry.conventions import client_span_name
from botmesh.v1 import trace_service_pb2 as pb
from botmesh.v1.trace_service_pb2_grpc import TraceServiceStub
from botmesh_cli.connection import TIMEOUT, connected
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, console, milliseconds, nanoseconds, plain, print_json, table, to_dict
from botmesh_cli.trace_tree import draw

_DIGITS = 16
"""Of a trace id in a list: enough to draw it by."""
_EMPTY = "No traces yet. Delegate something; with OTEL_EXPORTER_OTLP_ENDPOINT set, look for them in that backend."


@click.command()
@click.argument("trace_id", required=False)
@click.option(
    "--last",
    is_flag=False,
    flag_value=1,
    type=click.IntRange(1, 1000),
    metavar="[N]",
    help="Draw the newest trace, or the N newest, newest first.",
)
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many to list.")
@common
def trace(with_: Common, trace_id: str | None, last: int | None, limit: int) -> int:
    """Draw one trace as a tree: TRACE_ID, or its first 8 digits, or --last. Without either, list the last ones."""
    if trace_id and last:
        raise click.UsageError("give a trace id or --last, not both")
    return run(_draw(with_, trace_id, last or 1) if trace_id or last else _list(with_, limit))


async def get_trace(stub: TraceServiceStub, trace_id: str) -> list[pb.Span]:
    """The spans of one trace."""
    spans: list[pb.Span] = []
    async for chunk in stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id), timeout=TIMEOUT):
        spans.extend(chunk.spans)
    return spans


async def _draw(with_: Common, trace_id: str | None, last: int) -> None:
    async with connected(with_.settings.registry, TraceServiceStub) as stub:
        if trace_id is None:
            newest = (await stub.ListTraces(pb.ListTracesRequest(limit=last), timeout=TIMEOUT)).traces
            found = [await get_trace(stub, one.trace_id) for one in newest]
        else:
            found = [await get_trace(stub, trace_id)]
    if with_.as_json:
        print_json([to_dict(span) for spans in found for span in spans])
    elif not found:
        _print_nothing(with_)
    else:
        for spans in found:
            console().print(draw(spans))


async def _list(with_: Common, limit: int) -> None:
    async with connected(with_.settings.registry, TraceServiceStub) as stub:
        found = (await stub.ListTraces(pb.ListTracesRequest(limit=limit), timeout=TIMEOUT)).traces
    if with_.as_json:
        print_json([to_dict(one) for one in found])
    elif not found:
        _print_nothing(with_)
    else:
        rows = table("TRACE", "BEGAN", "TOOK", "SPANS", "FIRST CALL", "OUTCOME", whole=("TRACE", "BEGAN", "TOOK"))
        for one in found:
            began = clock(one.start_time, "%H:%M:%S.%f")
            took = (nanoseconds(one.end_time) - nanoseconds(one.start_time)) / 1e9
            outcome = f"[red]{plain(one.reason.lower().replace('_', ' '))}[/red]" if one.reason else "[green]ok[/green]"
            name = plain(one.name.removeprefix(client_span_name("")))
            rows.add_row(plain(one.trace_id[:_DIGITS]), began, milliseconds(took), str(one.span_count), name, outcome)
        console().print(rows)


def _print_nothing(with_: Common) -> None:
    if with_.as_json:
        print_json([])
    else:
        console().print(_EMPTY)
