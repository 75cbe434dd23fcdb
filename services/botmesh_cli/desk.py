"""`botmesh desk`: list, claim, answer, hand back and close conversations at the human desk."""

import getpass
import re

import click
from rich.table import Table

from botmesh.names import new_id
from botmesh.parts import text
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Conversation
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import conversations as service
from botmesh_cli.conversations import contact_in_words
from botmesh_cli.event_words import owner_in_words, status_of
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, console, plain, print_json, table, to_dict

_EMPTY = "Nothing is at the desk."


def _person(given: str | None) -> str:
    return given or re.sub(r"[^A-Za-z0-9._-]", "-", getpass.getuser())[:64]


def _print(with_: Common, view: Conversation) -> None:
    if with_.as_json:
        print_json(to_dict(view))
    else:
        is_closed = view.HasField("closed_at")
        verb, stands = ("had", status_of(view)) if is_closed else ("has", f"{view.unanswered} unanswered")
        console().print(f"{owner_in_words(view.owner)} {verb} {plain(view.conversation_id)}, {stands}")


@click.group()
def desk() -> None:
    """Answer conversations as a person of the desk: list, claim, answer, approve, hand back and close."""


@desk.command("list")
@common
def list_waiting(with_: Common) -> int:
    """List the open conversations and the alerts that are at the desk, and why they are."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.ListConversationsRequest(account_id=with_.settings.account, owner="desk", closed=False)
            found = list((await stub.ListConversations(request, timeout=TIMEOUT)).conversations)
        if with_.as_json:
            print_json([to_dict(view) for view in found])
        else:
            console().print(_table(found) if found else _EMPTY)

    return run(work())


def _table(found: list[Conversation]) -> Table:
    rows = table("CONVERSATION", "CONTACT", "CHANNEL", "OWNER", "STATUS", "UNANSWERED", "WAITS SINCE", "REASON")
    for view in found:
        rows.add_row(
            plain(view.conversation_id),
            contact_in_words(view),
            plain(view.channel),
            owner_in_words(view.owner),
            status_of(view),
            str(view.unanswered),
            clock(view.queued_at) if view.HasField("queued_at") else "-",
            plain(view.desk_reason) or "-",
        )
    return rows


@desk.command("on")
@click.option("--person", metavar="NAME", help="Your name at the desk.  [default: your user name]")
@common
def come(with_: Common, person: str | None) -> int:
    """Go on duty: contacts whose conversation comes to the desk are told that a person is there."""
    return _duty(with_, person, on_duty=True)


@desk.command("off")
@click.option("--person", metavar="NAME", help="Your name at the desk.  [default: your user name]")
@common
def leave(with_: Common, person: str | None) -> int:
    """Go off duty."""
    return _duty(with_, person, on_duty=False)


def _duty(with_: Common, person: str | None, *, on_duty: bool) -> int:
    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.SetDutyRequest(account_id=with_.settings.account, person=_person(person), on_duty=on_duty)
            people = (await stub.SetDuty(request, timeout=TIMEOUT)).on_duty
        if with_.as_json:
            print_json({"on_duty": list(people)})
        else:
            console().print(f"On duty: {plain(', '.join(people)) or 'nobody'}")

    return run(work())


@desk.command()
@click.argument("conversation_id")
@click.option("--person", metavar="NAME", help="Your name at the desk.  [default: your user name]")
@common
def claim(with_: Common, conversation_id: str, person: str | None) -> int:
    """Claim a conversation that waits at the desk."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.ClaimRequest(conversation_id=conversation_id, person=_person(person))
            view = (await stub.Claim(request, timeout=TIMEOUT)).conversation
        _print(with_, view)

    return run(work())


@desk.command()
@click.argument("conversation_id")
@click.argument("words")
@click.option("--person", metavar="NAME", help="Your name at the desk.  [default: your user name]")
@click.option("--note", is_flag=True, help="Add a note for colleagues, which the contact does not see.")
@common
def answer(with_: Common, conversation_id: str, words: str, person: str | None, note: bool) -> int:
    """Send the answer WORDS to the contact."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.ReplyRequest(
                conversation_id=conversation_id,
                person=_person(person),
                payload=[text(words)],
                message_id=new_id(),
                note=note,
            )
            view = (await stub.Reply(request, timeout=TIMEOUT)).conversation
        _print(with_, view)

    return run(work())


@desk.command()
@click.argument("conversation_id")
@click.option("--person", metavar="NAME", help="Your name at the desk.  [default: your user name]")
@click.option("--agent", default="", metavar="AGENT", help="The agent.  [default: the one that it came from]")
@common
def back(with_: Common, conversation_id: str, person: str | None, agent: str) -> int:
    """Hand a conversation back to an agent."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.HandBackRequest(conversation_id=conversation_id, person=_person(person), agent=agent)
            view = (await stub.HandBack(request, timeout=30)).conversation
        _print(with_, view)

    return run(work())


@desk.command()
@click.argument("conversation_id")
@click.option("--person", metavar="NAME", help="Your name at the desk.  [default: your user name]")
@click.option("--reason", default="", help="The reason, for the event log.")
@common
def close(with_: Common, conversation_id: str, person: str | None, reason: str) -> int:
    """Close a conversation or an alert; the contact's next message opens a new conversation."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.CloseConversationRequest(
                conversation_id=conversation_id, person=_person(person), reason=reason
            )
            view = (await stub.CloseConversation(request, timeout=TIMEOUT)).conversation
        _print(with_, view)

    return run(work())


@desk.command()
@click.argument("conversation_id")
@click.argument("words", required=False)
@click.option("--person", metavar="NAME", help="Your name at the desk.  [default: your user name]")
@click.option("--reject", is_flag=True, help="Drop the suggested reply; WORDS are the reason.")
@common
def approve(with_: Common, conversation_id: str, words: str | None, person: str | None, reject: bool) -> int:
    """Send the reply that a bot suggests to the contact, unchanged or with the text WORDS."""

    async def work() -> None:
        async with service(with_.settings) as stub:
            request = api.GetConversationRequest(conversation_id=conversation_id)
            turn_id = (await stub.GetConversation(request, timeout=TIMEOUT)).conversation.suggestion.turn_id
            facts = {"conversation_id": conversation_id, "turn_id": turn_id, "person": _person(person)}
            if reject:
                view = (await stub.Reject(api.RejectRequest(**facts, reason=words or ""), timeout=TIMEOUT)).conversation
            else:
                payload = [text(words)] if words else []
                view = (await stub.Approve(api.ApproveRequest(**facts, payload=payload), timeout=TIMEOUT)).conversation
        _print(with_, view)

    return run(work())
