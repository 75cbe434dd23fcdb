"""`botmesh conversations` and `botmesh conversation ID`: the list of conversations, and the events of one."""

from typing import Any

import click
from google.protobuf.struct_pb2 import Struct
from rich.table import Table

from botmesh.parts import from_struct, text_of
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent, Owner
from botmesh.v1.transfer_pb2 import ConversationMode
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import conversations as service
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import as_json, clock, console, lines, plain, print_json, short, table, to_dict, word

UNREADABLE = "[yellow]an event that cannot be read here[/yellow]"
_EMPTY = "No conversations. Begin one with `botmesh chat`."
_STATUSES = {
    "active": pb.CONVERSATION_STATUS_ACTIVE,
    "paused": pb.CONVERSATION_STATUS_PAUSED,
    "stopped": pb.CONVERSATION_STATUS_STOPPED,
}


@click.command()
@click.option("--status", type=click.Choice(list(_STATUSES)), help="List only conversations with this status.")
@click.option("--owner", default="", metavar="AGENT", help='List only those that AGENT, or the "desk", owns.')
@click.option("--channel", default="", metavar="NAME", help="List only those on this channel.")
@click.option("--contact", default="", metavar="ID", help="List only those of this contact.")
@click.option("--tag", default="", metavar="NAME", help="List only those with this tag.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="Conversations to list.")
@click.option("--watch", is_flag=True, help="Print new events of all conversations until Ctrl-C.")
@common
def conversations(with_: Common, status: str | None, watch: bool, limit: int, **fields: str) -> int:
    """List conversations, those updated last first."""
    request = api.ListConversationsRequest(
        account_id=with_.settings.account,
        status=_STATUSES[status] if status else None,
        owner=fields["owner"],
        channel=fields["channel"],
        contact_id=fields["contact"],
        tag=fields["tag"],
        page_size=limit,
    )
    return run(_watch(with_) if watch else list_conversations(with_, request))


@click.command()
@click.argument("conversation_id")
@common
def conversation(with_: Common, conversation_id: str) -> int:
    """Print the events of one conversation: messages, owners with epochs, transfers with reasons."""
    return run(_timeline(with_, conversation_id))


async def list_conversations(with_: Common, request: api.ListConversationsRequest) -> None:
    """Print the conversations that a request lists."""
    async with service(with_.settings) as stub:
        listed = (await stub.ListConversations(request, timeout=TIMEOUT)).conversations
    if with_.as_json:
        print_json([to_dict(conversation) for conversation in listed])
    elif listed:
        console().print(_table(list(listed)))
    else:
        console().print(_EMPTY)


async def _watch(with_: Common) -> None:
    async with service(with_.settings) as stub:
        async for response in stub.WatchConversations(api.WatchConversationsRequest(only_new=True)):
            _print_event(with_, response.event, named=True)


async def _timeline(with_: Common, conversation_id: str) -> None:
    async with service(with_.settings) as stub:
        request = api.GetConversationRequest(conversation_id=conversation_id)
        view = (await stub.GetConversation(request, timeout=TIMEOUT)).conversation
        if not with_.as_json:
            console().print(_headline(view))
        async for response in stub.WatchConversations(api.WatchConversationsRequest(conversation_id=conversation_id)):
            _print_event(with_, response.event, named=False)
            if response.event.sequence >= view.sequence:
                break


def _table(conversations: list[Conversation]) -> Table:
    rows = table("CONVERSATION", "CONTACT", "CHANNEL", "OWNER", "STATUS", "UNANSWERED", "TAGS", "UPDATED")
    for view in conversations:
        rows.add_row(
            plain(view.conversation_id),
            plain(view.contact_id),
            plain(view.channel),
            owner_in_words(view.owner),
            status_of(view),
            f"[yellow]{view.unanswered}[/yellow]" if view.unanswered else "0",
            plain(", ".join(view.tags)),
            clock(view.updated_at),
        )
    return rows


def _headline(view: Conversation) -> str:
    return (
        f"[bold]{plain(view.conversation_id)}[/bold]  {plain(view.contact_id)} on {plain(view.channel)}, "
        f"{owner_in_words(view.owner)} has it in epoch {view.epoch}, {status_of(view)}"
    )


def _print_event(with_: Common, event: ConversationEvent, *, named: bool) -> None:
    if with_.as_json:
        print_json(to_dict(event))
        return
    where = f"[dim]{plain(event.conversation_id)}[/dim]  " if named else ""
    console().print(f"[dim]{clock(event.time)}[/dim]  {where}{_in_words(event)}")


def _in_words(event: ConversationEvent) -> str:
    kind: Any = event.WhichOneof("event")
    if kind is None:  # a newer version wrote the event, or it is damaged
        return UNREADABLE
    body: Any = getattr(event, kind)
    said = lines(text_of(getattr(body, "payload", ())))
    words = {
        "opened": lambda: f"opened by {plain(body.contact_id)}, {owner_in_words(body.owner)} has it",
        "message_posted": lambda: f"[bold]contact[/bold]  {said}",
        "turn_started": lambda: f"[dim]{plain(body.agent)} is given a turn[/dim]",
        "turn_finished": lambda: _turn_in_words(body, said),
        "reply_suggested": lambda: (
            f"[yellow]suggested by {plain(body.agent)}[/yellow] (turn {short(body.turn_id)})  {said}"
        ),
        "suggestion_dropped": lambda: f"dropped by {plain(body.person) or 'time'}{_because(body.reason)}",
        "late_reply": lambda: f"[yellow]a late reply, kept apart[/yellow]  {said}",
        "transfer_requested": lambda: f"transfer to {owner_in_words(body.target)} asked for{_because(body.reason)}",
        "offer_answered": lambda: ("accepted" if body.decision == 1 else "declined") + _because(body.reason),
        "owner_changed": lambda: (
            f"[cyan]{owner_in_words(body.previous)} → {owner_in_words(body.owner)}[/cyan] "
            f"epoch {body.epoch}{_because(body.reason)}"
        ),
        "transfer_failed": lambda: f"[yellow]no transfer[/yellow]{_because(body.reason)}",
        "status_changed": lambda: f"now {_status_word(body.status)}{_because(body.reason)}",
        "desk_claimed": lambda: f"claimed by {plain(body.person)}",
        "desk_released": lambda: f"back in the queue, {plain(body.person)} had it{_because(body.reason)}",
        "person_replied": lambda: f"[bold]{plain(body.person)}[/bold]{' (note)' if body.note else ''}  {said}",
        "tags_changed": lambda: plain(
            " ".join([*(f"+{tag}" for tag in body.added), *(f"-{tag}" for tag in body.removed)])
        ),
        "fields_changed": lambda: f"fields {_values(body.values)}",
        "form_submitted": lambda: f"form {plain(body.form)} submitted: {_values(body.values)}",
        "action_fired": lambda: f"action {plain(body.action)} fired by {plain(body.agent) or 'somebody'}",
        "context_changed": lambda: (
            f"context {_values(body.values)}" + "".join(f" -{plain(name)}" for name in body.removed)
        ),
        "outcome_recorded": lambda: f"outcome {_outcome(body.outcome)}",
        "silence_noticed": lambda: f"[dim]silent for {body.seconds:g} s[/dim]",
        "owner_away": lambda: f"[yellow]no instance of {plain(body.agent)} is ready[/yellow]",
        "trigger_fired": lambda: f"[magenta]trigger {plain(body.trigger)}[/magenta]{_because(body.refusal)}",
        "mode_changed": lambda: f"now {word(ConversationMode, body.mode, 'CONVERSATION_MODE_')}",
    }
    return words[kind]() if kind in words else kind.replace("_", " ")


def _turn_in_words(finished: pb.TurnFinished, said: str) -> str:
    outcome = word(pb.TurnOutcome, finished.outcome, "TURN_OUTCOME_")
    who = f"[bold]{plain(finished.agent) or 'mesh'}[/bold]"
    if outcome == "answered":
        return f"{who}  {said}"
    return f"[dim]turn {outcome}{_because(finished.reason.lower())}[/dim]" + (f"  {said}" if said else "")


def owner_in_words(owner: Owner) -> str:
    """An owner as safe markup: the agent's name, "desk", or "desk (anna)" for one person."""
    if owner.WhichOneof("owner") == "agent":
        return plain(owner.agent)
    return f"desk ({plain(owner.desk)})" if owner.desk else "desk"


def status_of(view: Conversation) -> str:
    """A conversation's status, with the end of a pause that has one."""
    until = f" until {clock(view.paused_until)}" if view.HasField("paused_until") else ""
    return _status_word(view.status) + until


def _status_word(status: int) -> str:
    return word(pb.ConversationStatus, status, "CONVERSATION_STATUS_")


def _values(values: Struct) -> str:
    return plain(", ".join(f"{name}={as_json(value)}" for name, value in sorted(from_struct(values).items())))


def _outcome(outcome: pb.Outcome) -> str:
    words = []
    if outcome.HasField("resolved"):
        words.append("resolved" if outcome.resolved else "not resolved")
    if outcome.HasField("booked"):
        words.append("booked" if outcome.booked else "not booked")
    if outcome.HasField("satisfaction"):
        words.append(f"satisfaction {outcome.satisfaction} of 5")
    return ", ".join(words)


def _because(reason: str) -> str:
    return f" ({plain(reason)})" if reason else ""
