"""`botmesh conversations` and `botmesh conversation ID`: the list of conversations, and the events of one."""

import click
from rich.table import Table

from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import conversations as service
from botmesh_cli.event_words import close_cause, in_words, mode_word, owner_in_words, status_of, status_word
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, console, plain, print_json, table, to_dict

STATUSES = {
    "active": pb.CONVERSATION_STATUS_ACTIVE,
    "paused": pb.CONVERSATION_STATUS_PAUSED,
    "stopped": pb.CONVERSATION_STATUS_STOPPED,
}
_EMPTY = "No conversations. Begin one with `botmesh chat`."


@click.command()
@click.option("--status", type=click.Choice(list(STATUSES)), help="List only conversations with this status.")
@click.option("--owner", default="", metavar="AGENT", help='List only those that AGENT, or the "desk", owns.')
@click.option("--channel", default="", metavar="NAME", help="List only those on this channel.")
@click.option("--contact", default="", metavar="ID", help="List only those of this contact.")
@click.option("--tag", default="", metavar="TEXT", help="List only those with this tag.")
@click.option("--open", "closed", flag_value=False, type=bool, default=None, help="List only open ones.")
@click.option("--closed", "closed", flag_value=True, type=bool, help="List only closed ones.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="Conversations to list.")
@click.option("--watch", is_flag=True, help="Print new events of all conversations until Ctrl-C.")
@common
def conversations(
    with_: Common, status: str | None, closed: bool | None, watch: bool, limit: int, **fields: str
) -> int:
    """List conversations, those updated last first."""
    request = api.ListConversationsRequest(
        account_id=with_.settings.account,
        status=STATUSES[status] if status else None,
        owner=fields["owner"],
        channel=fields["channel"],
        contact_id=fields["contact"],
        tag=fields["tag"],
        page_size=limit,
        closed=closed,
    )
    return run(_watch(with_) if watch else _list(with_, request))


@click.command()
@click.argument("conversation_id")
@common
def conversation(with_: Common, conversation_id: str) -> int:
    """Print the events of one conversation: messages, owners with epochs, transfers with reasons, its end."""
    return run(_timeline(with_, conversation_id))


async def _list(with_: Common, request: api.ListConversationsRequest) -> None:
    async with service(with_.settings) as stub:
        listed = (await stub.ListConversations(request, timeout=TIMEOUT)).conversations
    if with_.as_json:
        print_json([to_dict(view) for view in listed])
    else:
        console().print(_table(list(listed)) if listed else _EMPTY)


async def _watch(with_: Common) -> None:
    async with service(with_.settings) as stub:
        async for response in stub.WatchConversations(api.WatchConversationsRequest(only_new=True)):
            _print_event(with_, response.event, named=True)


async def _timeline(with_: Common, conversation_id: str) -> None:
    async with service(with_.settings) as stub:
        request = api.GetConversationRequest(conversation_id=conversation_id)
        view = (await stub.GetConversation(request, timeout=TIMEOUT)).conversation
        if not with_.as_json:
            for line in _headline(view):
                console().print(line)
        async for response in stub.WatchConversations(api.WatchConversationsRequest(conversation_id=conversation_id)):
            _print_event(with_, response.event, named=False)
            if response.event.sequence >= view.sequence:
                break


def contact_in_words(view: Conversation) -> str:
    """Whose conversation it is, or whose alert; may be printed as it is."""
    return f"[yellow]alert of {plain(view.alert_from)}[/yellow]" if view.alert_from else plain(view.contact_id)


def _table(conversations: list[Conversation]) -> Table:
    rows = table("CONVERSATION", "CONTACT", "CHANNEL", "OWNER", "STATUS", "UNANSWERED", "TAGS", "UPDATED")
    for view in conversations:
        rows.add_row(
            plain(view.conversation_id),
            contact_in_words(view),
            plain(view.channel),
            owner_in_words(view.owner),
            status_of(view),
            f"[yellow]{view.unanswered}[/yellow]" if view.unanswered else "0",
            plain(", ".join(view.tags)),
            clock(view.updated_at),
        )
    return rows


def _headline(view: Conversation) -> list[str]:
    """How a conversation stands: one line, and one for each thing that not all conversations have."""
    verb = "had" if view.HasField("closed_at") else "has"
    owner = f"{owner_in_words(view.owner)} {verb} it in epoch {view.epoch}, {status_of(view)}"
    said = [f"[bold]{plain(view.conversation_id)}[/bold]  {contact_in_words(view)} on {plain(view.channel)}, {owner}"]
    if view.HasField("closed_at"):
        said.append(f"  closed     {clock(view.closed_at)}, {close_cause(view.close_cause)}")
    if view.own_status:
        said.append(f"  status     {status_word(view.status)}: its own, until the contact's changes")
    if view.own_mode:
        said.append(f"  mode       {mode_word(view.mode)}: its own, until the contact's changes")
    if view.desk_reason:
        said.append(f"  at desk    {plain(view.desk_reason)}")
    if view.language:
        said.append(f"  language   {plain(view.language)}")
    if view.previous_conversation_id:
        said.append(f"  follows    {plain(view.previous_conversation_id)}")
    return said


def _print_event(with_: Common, event: ConversationEvent, *, named: bool) -> None:
    if with_.as_json:
        print_json(to_dict(event))
        return
    where = f"[dim]{plain(event.conversation_id)}[/dim]  " if named else ""
    console().print(f"[dim]{clock(event.time)}[/dim]  {where}{in_words(event)}")
