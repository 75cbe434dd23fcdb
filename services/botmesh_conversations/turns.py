"""Turns: a contact's messages brought to the owner, and its one final reply taken in."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context

from botmesh.calling.invocation import Invocation
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
from botmesh_conversations.model.replacement import replace_owner
from botmesh_conversations.model.rules import cap_replies, finish_turn, suggest
from botmesh_conversations.model.saying import said
from botmesh_conversations.model.sizes import MAX_REPLY, MAX_SAID, check_said
from botmesh_conversations.model.state import RunningTurn, State, name_of, words_of
from botmesh_conversations.model.turn_rule import needs_other_owner
from botmesh_conversations.spans import start_turn
from botmesh_conversations.turn_attempts import TurnAttempts
from botmesh_service.contact_texts import ContactTexts

_LOOK_SECONDS = 0.1
"""Seconds between two looks for an owner that is away."""
_LOOK_UP_SECONDS = 5.0
"""Seconds that the registry has to say whether an owner is there that this process does not know of."""


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
    owner_patience: float = 30.0
    """Seconds for which an owner that cannot be reached is waited for before anybody else is asked."""
    texts: ContactTexts = field(default_factory=ContactTexts)
    """What the mesh itself says to contacts."""
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
        attempts = TurnAttempts(self.owner_patience)
        while _runs(live, turn):
            try:
                await self._wait_for_owner(live, turn, attempts)
                ask = self._compose(live.state, turn, attempts.number, words, context)
                reply = await self._ask(live, turn, ask, self._details(live.state, turn))
            except BotmeshError as error:
                if not attempts.may_go_on(error):
                    await self._failed(live, turn, error, was_away=attempts.owner_was_away(error))
                    return
                live.tell(PostResponse(reset=agent_service_pb2.Reset(reason="the turn runs again")))
                if attempts.number > 1:  # one that is lost may have a second instance: the contact sees the reset
                    self._tell_to_wait(live, attempts)
                await asyncio.sleep(attempts.pause)
            else:
                failure = await self._taken_in(live, turn, reply)
                if failure is not None:
                    await self._failed(live, turn, failure, was_away=False)
                return

    async def _wait_for_owner(self, live: ConversationAggregate, turn: RunningTurn, attempts: TurnAttempts) -> None:
        """Return when an instance of the owner can be called, or when it has been waited for long enough."""
        routing = live.account.routing
        await routing.directory.look_up(routing.account, turn.agent, _LOOK_UP_SECONDS)
        while not routing.is_active(turn.agent) and _runs(live, turn):
            # While the registry has just started, an agent that is missing may only be late.
            if not (attempts.is_patient or routing.directory.warming):
                return
            self._tell_to_wait(live, attempts)
            await asyncio.sleep(_LOOK_SECONDS)

    def _tell_to_wait(self, live: ConversationAggregate, attempts: TurnAttempts) -> None:
        """Tell the contact, once in a turn, that it takes a moment."""
        if not attempts.told_to_wait and attempts.is_patient and self.texts.waiting.strip():
            live.tell(PostResponse(progress=agent_service_pb2.Progress(text=self.texts.waiting)))
        attempts.told_to_wait = True

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
        pieces, reply = Pieces(MAX_REPLY), None
        async with aclosing(live.account.caller.stream(ask, details)) as events:
            async for event, _ in events:
                pieces.take(event)
                if event.HasField("reply"):
                    reply = pieces.whole(event.reply)  # the call ends with the stream: leaving now would cancel it
                if event.WhichOneof("event") in ("partial", "progress", "reset"):
                    self._show(live, turn, event)
        if reply is None:
            raise AssertionError("AgentClient.stream ends with a reply or an error")
        return reply

    def _show(
        self, live: ConversationAggregate, turn: RunningTurn, event: agent_service_pb2.DelegateStreamResponse
    ) -> None:
        if not _runs(live, turn):
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
            payload=() if reply.not_mine else said(reply.message.payload),
            agent=turn.agent,
            usage=usage,
        )
        if reply.not_mine and not self.not_mine_to_primary:
            finished.payload.extend(spoken(self.texts.not_known))
            finished.agent = ""

        def decide(state: State) -> list[ConversationEvent]:
            if state.view.mode == CONVERSATION_MODE_SUGGESTIVE and not reply.not_mine and finished.payload:
                return suggest(state, self._suggested(finished), turn.epoch)
            events = finish_turn(state, turn.turn_id, turn.epoch, finished)
            if finished.payload and state.turn is not None and state.turn.turn_id == turn.turn_id:
                events += cap_replies(state, self.max_replies)
            is_being_moved = state.deferred is not None or state.transfer is not None
            if reply.not_mine and self.not_mine_to_primary and events and not is_being_moved:
                after = live.account.routing.after(state, turn.agent)
                events += replace_owner(state, after, f"{turn.agent}: not mine", spoken(self.texts.unanswered))
            return events

        await live.write(decide)

    def _suggested(self, finished: pb.TurnFinished) -> pb.ReplySuggested:
        suggested = pb.ReplySuggested(
            turn_id=finished.turn_id, payload=finished.payload, agent=finished.agent, usage=finished.usage
        )
        suggested.expires_at.FromNanoseconds(time.time_ns() + int(self.suggestion_seconds * 1e9))
        return suggested

    async def _failed(
        self, live: ConversationAggregate, turn: RunningTurn, failure: BotmeshError, *, was_away: bool
    ) -> None:
        """End a turn that failed, and give the conversation to the next in line.

        A transfer that is under way, or an assignment that waits for the end of the turn, goes first.
        """
        named = turn.handed.fallback if turn.handed is not None and turn.handed.HasField("fallback") else None

        def decide(state: State) -> list[ConversationEvent]:
            if state.turn is None or state.turn.turn_id != turn.turn_id:
                return []
            after = live.account.routing.after(state, turn.agent, named, only_active=was_away)
            is_being_moved = state.deferred is not None or state.transfer is not None
            is_passed_on = is_being_moved or bool(after.agent)
            finished = pb.TurnFinished(
                turn_id=turn.turn_id,
                outcome=pb.TURN_OUTCOME_FAILED,
                payload=self._apology(state, turn) if is_passed_on and not was_away else (),
                reason=failure.reason,
                unreached=was_away,
            )
            events = finish_turn(state, turn.turn_id, turn.epoch, finished)
            if is_being_moved:
                return events
            why = f"{turn.agent}: {failure.reason.lower()}"
            return events + replace_owner(state, after, why, spoken(self.texts.unanswered), was_away=was_away)

        await live.write(decide)

    async def pass_on(self, live: ConversationAggregate) -> None:
        """Give a conversation whose owner has failed on what waits to the next in line."""

        def decide(state: State) -> list[ConversationEvent]:
            if not needs_other_owner(state):
                return []
            agent = state.view.owner.agent
            after = live.account.routing.after(state, agent)
            return replace_owner(state, after, f"{agent} failed", spoken(self.texts.unanswered))

        await live.write(decide)

    def _apology(self, state: State, turn: RunningTurn) -> Sequence[Part]:
        """What the contact is told of a failed turn: one apology a message."""
        is_due = bool(turn.waiting) and turn.waiting[-1].sequence > state.apologised_through
        return spoken(self.texts.apology) if is_due else ()


def _runs(live: ConversationAggregate, turn: RunningTurn) -> bool:
    """Whether a turn still runs: a change of owner, a pause or a stop overtakes it."""
    return live.state.turn is not None and live.state.turn.turn_id == turn.turn_id


def spoken(text: str) -> Sequence[Part]:
    """A text of the mesh as a payload; nothing if it is empty."""
    return [Part(text=text)] if text.strip() else ()


def recent(state: State, through: int, max_entries: int = HISTORY_ENTRIES) -> tuple[Sequence[HistoryEntry], bool]:
    """The newest entries up to an event, oldest first, 256 KiB at most, and whether older ones were left out."""
    chosen, left_out = state.history.newest(through, max_entries)
    return chosen, left_out or state.entries > len(state.history)
