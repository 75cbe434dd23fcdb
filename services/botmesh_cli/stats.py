"""`botmesh stats`: statistics of conversations for each agent, and costs."""

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
@click.option("--cost", is_flag=True, help="Show costs and tokens instead.")
@click.option(
    "--by", type=click.Choice(list(_SCOPES)), default="agent", show_default=True, help="Group --cost by this."
)
@common
def stats(with_: Common, cost: bool, by: str) -> int:
    """Show conversations, answers, transfers and answer times of each agent, or, with --cost, what was spent.

    Answer times are the median and the 95th percentile, in milliseconds or seconds. Costs are in the currencies that
    the agents report.
    """
    return run(_costs(with_, by) if cost else _stats(with_))


async def _costs(with_: Common, by: str) -> None:
    async with journal(with_.settings) as stub:
        request = GetCostsRequest(account_id=with_.settings.account, scope=_SCOPES[by])
        totals = (await stub.GetCosts(request, timeout=TIMEOUT)).totals
    if with_.as_json:
        print_json([to_dict(total) for total in totals])
        return
    if not totals:
        console().print("Nothing was spent, as far as bots say what their answers cost.")
        return
    rows = table(by.upper(), "COST", "TOKENS IN", "TOKENS OUT", "ANSWERS")
    for total in totals:
        cost = f"{total.cost_micros / 1e6:g} {plain(total.currency)}".strip()
        rows.add_row(short(total.id), cost, str(total.input_tokens), str(total.output_tokens), str(total.answers))
    console().print(rows)


async def _stats(with_: Common) -> None:
    async with service(with_.settings) as stub:
        all_ = await stub.GetStatistics(GetStatisticsRequest(account_id=with_.settings.account), timeout=TIMEOUT)
    if with_.as_json:
        print_json(to_dict(all_))
        return
    out = console()
    out.print(f"{all_.conversations} conversations, {all_.messages} messages, {all_.escalated} reached a person")
    out.print(f"{all_.closed} closed, {all_.opened_by_mesh} opened by the mesh; {all_.alerts} alerts of agents")
    rated = f", satisfaction {all_.satisfaction:.1f} of 5" if all_.satisfaction else ""
    out.print(
        f"{all_.transfers} transfers, {all_.failed_transfers} not done; "
        f"{all_.resolved} resolved, {all_.booked} booked{rated}"
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
    for agent in all_.agents:
        rows.add_row(
            plain(agent.agent),
            str(agent.conversations),
            f"{agent.answered} ({agent.response_rate:.0%})" if agent.turns else "0",
            str(agent.failed),
            str(agent.transfers_in),
            f"{agent.transfers_out} ({agent.transfer_rate:.0%})" if agent.transfers_out else "0",
            str(agent.escalations),
            str(agent.declined_offers),
            f"{agent.resolved}/{agent.resolved + agent.unresolved}" if agent.resolved + agent.unresolved else "-",
            str(agent.booked),
            f"{agent.satisfaction:.1f}" if agent.ratings else "-",
            milliseconds(seconds(agent.median_answer)),
            milliseconds(seconds(agent.p95_answer)),
        )
    if all_.agents:
        out.print(rows)
