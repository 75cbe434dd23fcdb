"""`botmesh member`: bots that are asked beside the owner of a conversation."""

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
    """Have bots asked beside the owner of a conversation."""


@member.command()
@click.argument("conversation_id")
@click.argument("agent")
@click.option("--keyword", "keywords", multiple=True, metavar="WORD", help="When the contact says it; may be repeated.")
@click.option("--cron", "schedules", multiple=True, metavar="EXPR", help='At times, "0 9 * * MON-FRI"; repeatable.')
@click.option("--time-zone", default="", metavar="ZONE", help="Of their clock, Europe/Berlin.  [default: UTC]")
@click.option("--action", "actions", multiple=True, metavar="ID", help="When it is fired; may be repeated.")
@click.option("--always", is_flag=True, help="Whenever the contact says something.")
@click.option("--priority", type=int, default=0, show_default=True, help="Of several, the greatest is asked first.")
@common
def add(with_: Common, conversation_id: str, agent: str, **fields: Any) -> int:
    """Have AGENT asked from now on; adding it again replaces what it is asked for."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.AddMemberRequest(conversation_id=conversation_id, member=Member(agent=agent, **fields))
            _say(with_, (await stub.AddMember(request, timeout=TIMEOUT)).conversation)

    return run(work())


@member.command()
@click.argument("conversation_id")
@click.argument("agent")
@common
def remove(with_: Common, conversation_id: str, agent: str) -> int:
    """Have AGENT not asked any more."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.RemoveMemberRequest(conversation_id=conversation_id, agent=agent)
            _say(with_, (await stub.RemoveMember(request, timeout=TIMEOUT)).conversation)

    return run(work())


@member.command("list")
@click.argument("conversation_id")
@common
def list_members(with_: Common, conversation_id: str) -> int:
    """List the members of a conversation, in the order in which they are asked."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.GetConversationRequest(conversation_id=conversation_id)
            _say(with_, (await stub.GetConversation(request, timeout=TIMEOUT)).conversation)

    return run(work())


def _say(with_: Common, view: Conversation) -> None:
    if with_.as_json:
        print_json([to_dict(one) for one in view.members])
    elif not view.members:
        console().print("No members: the owner answers alone.")
    else:
        rows = table("AGENT", "PRIORITY", "IS ASKED")
        for one in view.members:
            rows.add_row(plain(one.agent), str(one.priority), plain(_when(one)))
        console().print(rows)


def _when(one: Member) -> str:
    said = [
        f"{words} {', '.join(given)}"
        for words, given in (("the contact says", one.keywords), ("action", one.actions), ("at", one.schedules))
        if given
    ]
    if one.schedules:
        said[-1] += f" ({one.time_zone or 'UTC'})"
    return "; ".join([*(["always"] if one.always else []), *said])
