"""`botmesh trace`: the last traces, or one as a tree."""

import click
from google.protobuf.json_format import MessageToDict

from botmesh.v1 import trace_service_pb2 as pb
from botmesh.v1.trace_service_pb2_grpc import TraceServiceStub
from botmesh_cli.connection import TIMEOUT, connected
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, milliseconds, print_json, table
from botmesh_cli.trace_tree import draw

_EMPTY = "No traces yet. Delegate something; with OTEL_EXPORTER_OTLP_ENDPOINT set, look for them in that backend."


@click.command()
@click.argument("trace_id", required=False)
@click.option("--last", is_flag=True, help="Draw the newest trace.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many to list.")
@common
def trace(with_: Common, trace_id: str | None, last: bool, limit: int) -> int:
    """Draw one trace as a tree: TRACE_ID, or its first 8 digits, or --last. Without either, list the last ones."""
    if trace_id and last:
        raise click.UsageError("give a trace id or --last, not both")
    return run(_draw(with_, trace_id) if trace_id or last else _list(with_, limit))


async def get_trace(stub: TraceServiceStub, trace_id: str) -> list[pb.Span]:
    """The spans of one trace."""
    spans: list[pb.Span] = []
    async for chunk in stub.GetTrace(pb.GetTraceRequest(trace_id=trace_id), timeout=TIMEOUT):
        spans.extend(chunk.spans)
    return spans


async def _draw(with_: Common, trace_id: str | None) -> None:
    async with connected(with_.settings.registry, TraceServiceStub) as stub:
        if trace_id is None:
            newest = (await stub.ListTraces(pb.ListTracesRequest(limit=1), timeout=TIMEOUT)).traces
            if not newest:
                _print_nothing(with_)
                return
            trace_id = newest[0].trace_id
        spans = await get_trace(stub, trace_id)
    if with_.as_json:
        print_json([MessageToDict(span, preserving_proto_field_name=True) for span in spans])
    else:
        console().print(draw(spans))


async def _list(with_: Common, limit: int) -> None:
    async with connected(with_.settings.registry, TraceServiceStub) as stub:
        found = (await stub.ListTraces(pb.ListTracesRequest(limit=limit), timeout=TIMEOUT)).traces
    if with_.as_json:
        print_json([MessageToDict(one, preserving_proto_field_name=True) for one in found])
    elif not found:
        _print_nothing(with_)
    else:
        rows = table("TRACE", "BEGAN", "TOOK", "SPANS", "FIRST SPAN", "OUTCOME")
        for one in found:
            began = one.start_time.ToDatetime().strftime("%H:%M:%S.%f")[:-3]
            took = (one.end_time.ToNanoseconds() - one.start_time.ToNanoseconds()) / 1e9
            outcome = f"[red]{one.reason.lower().replace('_', ' ')}[/red]" if one.reason else "[green]ok[/green]"
            rows.add_row(one.trace_id, began, milliseconds(took), str(one.span_count), one.name, outcome)
        console().print(rows)


def _print_nothing(with_: Common) -> None:
    if with_.as_json:
        print_json([])
    else:
        console().print(_EMPTY)
