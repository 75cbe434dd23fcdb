"""One contact's conversation with the demo's team: prints answers, changes of owner and the trees of calls."""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from botmesh import BotmeshError
from botmesh.names import new_id
from botmesh.parts import text, text_of
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.trace_service_pb2 import SPAN_KIND_CLIENT, SPAN_KIND_SERVER, Span
from botmesh.v1.trace_service_pb2_grpc import TraceServiceStub
from botmesh_cli.connection import connected
from botmesh_cli.event_words import owner_in_words
from botmesh_cli.output import plain, printable
from botmesh_cli.trace import get_trace
from botmesh_cli.trace_tree import draw

CONTACT = "you"
_ANSWER_SECONDS = 120.0
_SPANS_SECONDS = 3.0
"""Seconds to wait for a chain's last span; a bot exports its spans within a second."""
_POLL_SECONDS = 0.05
_NAME_WIDTH = 15
_AT_DESK = {
    api.POST_END_QUEUED: "It waits for a person: number {} in the queue.",
    api.POST_END_NOBODY_ON_DUTY: "It waits for a person, and nobody is on duty now: number {} in the queue.",
    api.POST_END_WITH_PERSON: "A person has it.",
}


@dataclass(slots=True)
class Tally:
    """Counts of the demo."""

    messages: int = 0
    answered: int = 0
    with_people: int = 0
    transfers: int = 0
    delegations: int = 0

    def __str__(self) -> str:
        """The counts as the beginning of a sentence."""
        words = [_count(self.messages, "message"), f"{self.answered} answered"]
        if self.with_people:
            words.append(f"{self.with_people} with the human desk")
        if self.transfers:
            words.append(_count(self.transfers, "change") + " of owner")
        if self.delegations:
            words.append(_count(self.delegations, "delegation"))
        return ", ".join(words)

    @property
    def is_complete(self) -> bool:
        """Whether every message was answered or waits at the human desk."""
        return self.answered + self.with_people == self.messages


class Talk:
    """A conversation with the team; after a transfer to the human desk a new one begins. Use `async with`."""

    def __init__(self, out: Console, registry: str, traces: str, customer: str) -> None:
        """Prepare a conversation.

        Args:
            out: prints what happens.
            registry: address of the mesh.
            traces: address that receives the bots' spans; trees are drawn only if it is the mesh.
            customer: id of the customer who writes.
        """
        self.tally = Tally()
        self._out = out
        self._registry = registry
        self._traces = traces
        self._customer = customer
        self._conversation = ""
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Connect to the mesh."""
        self._conversations = await self._stack.enter_async_context(connected(self._registry, ConversationServiceStub))
        self._spans_of = await self._stack.enter_async_context(connected(self._registry, TraceServiceStub))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connections."""
        await self._stack.aclose()

    async def say(self, words: str) -> None:
        """Post a message; print the answers, and the tree of the calls that it led to."""
        self.tally.messages += 1
        request = api.PostRequest(
            conversation_id=self._conversation or new_id(),
            contact_id=CONTACT,
            message_id=new_id(),
            payload=[text(words)],
        )
        request.context.update({"customer": self._customer})
        accepted = api.PostAccepted()
        try:
            async for response in self._conversations.Post(request, timeout=_ANSWER_SECONDS):
                if response.HasField("accepted"):
                    accepted = response.accepted
                self._show(response)
        except BotmeshError as error:
            self._line("", Text(f"no answer: {printable(error.text)}", style="red"))
            return
        self._conversation = "" if response.end in _AT_DESK else accepted.conversation_id
        if self._traces == self._registry:
            for trace_id in await self._traces_since(accepted):
                await self._draw(trace_id)

    def _show(self, response: api.PostResponse) -> None:
        kind = response.WhichOneof("event")
        if kind == "entry":
            answer = text_of(response.entry.payload)
            empty = Text("(an empty answer)", style="red")
            self._line(plain(response.entry.author) or "mesh", Text(printable(answer)) if answer else empty)
        elif kind == "owner":
            self.tally.transfers += 1
            self._line(
                "", Text.from_markup(f"[cyan]— {owner_in_words(response.owner)} has the conversation now —[/cyan]")
            )
        elif kind == "end":
            self.tally.answered += response.end == api.POST_END_ANSWERED
            self.tally.with_people += response.end in _AT_DESK
            if response.end in _AT_DESK:
                self._line("", Text(_AT_DESK[response.end].format(response.queue_position), style="yellow"))

    def _line(self, author: str, text: Text) -> None:
        row = Table.grid(padding=(0, 2))
        row.add_column(style="bold", no_wrap=True, min_width=_NAME_WIDTH)
        row.add_column(overflow="fold")
        row.add_row(author, text)
        self._out.print(row)

    async def _traces_since(self, accepted: api.PostAccepted) -> list[str]:
        """The trace ids of the events after an accepted message, in order."""
        request = api.GetConversationRequest(conversation_id=accepted.conversation_id)
        last = (await self._conversations.GetConversation(request, timeout=5)).conversation.sequence
        trace_ids: dict[str, None] = {}
        watch = self._conversations.WatchConversations(
            api.WatchConversationsRequest(conversation_id=accepted.conversation_id)
        )
        async for response in watch:
            event = response.event
            if event.trace_id and event.sequence > accepted.sequence:
                trace_ids[event.trace_id] = None
            if event.sequence >= last:
                break
        watch.cancel()
        return list(trace_ids)

    async def _draw(self, trace_id: str) -> None:
        spans = await self._spans(trace_id)
        self.tally.delegations += sum(_is_delegation(span) for span in spans)
        if spans:
            self._out.print(Padding(Group("", draw(spans)), (0, 0, 0, _NAME_WIDTH + 2)))

    async def _spans(self, trace_id: str) -> list[Span]:
        """The spans of a chain, once they are complete or 3 s have passed."""
        until = time.monotonic() + _SPANS_SECONDS
        spans: list[Span] = []
        while time.monotonic() < until and not _complete(spans):
            await asyncio.sleep(_POLL_SECONDS)
            try:
                spans = await get_trace(self._spans_of, trace_id)
            except BotmeshError:  # nothing has arrived yet
                continue
        return spans


def _is_delegation(span: Span) -> bool:
    """Whether a span is an agent's call of another agent."""
    method = span.attributes.fields["rpc.method"].string_value if "rpc.method" in span.attributes.fields else ""
    return span.kind == SPAN_KIND_CLIENT and method.endswith("/Delegate")


def _complete(spans: list[Span]) -> bool:
    """Whether the span of both ends of every call is there, and the parent of every span."""
    ids = {span.span_id for span in spans}
    served = {span.parent_span_id for span in spans if span.kind == SPAN_KIND_SERVER}
    return bool(spans) and all(
        (not span.parent_span_id or span.parent_span_id in ids)
        and (span.kind != SPAN_KIND_CLIENT or span.span_id in served or _never_began(span))
        for span in spans
    )


def _never_began(span: Span) -> bool:
    return "botmesh.started" in span.attributes.fields and not span.attributes.fields["botmesh.started"].bool_value


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
