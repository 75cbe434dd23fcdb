"""`botmesh chat`: write in a conversation as a contact, in the terminal."""

import asyncio
import getpass
import re
import sys
from dataclasses import dataclass

import click
from rich.console import Console

from botmesh.errors import BotmeshError
from botmesh.names import new_id
from botmesh.parts import text, text_of
from botmesh.transfer import owner_named
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Outcome
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.connection import conversations as service
from botmesh_cli.event_words import owner_in_words
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import console, lines, plain, print_json, tell_error, to_dict
from botmesh_cli.typed import typed_lines

_HELP = "/transfer AGENT (or desk), /tag TEXT, /rate 1-5, /history, /quit"
_ENDS = {
    api.POST_END_PAUSED: "The conversation is paused; you will get an answer when it is resumed.",
    api.POST_END_STOPPED: "The conversation is stopped; nobody will answer.",
    api.POST_END_QUEUED: "You are waiting for a person.",
    api.POST_END_NOBODY_ON_DUTY: "Nobody is at the desk now; your message waits there.",
    api.POST_END_SUGGESTED: "An answer is being checked by a person.",
    api.POST_END_WITH_PERSON: "A person has your message and will answer.",
    api.POST_END_CLOSED: "The conversation was closed without an answer; your next message opens a new one.",
}


@click.command()
@click.option("--contact", metavar="ID", help="The contact's id.  [default: your user name]")
@click.option("--channel", default="web", show_default=True, help="The channel to write on.")
@click.option("--address", default="", metavar="TEXT", help="The contact's address on the channel, +4917012345.")
@click.option(
    "--conversation",
    default="",
    metavar="ID",
    help="The conversation to continue.  [default: the contact's open one on the channel]",
)
@common
def chat(with_: Common, contact: str | None, channel: str, address: str, conversation: str) -> int:
    """Write to the mesh as a contact, line by line, and print the answers.

    Each line of standard input is a message, except the commands /transfer, /tag, /rate, /history and /quit.
    With --address alone the contact is the one that has the address, or a new one; --contact and --address together
    link the address to the contact.
    """
    user = "" if address else re.sub(r"[^A-Za-z0-9._-]", "-", getpass.getuser())[:64]
    return run(_chat(with_, contact or user, channel, address, conversation))


@dataclass(slots=True)
class _Chat:
    """One contact's conversation at a terminal."""

    stub: ConversationServiceStub
    out: Console
    as_json: bool
    account: str
    contact: str
    channel: str
    address: str
    conversation: str

    async def say(self, line: str) -> None:
        """Post a message and print the events that follow from it."""
        request = api.PostRequest(
            conversation_id=self.conversation,
            account_id=self.account,
            channel=self.channel,
            contact_id=self.contact,
            address=self.address,
            message_id=new_id(),
            payload=[text(line)],
        )
        streamed = ""
        async for response in self.stub.Post(request):
            kind = response.WhichOneof("event")
            if kind == "accepted":
                self._accept(response.accepted)
            elif kind == "partial" and not self.as_json:
                streamed += response.partial.part.text
                self.out.print(lines(response.partial.part.text), end="", soft_wrap=True)
            elif kind == "progress" and not self.as_json and response.progress.text:
                self.out.print(f"[dim]{plain(response.progress.text)}[/dim]")
            elif kind == "reset" and streamed:
                self.out.print("\n[dim]… again:[/dim]")
                streamed = ""
            elif kind == "entry":
                self._show(response.entry, streamed)
                streamed = ""
            elif kind == "owner" and not self.as_json:
                self.out.print(f"[cyan]— {owner_in_words(response.owner)} answers from now on —[/cyan]")
            elif kind == "end" and not self.as_json:
                self._say_end(response)

    def _accept(self, accepted: api.PostAccepted) -> None:
        self.conversation = accepted.conversation_id
        if accepted.closed_conversation_id and not self.as_json:
            closed, new = plain(accepted.closed_conversation_id), plain(accepted.conversation_id)
            self.out.print(f"[cyan]— {closed} is closed; your message opened {new} —[/cyan]")

    def _say_end(self, response: api.PostResponse) -> None:
        place = f" You are number {response.queue_position}." if response.queue_position else ""
        self.out.print(f"[dim]{_ENDS[response.end]}{place}[/dim]" if response.end in _ENDS else "")

    async def command(self, line: str) -> bool:
        """Run a line that begins with "/"; False if it ends the chat."""
        word, _, rest = line[1:].partition(" ")
        if word in ("quit", "exit", "q"):
            return False
        if word == "transfer" and rest and self.conversation:
            await self._transfer(rest.strip())
        elif word == "tag" and rest and self.conversation:
            await self.stub.SetTags(
                api.SetTagsRequest(conversation_id=self.conversation, add=[rest.strip()]), timeout=TIMEOUT
            )
        elif word == "rate" and rest.strip() in ("1", "2", "3", "4", "5") and self.conversation:
            outcome = Outcome(satisfaction=int(rest))
            rated = api.RecordOutcomeRequest(conversation_id=self.conversation, outcome=outcome)
            await self.stub.RecordOutcome(rated, timeout=TIMEOUT)
        elif word == "history" and self.conversation:
            request = api.GetHistoryRequest(conversation_id=self.conversation)
            async for chunk in self.stub.GetHistory(request):
                for entry in chunk.entries:
                    self._show(entry, "")
        else:
            out = console(stderr=True) if self.as_json else self.out
            out.print(f"[dim]{_HELP}[/dim]" + ("" if self.conversation else "  [dim](say something first)[/dim]"))
        return True

    async def _transfer(self, to: str) -> None:
        request = api.TransferConversationRequest(conversation_id=self.conversation, target=owner_named(to))
        response = await self.stub.TransferConversation(request, timeout=60)
        if self.as_json:
            print_json(to_dict(response))
            return
        words = "has it now" if response.transferred else f"keeps it: {plain(response.reason)}"
        if response.desk == api.DESK_OUTCOME_NOBODY_ON_DUTY:
            words += f"; nobody is on duty, number {response.queue_position} in the queue"
        elif response.desk == api.DESK_OUTCOME_QUEUED:
            words += f", number {response.queue_position} in the queue"
        self.out.print(f"[cyan]— {owner_in_words(response.owner)} {words} —[/cyan]")

    def _show(self, entry: HistoryEntry, streamed: str) -> None:
        message = text_of(entry.payload)
        if self.as_json:
            print_json({"author": entry.author, "text": message, "sequence": entry.sequence})
        elif streamed and streamed == message:
            self.out.print(f"  [dim]— {plain(entry.author)}[/dim]")
        else:
            lead = "\n" if streamed else ""
            self.out.print(f"{lead}[bold]{plain(entry.author or 'mesh')}[/bold]  {lines(message)}", soft_wrap=True)


async def _chat(with_: Common, contact: str, channel: str, address: str, conversation: str) -> None:
    async with service(with_.settings) as stub:
        out = console()
        talk = _Chat(stub, out, with_.as_json, with_.settings.account, contact, channel, address, conversation)
        is_typed = sys.stdin.isatty() and not with_.as_json
        if is_typed:
            out.print(f"[dim]You are {plain(address or contact)} on {plain(channel)}. {_HELP}[/dim]")
        queue = typed_lines()
        while (line := await _next(queue, out if is_typed else None)) is not None:
            if not line.strip():
                continue
            try:
                if line.startswith("/"):
                    if not await talk.command(line):
                        return
                else:
                    await talk.say(line)
            except BotmeshError as error:
                if error.reason == "UNSPECIFIED":
                    raise
                if with_.as_json:
                    tell_error(error, as_json=True)
                else:
                    out.print(f"[red]{plain(error.reason.lower().replace('_', ' '))}[/red]: {lines(error.text)}")


async def _next(queue: "asyncio.Queue[str | None]", prompt: Console | None) -> str | None:
    """The next line, after a prompt if `prompt` is given; None at the end of input."""
    if prompt is not None:
        prompt.print("> ", end="")
    return await queue.get()
