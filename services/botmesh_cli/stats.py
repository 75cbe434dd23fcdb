"""`botmesh stats`: how the agents do."""

import click
from google.protobuf.json_format import MessageToDict

from botmesh.limits import seconds
from botmesh.v1.conversation_service_pb2 import GetStatisticsRequest
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh_cli.connection import TIMEOUT, connected
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, milliseconds, print_json, table


@click.command()
@common
def stats(with_: Common) -> int:
    """Show conversations, answers, transfers and answer times per agent."""
    return run(_stats(with_))


async def _stats(with_: Common) -> None:
    async with connected(with_.settings.registry, ConversationServiceStub) as stub:
        found = await stub.GetStatistics(GetStatisticsRequest(account_id=with_.settings.account), timeout=TIMEOUT)
    if with_.as_json:
        print_json(MessageToDict(found, preserving_proto_field_name=True))
        return
    out = console()
    out.print(f"{found.conversations} conversations, {found.messages} messages, {found.escalated} reached a person")
    rows = table(
        "AGENT", "CONVERSATIONS", "ANSWERED", "FAILED", "IN", "OUT", "TO A PERSON", "DECLINED", "MEDIAN", "95 %"
    )
    for one in found.agents:
        rate = f" ({one.answered / one.turns:.0%})" if one.turns else ""
        rows.add_row(
            one.agent,
            str(one.conversations),
            f"{one.answered}{rate}",
            str(one.failed),
            str(one.transfers_in),
            str(one.transfers_out),
            str(one.escalations),
            str(one.declined_offers),
            milliseconds(seconds(one.median_answer)),
            milliseconds(seconds(one.p95_answer)),
        )
    if found.agents:
        out.print(rows)
