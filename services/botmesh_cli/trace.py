"""`botmesh trace`: lists the newest traces, or draws traces as trees."""

import click

from botmesh.telemetry.conventions import client_span_name
from botmesh.v1 import trace_service_pb2 as pb
from botmesh.v1.trace_service_pb2_grpc import TraceServiceStub
from botmesh_cli.connection import TIMEOUT, connected
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, console, milliseconds, plain, print_json, table, to_dict
from botmesh_cli.trace_tree import draw
from botmesh_service.times import nanoseconds_of

_DIGITS = 16
"""Digits of a trace id in a list; they are enough to name the trace."""
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
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="Traces to list.")
@common
def trace(with_: Common, trace_id: str | None, last: int | None, limit: int) -> int:
    """Draw the trace TRACE_ID as a tree; without it and without --last, list the newest traces.

    At least the first 8 digits of TRACE_ID are needed.
    """
    if trace_id and last:
        raise click.UsageError("give a trace id or --last, not both")
    return run(_draw(with_, trace_id, last or 1) if trace_id or last else _list(with_, limit))


async def get_trace(stub: TraceServiceStub, trace_id: str) -> list[pb.Span]:
    """The spans of the trace whose id begins with `trace_id`, at least 8 digits."""
    spans: list[pb.Span] = []
    async for chunk in stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id), timeout=TIMEOUT):
        spans.extend(chunk.spans)
    return spans


async def _draw(with_: Common, trace_id: str | None, last: int) -> None:
    async with connected(with_.settings.registry, TraceServiceStub) as stub:
        if trace_id is None:
            newest = (await stub.ListTraces(pb.ListTracesRequest(limit=last), timeout=TIMEOUT)).traces
            traces = [await get_trace(stub, summary.trace_id) for summary in newest]
        else:
            traces = [await get_trace(stub, trace_id)]
    if with_.as_json:
        print_json([to_dict(span) for spans in traces for span in spans])
    elif not traces:
        console().print(_EMPTY)
    else:
        for spans in traces:
            console().print(draw(spans))


async def _list(with_: Common, limit: int) -> None:
    async with connected(with_.settings.registry, TraceServiceStub) as stub:
        summaries = (await stub.ListTraces(pb.ListTracesRequest(limit=limit), timeout=TIMEOUT)).traces
    if with_.as_json:
        print_json([to_dict(summary) for summary in summaries])
    elif not summaries:
        console().print(_EMPTY)
    else:
        rows = table("TRACE", "BEGAN", "TOOK", "SPANS", "FIRST CALL", "OUTCOME", unbroken=("TRACE", "BEGAN", "TOOK"))
        for summary in summaries:
            reason = plain(summary.reason.lower().replace("_", " "))
            rows.add_row(
                plain(summary.trace_id[:_DIGITS]),
                clock(summary.start_time, "%H:%M:%S.%f"),
                milliseconds((nanoseconds_of(summary.end_time) - nanoseconds_of(summary.start_time)) / 1e9),
                str(summary.span_count),
                plain(summary.name.removeprefix(client_span_name(""))),
                f"[red]{reason}[/red]" if summary.reason else "[green]ok[/green]",
            )
        console().print(rows)
