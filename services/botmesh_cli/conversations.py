"""`botmesh conversations` and `botmesh conversation ID`: the inbox, and what happened in one conversation."""

import json
from datetime import UTC, datetime
from typing import Any

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from rich.markup import escape
from rich.table import Table

from botmesh.parts import from_struct, text_of
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent, Owner
from botmesh.v1.transfer_pb2 import ConversationMode
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import conversations as service
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, print_json, table

_EMPTY = "No conversations. Begin one with `botmesh chat`."
_STATUSES = {
    "active": pb.CONVERSATION_STATUS_ACTIVE,
    "paused": pb.CONVERSATION_STATUS_PAUSED,
    "stopped": pb.CONVERSATION_STATUS_STOPPED,
}


@click.command()
@click.option("--status", type=click.Choice(list(_STATUSES)), help="Only those that stand so.")
@click.option("--owner", default="", metavar="AGENT", help='Only those of an agent, or of the "desk".')
@click.option("--channel", default="", help="Only those on a channel.")
@click.option("--contact", default="", help="Only those of a contact.")
@click.option("--tag", default="", help="Only those with a tag.")
@click.option("--limit", type=click.IntRange(1, 500), default=50, show_default=True, help="How many.")
@click.option("--watch", is_flag=True, help="Follow what happens until interrupted.")
@common
def conversations(with_: Common, status: str | None, watch: bool, limit: int, **fields: str) -> int:
    """List conversations, the one in which something happened last first."""
    request = api.ListConversationsRequest(
        account_id=with_.settings.account,
        status=_STATUSES[status] if status else None,
        owner=fields["owner"],
        channel=fields["channel"],
        contact_id=fields["contact"],
        tag=fields["tag"],
        page_size=limit,
    )
    return run(_watch(with_) if watch else _list(with_, request))


@click.command()
@click.argument("conversation_id")
@common
def conversation(with_: Common, conversation_id: str) -> int:
    """Show what happened in one conversation: messages, owners, epochs, transfers with reasons."""
    return run(_timeline(with_, conversation_id))


async def _list(with_: Common, request: api.ListConversationsRequest) -> None:
    async with service(with_.settings) as stub:
        found = (await stub.ListConversations(request, timeout=TIMEOUT)).conversations
    if with_.as_json:
        print_json([MessageToDict(one, preserving_proto_field_name=True) for one in found])
    elif found:
        console().print(_table(list(found)))
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


def _table(found: list[Conversation]) -> Table:
    rows = table("CONVERSATION", "CONTACT", "CHANNEL", "OWNER", "STATUS", "UNANSWERED", "TAGS", "UPDATED")
    for one in found:
        waiting = f"[yellow]{one.unanswered}[/yellow]" if one.unanswered else "0"
        rows.add_row(
            one.conversation_id,
            one.contact_id,
            one.channel,
            owner_in_words(one.owner),
            status_of(one),
            waiting,
            ", ".join(one.tags),
            _clock(one.updated_at),
        )
    return rows


def _headline(view: Conversation) -> str:
    return (
        f"[bold]{view.conversation_id}[/bold]  {escape(view.contact_id)} on {escape(view.channel)}, "
        f"{owner_in_words(view.owner)} has it in epoch {view.epoch}, {status_of(view)}"
    )


def _print_event(with_: Common, event: ConversationEvent, *, named: bool) -> None:
    if with_.as_json:
        print_json(MessageToDict(event, preserving_proto_field_name=True))
        return
    where = f"[dim]{event.conversation_id}[/dim]  " if named else ""
    console().print(f"[dim]{_clock(event.time)}[/dim]  {where}{_in_words(event)}")


def _in_words(event: ConversationEvent) -> str:
    kind: Any = event.WhichOneof("event")
    body: Any = getattr(event, kind)
    said = escape(text_of(getattr(body, "payload", ())))
    words = {
        "opened": lambda: f"opened by {escape(body.contact_id)}, {owner_in_words(body.owner)} has it",
        "message_posted": lambda: f"[bold]contact[/bold]  {said}",
        "turn_started": lambda: f"[dim]{body.agent} is given a turn[/dim]",
        "turn_finished": lambda: _turn_in_words(body, said),
        "reply_suggested": lambda: f"[yellow]suggested by {body.agent}[/yellow] (turn {body.turn_id})  {said}",
        "suggestion_dropped": lambda: f"dropped by {escape(body.person) or 'time'}{_because(body.reason)}",
        "late_reply": lambda: f"[yellow]a late reply, kept apart[/yellow]  {said}",
        "transfer_requested": lambda: f"transfer to {owner_in_words(body.target)} asked for{_because(body.reason)}",
        "offer_answered": lambda: ("accepted" if body.decision == 1 else "declined") + _because(body.reason),
        "owner_changed": lambda: (
            f"[cyan]{owner_in_words(body.previous)} → {owner_in_words(body.owner)}[/cyan] "
            f"epoch {body.epoch}{_because(body.reason)}"
        ),
        "transfer_failed": lambda: f"[yellow]no transfer[/yellow]{_because(body.reason)}",
        "status_changed": lambda: f"now {_status_word(body.status)}{_because(body.reason)}",
        "desk_claimed": lambda: f"claimed by {escape(body.person)}",
        "desk_released": lambda: f"back in the queue, {escape(body.person)} had it{_because(body.reason)}",
        "person_replied": lambda: f"[bold]{escape(body.person)}[/bold]{' (note)' if body.note else ''}  {said}",
        "tags_changed": lambda: " ".join([*(f"+{tag}" for tag in body.added), *(f"-{tag}" for tag in body.removed)]),
        "fields_changed": lambda: f"fields {_values(body.values)}",
        "form_submitted": lambda: f"form {body.form} submitted: {_values(body.values)}",
        "action_fired": lambda: f"action {body.action} fired by {body.agent or 'somebody'}",
        "context_changed": lambda: (
            f"context {_values(body.values)}" + "".join(f" -{escape(one)}" for one in body.removed)
        ),
        "outcome_recorded": lambda: f"outcome {_outcome(body.outcome)}",
        "silence_noticed": lambda: f"[dim]silent for {body.seconds:g} s[/dim]",
        "owner_away": lambda: f"[yellow]no instance of {body.agent} is ready[/yellow]",
        "trigger_fired": lambda: f"[magenta]trigger {body.trigger}[/magenta]{_because(body.refusal)}",
        "mode_changed": lambda: f"now {ConversationMode.Name(body.mode).removeprefix('CONVERSATION_MODE_').lower()}",
    }
    return words[kind]() if kind in words else kind.replace("_", " ")


def _turn_in_words(finished: pb.TurnFinished, said: str) -> str:
    outcome = pb.TurnOutcome.Name(finished.outcome).removeprefix("TURN_OUTCOME_").lower().replace("_", " ")
    who = f"[bold]{finished.agent or 'mesh'}[/bold]"
    if outcome == "answered":
        return f"{who}  {said}"
    return f"[dim]turn {outcome}{_because(finished.reason.lower())}[/dim]" + (f"  {said}" if said else "")


def owner_in_words(owner: Owner) -> str:
    """An agent's name, "desk", or the person at the desk."""
    if owner.WhichOneof("owner") == "agent":
        return owner.agent
    return f"desk ({owner.desk})" if owner.desk else "desk"


def status_of(view: Conversation) -> str:
    """A conversation's status in a word, and until when."""
    until = f" until {_clock(view.paused_until)}" if view.HasField("paused_until") else ""
    return _status_word(view.status) + until


def _status_word(status: int) -> str:
    return pb.ConversationStatus.Name(status).removeprefix("CONVERSATION_STATUS_").lower()


def _values(values: Struct) -> str:
    return escape(", ".join(f"{name}={json.dumps(value)}" for name, value in sorted(from_struct(values).items())))


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
    return f" ({escape(reason)})" if reason else ""


def _clock(at: Timestamp) -> str:
    return datetime.fromtimestamp(at.ToNanoseconds() / 1e9, UTC).astimezone().strftime("%m-%d %H:%M:%S")
