"""`botmesh stats`: how the agents do."""

import click

from botmesh.limits import seconds
from botmesh.v1.conversation_service_pb2 import GetStatisticsRequest
from botmesh.v1.journal_service_pb2 import (
    COST_SCOPE_ACCOUNT_DAY,
    COST_SCOPE_AGENT,
    COST_SCOPE_CHAIN,
    COST_SCOPE_CONVERSATION,
    GetCostsRequest,
)
from botmesh_cli.connection import TIMEOUT, journal
from botmesh_cli.connection import conversations as service
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, milliseconds, plain, print_json, short, table, to_dict

_SCOPES = {
    "agent": COST_SCOPE_AGENT,
    "chain": COST_SCOPE_CHAIN,
    "conversation": COST_SCOPE_CONVERSATION,
    "day": COST_SCOPE_ACCOUNT_DAY,
}


@click.command()
@click.option("--cost", is_flag=True, help="Show what was spent instead.")
@click.option("--by", type=click.Choice(list(_SCOPES)), default="agent", show_default=True, help="With --cost.")
@common
def stats(with_: Common, cost: bool, by: str) -> int:
    """Show conversations, answers, transfers and answer times per agent; or what was spent."""
    return run(_costs(with_, by) if cost else _stats(with_))


async def _costs(with_: Common, by: str) -> None:
    async with journal(with_.settings) as stub:
        request = GetCostsRequest(account_id=with_.settings.account, scope=_SCOPES[by])
        found = (await stub.GetCosts(request, timeout=TIMEOUT)).totals
    if with_.as_json:
        print_json([to_dict(one) for one in found])
        return
    if not found:
        console().print("Nothing was spent, as far as bots say what their answers cost.")
        return
    rows = table(by.upper(), "COST", "TOKENS IN", "TOKENS OUT", "ANSWERS")
    for one in found:
        cost = f"{one.cost_micros / 1e6:g} {plain(one.currency)}".strip()
        rows.add_row(short(one.id), cost, str(one.input_tokens), str(one.output_tokens), str(one.answers))
    console().print(rows)


async def _stats(with_: Common) -> None:
    async with service(with_.settings) as stub:
        found = await stub.GetStatistics(GetStatisticsRequest(account_id=with_.settings.account), timeout=TIMEOUT)
    if with_.as_json:
        print_json(to_dict(found))
        return
    out = console()
    out.print(f"{found.conversations} conversations, {found.messages} messages, {found.escalated} reached a person")
    out.print(f"{found.closed} closed, {found.opened_by_mesh} opened by the mesh; {found.alerts} alerts of agents")
    rated = f", satisfaction {found.satisfaction:.1f} of 5" if found.satisfaction else ""
    out.print(
        f"{found.transfers} transfers, {found.failed_transfers} not done; "
        f"{found.resolved} resolved, {found.booked} booked{rated}"
    )
    rows = table(
        "AGENT",
        "CONV.",
        "ANSWERED",
        "FAILED",
        "IN",
        "OUT",
        "TO DESK",
        "DECLINED",
        "RESOLVED",
        "BOOKED",
        "RATED",
        "MEDIAN",
        "95 %",
    )
    for one in found.agents:
        rows.add_row(
            plain(one.agent),
            str(one.conversations),
            f"{one.answered} ({one.response_rate:.0%})" if one.turns else "0",
            str(one.failed),
            str(one.transfers_in),
            f"{one.transfers_out} ({one.transfer_rate:.0%})" if one.transfers_out else "0",
            str(one.escalations),
            str(one.declined_offers),
            f"{one.resolved}/{one.resolved + one.unresolved}" if one.resolved + one.unresolved else "-",
            str(one.booked),
            f"{one.satisfaction:.1f}" if one.ratings else "-",
            milliseconds(seconds(one.median_answer)),
            milliseconds(seconds(one.p95_answer)),
        )
    if found.agents:
        out.print(rows)
