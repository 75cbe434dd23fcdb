"""All conversations: keeps the open ones in memory, and gets done what each of them needs next."""

import asyncio
import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context

from botmesh.caller import Ask, Caller
from botmesh.chain import Chain
from botmesh.errors import BotmeshError, DeadlineExceeded
from botmesh.names import new_id
from botmesh.telemetry import trace_id_of
from botmesh.v1 import agent_service_pb2, message_pb2
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh.v1.message_pb2 import Message
from botmesh.v1.transfer_pb2 import TRANSFER_DECISION_ACCEPTED, TRANSFER_DECISION_DECLINED, TransferOffer
from botmesh_conversations import rules
from botmesh_conversations.event_log import EventLog
from botmesh_conversations.fold import RunningTurn, State
from botmesh_conversations.live import Live, decode
from botmesh_conversations.projection import Projection, is_pending, wants_turn
from botmesh_conversations.routing import Routing
from botmesh_conversations.spans import end_transfer, start_transfer
from botmesh_conversations.turns import Turns, recent, words_of

logger = logging.getLogger("botmesh")

KEPT = 5_000
"""Conversations in memory, at most, as far as nothing is being done for them."""
_PAGE = 1000
_COMMIT_SECONDS = 0.05


@dataclass(slots=True, eq=False)
class Watcher:
    """Somebody who wants to hear of everything, and how far behind it may be."""

    most: int
    queue: "asyncio.Queue[ConversationEvent | None]" = field(default_factory=asyncio.Queue)

    def tell(self, events: Sequence[ConversationEvent]) -> bool:
        """Let it know; False, and a last None, if it has fallen too far behind."""
        if self.queue.qsize() + len(events) > self.most:
            self.queue.put_nowait(None)
            return False
        for event in events:
            self.queue.put_nowait(event)
        return True


@dataclass(slots=True)
class Conversations:
    """The conversations of one service."""

    log: EventLog
    projection: Projection
    caller: Caller
    routing: Routing
    turns: Turns
    offer_seconds: float = 10.0
    """How long a target has to answer an offer."""
    watchers: "set[Watcher]" = field(default_factory=set)
    """Whoever wants to hear of everything."""
    _lives: OrderedDict[str, Live] = field(default_factory=OrderedDict)
    _loading: dict[str, asyncio.Task[Live]] = field(default_factory=dict)
    _doing: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    """What is being done, by conversation and turn or transfer."""
    _timers: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _committer: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Catch up with the log, and go on with everything that was under way."""
        await self._catch_up()
        self._committer = asyncio.create_task(self._commit_often(), name="botmesh-projection")
        for conversation_id in self.projection.pending():
            self.advance(await self.get(conversation_id))

    async def close(self) -> None:
        """Stop what is being done; it goes on after the next start."""
        for timer in self._timers.values():
            timer.cancel()
        running = [*self._doing.values(), *([self._committer] if self._committer else [])]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        self.projection.close()

    async def get(self, conversation_id: str) -> Live:
        """A conversation, read from the log if it is not in memory."""
        live = self._lives.get(conversation_id)
        if live is not None:
            self._lives.move_to_end(conversation_id)
            return live
        loading = self._loading.get(conversation_id)
        if loading is None:
            loading = self._loading[conversation_id] = asyncio.create_task(self._load(conversation_id))
        return await asyncio.shield(loading)

    def advance(self, live: Live) -> None:
        """Begin whatever the conversation needs next, if it is not being done already."""
        state = live.state
        if state.transfer is not None:
            self._do(live, state.transfer.transfer_id, self._offer(live, state.transfer))
        elif state.view.HasField("suggestion"):
            self._do(live, f"suggestion {state.view.turn_id}", self._wait_for_approval(live, state.view.suggestion))
        elif state.turn is not None:
            if (live.id, state.turn.turn_id) not in self._doing:
                self._do(live, state.turn.turn_id, self._resume(live, state.turn))
        elif wants_turn(state):
            self._do(live, "next turn", self._start_turn(live))
        if state.view.HasField("paused_until") and live.id not in self._timers:
            seconds = state.view.paused_until.ToNanoseconds() / 1e9 - time.time()
            loop = asyncio.get_running_loop()
            self._timers[live.id] = loop.call_later(max(0.0, seconds), self._wake, live)

    async def transfer(
        self, live: Live, wanted: TransferConversationRequest, parent: Context | None = None
    ) -> ConversationEvent:
        """Transfer, and wait for what becomes of it: an OwnerChanged or a TransferFailed. `parent`: what led to it."""
        wanted.transfer_id = wanted.transfer_id or new_id()
        if wanted.target.WhichOneof("owner") == "agent" and wanted.transfer_id not in live.state.transfers:
            rules.check_epoch(live.state, wanted.epoch)
            await self.routing.check_target(live.state.view.account_id, wanted.target.agent)
        queue: asyncio.Queue[Any] = asyncio.Queue()
        live.listeners.add(queue)
        live.context = parent or live.context
        try:
            events = await live.write(
                lambda state: rules.request_transfer(state, wanted, time.time(), self.offer_seconds)
            )
            self._note_done_at_once(live, events)
            self.advance(live)
            while wanted.transfer_id not in live.state.transfers:
                await queue.get()
        finally:
            live.listeners.discard(queue)
        return live.state.transfers[wanted.transfer_id]

    async def _load(self, conversation_id: str) -> Live:
        try:
            live = Live(conversation_id, self.log, self._written)
            await live.load()
            self._lives[conversation_id] = live
            self._make_room()
            return live
        finally:
            del self._loading[conversation_id]

    def _make_room(self) -> None:
        """Forget the ones that were used longest ago; one that somebody uses stays."""
        for conversation_id in list(self._lives):
            if len(self._lives) <= KEPT:
                return
            live = self._lives[conversation_id]
            busy = any(key[0] == conversation_id for key in self._doing)
            if not live.listeners and not busy and conversation_id not in self._timers:
                del self._lives[conversation_id]

    def _written(self, live: Live, events: Sequence[ConversationEvent]) -> None:
        self.projection.put(live.state, events[-1].position, pending=is_pending(live.state))
        for watcher in list(self.watchers):
            if not watcher.tell(events):
                self.watchers.discard(watcher)

    def _do(self, live: Live, what: str, work: Coroutine[Any, Any, None]) -> None:
        key = live.id, what
        if key in self._doing:
            work.close()
            return
        task = self._doing[key] = asyncio.create_task(self._guarded(live, work), name=f"botmesh-{what}")

        def done(_: object) -> None:
            del self._doing[key]
            if not task.cancelled():
                self.advance(live)

        task.add_done_callback(done)

    async def _guarded(self, live: Live, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except BotmeshError as error:
            logger.error("conversation %s: %s; it is tried again", live.id, error)  # noqa: TRY400 - no trace needed
            await asyncio.sleep(1.0)
        except Exception:
            logger.exception("conversation %s: what was under way failed; it is tried again", live.id)
            await asyncio.sleep(1.0)

    async def _start_turn(self, live: Live) -> None:
        while (pause := self.turns.gathering(live.state)) > 0:  # noqa: ASYNC110 - each message moves the end
            await asyncio.sleep(pause)
        words, handed = words_of(live.state)
        turn_id = new_id()

        def decide(state: State) -> list[ConversationEvent]:
            nonlocal words, handed
            words, handed = words_of(state)
            return self.turns.start(state, turn_id) if wants_turn(state) else []

        if await live.write(decide) and live.state.turn is not None:
            turn = live.state.turn
            self._do(live, turn.turn_id, self.turns.run(live, turn, handed, words))

    async def _resume(self, live: Live, turn: RunningTurn) -> None:
        """A turn that was under way when the service stopped: the same turn again."""
        before = State()
        for event in [decode(record) for record in await self.log.read(live.id, 1, turn.through)]:
            before.apply(event)
        words, handed = words_of(before)
        await self.turns.run(live, turn, handed, words)

    async def _offer(self, live: Live, transfer: pb.TransferRequested) -> None:
        """Ask the target, and write down what it says; silence is an answer too."""
        tracer = self.caller.end.telemetry.tracer
        span = start_transfer(tracer, live.state, transfer, live.context)
        live.trace_id = trace_id_of(span)
        offer = await self._ask_target(live, transfer, set_span_in_context(span, Context()))
        named = transfer.fallback if transfer.HasField("fallback") else None
        fallback = self.routing.fallback(live.state, named)
        await live.write(lambda state: rules.answer_offer(state, transfer.transfer_id, offer, fallback))
        live.context = end_transfer(span, live.state, transfer.transfer_id)

    def _note_done_at_once(self, live: Live, events: Sequence[ConversationEvent]) -> None:
        """A transfer to the desk asks nobody: its span begins and ends here."""
        requested = [event.transfer_requested for event in events if event.HasField("transfer_requested")]
        if requested and live.state.transfer is None:
            span = start_transfer(self.caller.end.telemetry.tracer, live.state, requested[0], live.context)
            live.context = end_transfer(span, live.state, requested[0].transfer_id)

    async def _ask_target(self, live: Live, transfer: pb.TransferRequested, context: Context) -> rules.Offer:
        remaining = transfer.expires_at.ToNanoseconds() / 1e9 - time.time()
        if remaining <= 0:
            return rules.Offer(failure=pb.TRANSFER_FAILURE_EXPIRED, reason="the offer has expired")
        request = self._compose_offer(live.state, transfer)
        chain = Chain.root(live.state.view.account_id, live.id)
        request.message.correlation_id = chain.correlation_id
        ask = Ask(transfer.target.agent, request.message, chain, remaining, context=context)
        parse = agent_service_pb2.TransferResponse.FromString
        try:
            response, _ = await self.caller.unary("Transfer", ask, request, parse)
        except DeadlineExceeded:
            return rules.Offer(failure=pb.TRANSFER_FAILURE_EXPIRED, reason="no answer in time")
        except BotmeshError as error:
            return rules.Offer(failure=pb.TRANSFER_FAILURE_UNAVAILABLE, reason=error.text)
        accepted = response.decision == TRANSFER_DECISION_ACCEPTED
        return rules.Offer(TRANSFER_DECISION_ACCEPTED if accepted else TRANSFER_DECISION_DECLINED, response.reason)

    def _compose_offer(self, state: State, transfer: pb.TransferRequested) -> agent_service_pb2.TransferRequest:
        view = state.view
        history, truncated = recent(state.history, state.sequence)
        latest = state.latest_message()
        message = Message(
            to_agent=transfer.target.agent.rpartition("/")[2],
            message_type=message_pb2.MESSAGE_TYPE_TRANSFER,
            payload=transfer.user_message or (latest.payload if latest is not None else ()),
            message_id=transfer.transfer_id,
            conversation_id=view.conversation_id,
            account_id=view.account_id,
        )
        message.context.MergeFrom(view.context)
        message.context.MergeFrom(transfer.context)
        offer = TransferOffer(
            transfer_id=transfer.transfer_id,
            epoch=transfer.epoch,
            expires_at=transfer.expires_at,
            reason=transfer.reason,
            intent_id=transfer.intent_id,
            initiator=transfer.initiator,
            mode=transfer.mode or view.mode,
            contact_id=view.contact_id,
            channel=view.channel,
            history=history,
            history_truncated=truncated,
        )
        return agent_service_pb2.TransferRequest(message=message, offer=offer)

    async def _wait_for_approval(self, live: Live, suggested: pb.ReplySuggested) -> None:
        """A suggestion that nobody looks at ends."""

        def waits(state: State) -> bool:
            return state.view.suggestion.turn_id == suggested.turn_id

        def give_up(state: State) -> list[ConversationEvent]:
            return rules.drop(state, suggested.turn_id, "", "nobody looked at it in time") if waits(state) else []

        queue: asyncio.Queue[Any] = asyncio.Queue()
        live.listeners.add(queue)
        try:
            while waits(live.state):
                remaining = suggested.expires_at.ToNanoseconds() / 1e9 - time.time()
                if remaining <= 0:
                    await live.write(give_up)
                    return
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(queue.get(), remaining)
        finally:
            live.listeners.discard(queue)

    def _wake(self, live: Live) -> None:
        """A pause is over."""
        del self._timers[live.id]
        self._do(live, "wake", self._resume_from_pause(live))

    async def _resume_from_pause(self, live: Live) -> None:
        def decide(state: State) -> list[ConversationEvent]:
            until = state.view.paused_until.ToNanoseconds() / 1e9
            if state.view.status != pb.CONVERSATION_STATUS_PAUSED or not until or until > time.time() + 0.01:
                return []
            changed = pb.StatusChanged(status=pb.CONVERSATION_STATUS_ACTIVE, reason="the pause is over")
            return rules.set_status(state, changed)

        await live.write(decide)

    async def _catch_up(self) -> None:
        """Bring the projection up to the end of the log."""
        position = self.projection.position
        touched: dict[str, int] = {}
        while True:
            records = await self.log.read_all(position + 1, _PAGE)
            for record in records:
                touched[record.conversation] = position = record.position
            if len(records) < _PAGE:
                break
        for conversation_id, last in touched.items():
            live = await self.get(conversation_id)
            self.projection.put(live.state, last, pending=is_pending(live.state))
        self.projection.commit()

    async def _commit_often(self) -> None:
        while True:
            await asyncio.sleep(_COMMIT_SECONDS)
            self.projection.commit()
