"""`botmesh member`: the agents that are asked in a conversation beside its owner."""

from typing import Any

import click

from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Conversation, Member
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import conversations as service
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, plain, print_json, table, to_dict


@click.group()
def member() -> None:
    """Add, remove and list agents that are asked in a conversation beside its owner."""


@member.command()
@click.argument("conversation_id")
@click.argument("agent")
@click.option("--keyword", "keywords", multiple=True, metavar="WORD", help="Ask when a message has WORD; repeatable.")
@click.option("--cron", "schedules", multiple=True, metavar="EXPR", help='Ask at times, "0 9 * * MON-FRI"; repeatable.')
@click.option("--time-zone", default="", metavar="ZONE", help="Time zone of --cron, Europe/Berlin.  [default: UTC]")
@click.option("--action", "actions", multiple=True, metavar="ID", help="Ask when the action ID is fired; repeatable.")
@click.option("--always", is_flag=True, help="Ask at every message of the contact.")
@click.option(
    "--priority", type=int, default=0, show_default=True, help="Members with greater numbers are asked first."
)
@common
def add(with_: Common, conversation_id: str, agent: str, **fields: Any) -> int:
    """Make AGENT a member of a conversation. Adding it again replaces the conditions on which it is asked."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.AddMemberRequest(conversation_id=conversation_id, member=Member(agent=agent, **fields))
            _print(with_, (await stub.AddMember(request, timeout=TIMEOUT)).conversation)

    return run(work())


@member.command()
@click.argument("conversation_id")
@click.argument("agent")
@common
def remove(with_: Common, conversation_id: str, agent: str) -> int:
    """Remove the member AGENT: it is not asked any more."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.RemoveMemberRequest(conversation_id=conversation_id, agent=agent)
            _print(with_, (await stub.RemoveMember(request, timeout=TIMEOUT)).conversation)

    return run(work())


@member.command("list")
@click.argument("conversation_id")
@common
def list_members(with_: Common, conversation_id: str) -> int:
    """List the members of a conversation, in the order in which they are asked."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.GetConversationRequest(conversation_id=conversation_id)
            _print(with_, (await stub.GetConversation(request, timeout=TIMEOUT)).conversation)

    return run(work())


def _print(with_: Common, view: Conversation) -> None:
    if with_.as_json:
        print_json([to_dict(known) for known in view.members])
    elif not view.members:
        console().print("No members: the owner answers alone.")
    else:
        rows = table("AGENT", "PRIORITY", "IS ASKED")
        for known in view.members:
            rows.add_row(plain(known.agent), str(known.priority), plain(_when(known)))
        console().print(rows)


def _when(known: Member) -> str:
    conditions = [
        f"{words} {', '.join(values)}"
        for words, values in (("the contact says", known.keywords), ("action", known.actions), ("at", known.schedules))
        if values
    ]
    if known.schedules:
        conditions[-1] += f" ({known.time_zone or 'UTC'})"
    return "; ".join([*(["always"] if known.always else []), *conditions])
