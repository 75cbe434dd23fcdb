"""Turns: a contact's messages brought to the owner, and its one final reply taken in."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context

from botmesh.calling.agent_client import Invocation
from botmesh.errors import BotmeshError, LogUnavailable
from botmesh.reply import Pieces
from botmesh.telemetry.telemetry import trace_id_of
from botmesh.v1 import agent_service_pb2, message_pb2
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import PostResponse
from botmesh.v1.history_pb2 import HistoryEntry
from botmesh.v1.message_pb2 import Message, Reply
from botmesh.v1.part_pb2 import Part
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_SUGGESTIVE
from botmesh.v1.turn_pb2 import Turn, TurnTransfer
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.invocation import invocation
from botmesh_conversations.model.recent_history import HISTORY_ENTRIES
from botmesh_conversations.model.rules import cap_replies, finish_turn, move, suggest
from botmesh_conversations.model.sizes import MAX_REPLY, MAX_SAID, check_said
from botmesh_conversations.model.state import RunningTurn, State, name_of, words_of
from botmesh_conversations.spans import start_turn

PAUSES = (0.2, 1.0)
"""Seconds before the second and the third attempt at a turn."""
APOLOGY = "Sorry, I could not answer that. I have passed your message on."
NOT_KNOWN = "Sorry, I do not know about that."
"""What the contact is told where a bot says "not mine" and nobody else is to have the turn."""


@dataclass(slots=True)
class Turns:
    """Gives turns to owners."""

    timeout: float
    """Seconds that a bot has for a turn."""
    suggestion_seconds: float = 3600.0
    """How long a suggested reply waits for approval."""
    max_replies: int = 0
    """Replies of bots in one conversation before they are paused; 0: no limit."""
    gather_seconds: float = 0.0
    """How long to wait for further messages before a turn."""
    not_mine_to_primary: bool = True
    """Whether a turn that a bot says is not its own goes to the account's primary."""
    history: int = 20
    """Messages that come with a turn; the first after a transfer has all that fit."""
    address: str = ""
    """Where ConversationService answers."""

    async def run(self, live: ConversationAggregate, turn: RunningTurn) -> None:
        """Ask the owner, several times if need be, and write down how it ended."""
        parent, live.context = live.context, None
        span = start_turn(live.account.caller.endpoint.telemetry.tracer, live.state, turn, parent)
        live.trace_id = trace_id_of(span)
        try:
            await self._attempt(live, turn, set_span_in_context(span, Context()))
        finally:
            span.end()
            if live.trace_id == trace_id_of(span) and live.context is None:
                live.trace_id = ""  # what comes next begins a trace of its own

    async def _attempt(self, live: ConversationAggregate, turn: RunningTurn, context: Context) -> None:
        words = words_of(turn, MAX_SAID)
        failure: BotmeshError | None = None
        for attempt in range(len(PAUSES) + 1):
            if attempt:
                live.tell(PostResponse(reset=agent_service_pb2.Reset(reason="the turn runs again")))
                await asyncio.sleep(PAUSES[attempt - 1])
            if live.state.turn is None or live.state.turn.turn_id != turn.turn_id:
                return  # overtaken meanwhile
            try:
                await live.account.routing.appears(turn.agent)
                ask = self._compose(live.state, turn, attempt, words, context)
                reply = await self._ask(live, turn, ask, self._details(live.state, turn))
            except BotmeshError as error:
                failure = error
            else:
                failure = await self._taken_in(live, turn, reply)
                break
        if failure is not None:
            await self._failed(live, turn, failure)

    async def _taken_in(self, live: ConversationAggregate, turn: RunningTurn, reply: Reply) -> BotmeshError | None:
        """Write a reply down; why not, where it is one that could not be read, listed or shown again.

        Raises:
            LogUnavailable: nothing can be written now.
        """
        try:
            check_said("reply.message.payload", reply.message.payload, MAX_REPLY)
            await self._answered(live, turn, reply)
        except LogUnavailable:
            raise
        except BotmeshError as error:
            return error
        return None

    async def _ask(self, live: ConversationAggregate, turn: RunningTurn, ask: Invocation, details: Turn) -> Reply:
        pieces = Pieces(MAX_REPLY)
        reply: Reply | None = None
        async with aclosing(live.account.caller.stream(ask, details)) as events:
            async for event, _ in events:
                kind = event.WhichOneof("event")
                if kind == "reply":
                    reply = pieces.whole(event.reply)
                elif kind == "partial":
                    pieces.add(event.partial.part, append=event.partial.append)
                elif kind == "reset":
                    pieces.reset()
                if kind in ("partial", "progress", "reset"):
                    self._show(live, turn, event)
        assert reply is not None  # noqa: S101 - a stream ends with a reply or an error
        return reply

    def _show(
        self, live: ConversationAggregate, turn: RunningTurn, event: agent_service_pb2.DelegateStreamResponse
    ) -> None:
        if live.state.turn is None or live.state.turn.turn_id != turn.turn_id:
            return  # nobody waits for it any longer
        kind: Any = event.WhichOneof("event")
        live.tell(PostResponse(**{kind: getattr(event, kind)}))

    def _compose(
        self, state: State, turn: RunningTurn, attempt: int, words: Sequence[Part], context: Context
    ) -> Invocation:
        view = state.view
        message = Message(
            message_type=message_pb2.MESSAGE_TYPE_TURN,
            payload=words,
            # An instance replays what it has under an id: another attempt needs another one.
            message_id=turn.turn_id if attempt == 0 else f"{turn.turn_id}.{attempt + 1}",
            context=view.context,
        )
        message.timestamp.GetCurrentTime()
        return invocation(view, turn.agent, message, self.timeout, context)

    def _details(self, state: State, turn: RunningTurn) -> Turn:
        handed = turn.handed
        history, truncated = recent(state, turn.through, self.history if handed is None else HISTORY_ENTRIES)
        transfer = None
        if handed is not None:
            transfer = TurnTransfer(transfer_id=handed.transfer_id, reason=handed.reason, intent_id=handed.intent_id)
            transfer.from_agent = name_of(handed.previous)
        return Turn(
            turn_id=turn.turn_id,
            epoch=turn.epoch,
            contact_id=state.view.contact_id,
            channel=state.view.channel,
            service_address=self.address,
            history=history,
            history_truncated=truncated,
            transfer=transfer,
            tags=state.view.tags,
            fields=state.view.fields,
            language=state.view.language,
            opening=turn.opening,
            previous_conversation_id=state.view.previous_conversation_id,
        )

    async def _answered(self, live: ConversationAggregate, turn: RunningTurn, reply: Reply) -> None:
        usage = [*([reply.usage] if reply.HasField("usage") else []), *reply.chain_usage]
        finished = pb.TurnFinished(
            turn_id=turn.turn_id,
            outcome=pb.TURN_OUTCOME_NOT_MINE if reply.not_mine else pb.TURN_OUTCOME_ANSWERED,
            payload=() if reply.not_mine else reply.message.payload,
            agent=turn.agent,
            usage=usage,
        )
        if reply.not_mine and not self.not_mine_to_primary:
            finished.payload.add(text=NOT_KNOWN)
            finished.agent = ""

        def decide(state: State) -> list[ConversationEvent]:
            if state.view.mode == CONVERSATION_MODE_SUGGESTIVE and not reply.not_mine and finished.payload:
                return suggest(state, self._suggested(finished), turn.epoch)
            events = finish_turn(state, turn.turn_id, turn.epoch, finished)
            if finished.payload and state.turn is not None and state.turn.turn_id == turn.turn_id:
                events += cap_replies(state, self.max_replies)
            if reply.not_mine and self.not_mine_to_primary and events:
                after = live.account.routing.after(state, turn.agent)
                events += move(state, after, f"{turn.agent}: not mine")
            return events

        await live.write(decide)

    def _suggested(self, finished: pb.TurnFinished) -> pb.ReplySuggested:
        suggested = pb.ReplySuggested(
            turn_id=finished.turn_id, payload=finished.payload, agent=finished.agent, usage=finished.usage
        )
        suggested.expires_at.FromNanoseconds(time.time_ns() + int(self.suggestion_seconds * 1e9))
        return suggested

    async def _failed(self, live: ConversationAggregate, turn: RunningTurn, failure: BotmeshError) -> None:
        finished = pb.TurnFinished(
            turn_id=turn.turn_id,
            outcome=pb.TURN_OUTCOME_FAILED,
            payload=[Part(text=APOLOGY)],
            reason=failure.reason,
        )

        def decide(state: State) -> list[ConversationEvent]:
            if state.turn is None or state.turn.turn_id != turn.turn_id:
                return []
            events = finish_turn(state, turn.turn_id, turn.epoch, finished)
            after = live.account.routing.after(state, turn.agent)
            return events + move(state, after, f"{turn.agent}: {failure.reason.lower()}")

        await live.write(decide)


def recent(state: State, through: int, max_entries: int = HISTORY_ENTRIES) -> tuple[Sequence[HistoryEntry], bool]:
    """The newest entries up to an event, oldest first, 256 KiB at most, and whether older ones were left out."""
    chosen, left_out = state.history.newest(through, max_entries)
    return chosen, left_out or state.entries > len(state.history)
