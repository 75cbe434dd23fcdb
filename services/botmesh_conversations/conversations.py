"""All conversations: keeps the open ones in memory, and gets done what each of them needs next."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from weakref import WeakValueDictionary

from opentelemetry.context import Context
from opentelemetry.trace import set_span_in_context

from botmesh.calling.agent_client import Invocation
from botmesh.chain import Chain
from botmesh.errors import BotmeshError, DeadlineExceeded
from botmesh.names import new_id
from botmesh.telemetry.telemetry import Telemetry, trace_id_of
from botmesh.v1 import agent_service_pb2, message_pb2
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh.v1.message_pb2 import Message
from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_STORAGE
from botmesh.v1.transfer_pb2 import TRANSFER_DECISION_ACCEPTED, TRANSFER_DECISION_DECLINED, TransferOffer
from botmesh_conversations.accounts import Accounts
from botmesh_conversations.aggregate import ConversationAggregate, Listener
from botmesh_conversations.alarm_clock import ALARM_TASK, AlarmClock
from botmesh_conversations.alarms import Alarms
from botmesh_conversations.event_stream import Batch, decode
from botmesh_conversations.members import Members, asked
from botmesh_conversations.model import rules, snapshot
from botmesh_conversations.model.state import State
from botmesh_conversations.model.streams import is_conversation
from botmesh_conversations.model.turn_rule import next_turn, seconds_to_gather, start_turn, start_turn_after
from botmesh_conversations.projection import Projection
from botmesh_conversations.projector import COMMIT_TASK, COMPONENT, Projector
from botmesh_conversations.spans import end_transfer, start_transfer
from botmesh_conversations.triggers.reaction import react
from botmesh_conversations.turns import Turns, recent
from botmesh_log.event_log import EventLog
from botmesh_log.position import read_position
from botmesh_log.shielded import shielded
from botmesh_service.pauses import Pauses
from botmesh_service.problems import Problems
from botmesh_service.supervisor import supervise
from botmesh_service.times import seconds_of

logger = logging.getLogger("botmesh")
KEPT = 5_000
"""Conversations in memory, at most, as far as nothing is being done for them."""
KEPT_ENTRIES = 100_000
"""Entries of their histories, at most: about as many KiB."""
_LOOKED_AT = 100
"""Conversations that are looked at to find one to forget."""
_PAGE = 1000
WATCHER_BYTES = 16 * 1024 * 1024
"""Of events that wait for one watcher."""


@dataclass(slots=True, eq=False)
class Watcher:
    """Somebody who wants to hear of everything, and how far behind it may be."""

    most: int
    """Events."""
    most_bytes: int = WATCHER_BYTES
    conversation_id: str = ""
    """The only one that it wants to hear of; empty: all."""
    waiting_bytes: int = 0
    queue: "asyncio.Queue[ConversationEvent | None]" = field(default_factory=asyncio.Queue)

    def tell(self, conversation_id: str, events: Sequence[ConversationEvent], size: int) -> bool:
        """Let it know of events of so many bytes; False, and a last None, if it has fallen too far behind."""
        if self.conversation_id not in ("", conversation_id):
            return True
        self.waiting_bytes += size
        if self.queue.qsize() + len(events) > self.most or self.waiting_bytes > self.most_bytes:
            self.queue.put_nowait(None)
            return False
        for event in events:
            self.queue.put_nowait(event)
        return True

    async def next(self) -> ConversationEvent | None:
        """The next event; None: it fell too far behind."""
        event = await self.queue.get()
        self.waiting_bytes -= 0 if event is None else event.ByteSize()
        return event


@dataclass(slots=True)
class Conversations:
    """The conversations of one service."""

    log: EventLog
    projection: Projection
    accounts: Accounts
    telemetry: Telemetry
    turns: Turns
    alarms: Alarms
    members: Members = field(default_factory=Members)
    projector: Projector = field(init=False)
    offer_seconds: float = 10.0
    """How long a target has to answer an offer."""
    problems: Problems = field(default_factory=Problems)
    """Where what cannot be read or done is told."""
    watchers: "set[Watcher]" = field(default_factory=set)
    """Whoever wants to hear of everything."""
    _lives: OrderedDict[str, ConversationAggregate] = field(default_factory=OrderedDict)
    _entries: int = 0
    """Of all that are in `_lives`."""
    _used: WeakValueDictionary[str, ConversationAggregate] = field(default_factory=WeakValueDictionary)
    """All that anybody holds: there are never two of one conversation, of which one would not hear of the other's."""
    _loading: dict[str, asyncio.Task[ConversationAggregate]] = field(default_factory=dict)
    _doing: dict[tuple[str, str], asyncio.Task[None]] = field(default_factory=dict)
    """What is being done, by conversation and turn or transfer."""
    _own: list[asyncio.Task[None]] = field(default_factory=list)
    _pauses: Pauses = field(default_factory=Pauses)
    """Before what is done for a conversation is tried again."""

    def __post_init__(self) -> None:
        """What keeps the projection up to date."""
        self.projector = Projector(self.projection, self.alarms, self.problems)

    async def open(self) -> None:
        """Catch up with the log, and go on with everything that was under way."""
        await self._catch_up()
        self.projection.on_rebuild = self._rebuild_soon
        clock = AlarmClock(self.projection, self.projector, self.alarms, self.problems, self.get, self.advance)
        self._own = [
            supervise(COMMIT_TASK, self.projector.commit_often, self.problems, component=COMPONENT),
            supervise(ALARM_TASK, clock.run, self.problems, component=COMPONENT),
            supervise("pending work", self._go_on, self.problems, component=COMPONENT),
        ]

    def _rebuild_soon(self) -> None:
        """The projection was damaged and set aside: tell all of it again, while everything else goes on."""
        self.problems.storage(COMPONENT, "lists", f"{self.projection.damage}; lists are back in a moment")
        self._own.append(supervise("rebuilding", self._rebuild, self.problems, component=COMPONENT))

    async def _rebuild(self) -> None:
        position = 0
        while records := await self.log.read_all(position + 1, _PAGE):
            position = records[-1].position
            found: dict[str, list[ConversationEvent]] = {}
            for record in records:
                if is_conversation(record.stream):
                    found.setdefault(record.stream, []).append(decode(record, self.unreadable))
            for conversation_id, events in found.items():
                self.projector.put(await self.get(conversation_id), events, position)
            self.projector.try_to_commit()
        self.projection.rebuilt(position)
        self.problems.over(COMPONENT, PROBLEM_KIND_STORAGE, "lists")

    async def _go_on(self) -> None:
        """With everything that was under way when the last process stopped."""
        for conversation_id in self.projection.pending():
            try:
                self.advance(await self.get(conversation_id))
            except BotmeshError:
                raise  # the log is away: all of them again, later
            except Exception as error:  # noqa: BLE001 - one conversation must not keep the others waiting
                self.unreadable(conversation_id, f"what was under way cannot go on ({type(error).__name__}: {error})")

    def unreadable(self, subject: str, text: str) -> None:
        """Something of a conversation or an account cannot be read, or cannot be done for it."""
        self.problems.unreadable(COMPONENT, subject, text)

    async def close(self) -> None:
        """Stop what is being done; it goes on after the next start."""
        running = [*self._doing.values(), *self._own]
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)
        self.projection.close()

    async def get(self, conversation_id: str) -> ConversationAggregate:
        """A conversation, read from the log if it is not in memory."""
        live = self._used.get(conversation_id)
        if live is not None:
            if conversation_id not in self._lives:
                live.weight = 0  # it was forgotten, and somebody held it
            self._lives[conversation_id] = live
            self._lives.move_to_end(conversation_id)
            self._weigh(live)
            return live
        loading = self._loading.get(conversation_id)
        if loading is None:
            loading = self._loading[conversation_id] = asyncio.create_task(self._load(conversation_id))
        return await shielded(loading)

    def advance(self, live: ConversationAggregate) -> None:
        """Begin whatever the conversation needs next, if it is not being done already."""
        state = live.state
        if state.view.asked:
            self._do(live, "members", self.members.run(live))
        if state.transfer is not None:
            self._do(live, state.transfer.transfer_id, self._offer(live, state.transfer))
        elif state.turn is not None:
            if not state.view.HasField("suggestion"):  # that waits for a person, or for time
                self._do(live, state.turn.turn_id, self.turns.run(live, state.turn))
        elif next_turn(state) is not None:
            self._do(live, "next turn", self._start_turn(live))

    async def transfer(
        self, live: ConversationAggregate, wanted: TransferConversationRequest, parent: Context | None = None
    ) -> ConversationEvent:
        """Transfer, and wait for what becomes of it: an OwnerChanged or a TransferFailed. `parent`: what led to it."""
        wanted.transfer_id = wanted.transfer_id or new_id()
        if wanted.target.WhichOneof("owner") == "agent" and wanted.transfer_id not in live.state.transfers:
            rules.check_epoch(live.state, wanted.epoch)
            await live.account.routing.check_target(wanted.target.agent)
        if wanted.target.desk:
            live.account.check_person(wanted.target.desk)
            if not live.account.state.people[wanted.target.desk]:
                wanted.target.desk = ""  # off duty: whoever comes first
        listener = Listener()
        live.listeners.add(listener)
        live.context = parent or live.context
        try:
            await live.write(lambda state: rules.request_transfer(state, wanted, time.time(), self.offer_seconds))
            self.advance(live)
            while wanted.transfer_id not in live.state.transfers:
                await listener.next()
        finally:
            live.listeners.discard(listener)
        return live.state.transfers[wanted.transfer_id]

    async def _load(self, conversation_id: str) -> ConversationAggregate:
        try:
            live = self._new(conversation_id)
            kept = None if self.projection.is_rebuilding else self.projection.snapshot(conversation_id)
            state = self._restored(conversation_id, kept)
            if state is not None:
                live.restore(state)
            await live.load()
            if live.state.view.account_id:
                live.account = await self.accounts.of(live.state.view.account_id)
            self._used[conversation_id] = self._lives[conversation_id] = live
            self._weigh(live)
            self._make_room()
            return live
        finally:
            del self._loading[conversation_id]

    def _new(self, conversation_id: str) -> ConversationAggregate:
        return ConversationAggregate(conversation_id, self.log, self._written, self._react, self.unreadable)

    def _restored(self, conversation_id: str, kept: bytes | None) -> State | None:
        """The state of a snapshot; None: there is none that can be read, and all events are."""
        if kept is None:
            return None
        try:
            return snapshot.restore(kept)
        except Exception as error:  # noqa: BLE001 - the log has all that it says
            self.unreadable(conversation_id, f"its snapshot cannot be read ({type(error).__name__}: {error})")
            return None

    def _make_room(self) -> None:
        """Forget the ones that were used longest ago; one that somebody uses stays."""
        if self._has_room():
            return
        busy = {conversation_id for conversation_id, _ in self._doing}
        for conversation_id in list(islice(self._lives, _LOOKED_AT)):
            if self._lives[conversation_id].listeners or conversation_id in busy:
                self._lives.move_to_end(conversation_id)
            else:
                self._entries -= self._lives.pop(conversation_id).weight
            if self._has_room():
                return

    def _has_room(self) -> bool:
        return len(self._lives) <= KEPT and self._entries <= KEPT_ENTRIES

    def _weigh(self, live: ConversationAggregate) -> None:
        """Take note of how long a conversation in memory has become."""
        if self._lives.get(live.id) is live:
            self._entries += len(live.state.history) - live.weight
            live.weight = len(live.state.history)

    def _react(self, live: ConversationAggregate, batch: Batch) -> None:
        react(live, batch, self.offer_seconds)
        batch.add(asked(live, batch.events))
        if self.turns.gather_seconds or _waits_for_owner(live):
            return  # the turn begins later
        batch.add(start_turn_after(live.state, batch.events, new_id()))

    def _written(self, live: ConversationAggregate, events: Sequence[ConversationEvent]) -> None:
        self._note_done_at_once(live, events)
        self._weigh(live)
        self._make_room()
        self.projector.put(live, events, read_position(events[-1].position, field="position"))
        if self.watchers:
            size = sum(event.ByteSize() for event in events)
            for watcher in list(self.watchers):
                if not watcher.tell(live.id, events, size):
                    self.watchers.discard(watcher)

    def _do(self, live: ConversationAggregate, what: str, work: Coroutine[Any, Any, None]) -> None:
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

    async def _guarded(self, live: ConversationAggregate, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except BotmeshError as error:
            pause = self._pauses.next(live.id)
            logger.error("conversation %s: %s; it is tried again in %g s", live.id, error, pause)  # noqa: TRY400 - no trace needed
            await asyncio.sleep(pause)
        except Exception as error:
            pause = self._pauses.next(live.id)
            logger.exception("conversation %s: what was under way failed; it is tried again in %g s", live.id, pause)
            text = f"what was under way failed and is tried again: {type(error).__name__}: {error}"
            self.problems.failed(COMPONENT, live.id, text)
            await asyncio.sleep(pause)
        else:
            self._pauses.forget(live.id)

    async def _start_turn(self, live: ConversationAggregate) -> None:
        while (pause := seconds_to_gather(live.state, self.turns.gather_seconds, time.time())) > 0:  # noqa: ASYNC110
            await asyncio.sleep(pause)  # each message moves the end
        owner = live.state.view.owner.agent
        if _waits_for_owner(live):
            await live.account.routing.appears(owner)
            if not live.account.routing.is_ready(owner):
                await live.write(lambda state: rules.note_away(state) if next_turn(state) is not None else [])
        turn_id = new_id()
        await live.write(lambda state: start_turn(state, turn_id))

    async def _offer(self, live: ConversationAggregate, transfer: pb.TransferRequested) -> None:
        """Ask the target, and write down what it says; silence is an answer too."""
        span = start_transfer(self.telemetry.tracer, live.state, transfer, live.context)
        live.trace_id = trace_id_of(span)
        offer = await self._ask_target(live, transfer, set_span_in_context(span, Context()))
        named = transfer.fallback if transfer.HasField("fallback") else None
        fallback = live.account.routing.fallback(live.state, named)
        await live.write(lambda state: rules.answer_offer(state, transfer.transfer_id, offer, fallback))
        live.context = end_transfer(span, live.state, transfer.transfer_id)
        self._count(live, transfer.transfer_id)

    def _note_done_at_once(self, live: ConversationAggregate, events: Sequence[ConversationEvent]) -> None:
        """A transfer to the desk asks nobody: its span begins and ends here."""
        changed = {event.owner_changed.transfer_id for event in events}
        for event in events:
            requested = event.transfer_requested
            if event.HasField("transfer_requested") and requested.transfer_id in changed:
                span = start_transfer(self.telemetry.tracer, live.state, requested, live.context)
                live.context = end_transfer(span, live.state, requested.transfer_id)
                self._count(live, requested.transfer_id)

    def _count(self, live: ConversationAggregate, transfer_id: str) -> None:
        """Let the metrics know how a transfer ended."""
        ended = live.state.transfers.get(transfer_id)
        if ended is not None:
            failure = pb.TransferFailure.Name(ended.transfer_failed.failure).removeprefix("TRANSFER_FAILURE_")
            self.telemetry.transferred(failure if ended.HasField("transfer_failed") else "DONE")

    async def _ask_target(
        self, live: ConversationAggregate, transfer: pb.TransferRequested, context: Context
    ) -> rules.Offer:
        remaining = seconds_of(transfer.expires_at) - time.time()
        if remaining <= 0:
            return rules.Offer(failure=pb.TRANSFER_FAILURE_EXPIRED, reason="the offer has expired")
        request = self._compose_offer(live.state, transfer)
        chain = Chain.root(live.state.view.account_id, live.id)
        request.message.correlation_id = chain.correlation_id
        ask = Invocation(transfer.target.agent, request.message, chain, remaining, context=context)
        parse = agent_service_pb2.TransferResponse.FromString
        try:
            response, _ = await live.account.caller.unary("Transfer", ask, request, parse)
        except DeadlineExceeded:
            return rules.Offer(failure=pb.TRANSFER_FAILURE_EXPIRED, reason="no answer in time")
        except BotmeshError as error:
            return rules.Offer(failure=pb.TRANSFER_FAILURE_UNAVAILABLE, reason=error.text)
        accepted = response.decision == TRANSFER_DECISION_ACCEPTED
        return rules.Offer(TRANSFER_DECISION_ACCEPTED if accepted else TRANSFER_DECISION_DECLINED, response.reason)

    def _compose_offer(self, state: State, transfer: pb.TransferRequested) -> agent_service_pb2.TransferRequest:
        view = state.view
        history, truncated = recent(state, state.sequence)
        latest = state.latest
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

    async def _catch_up(self) -> None:
        """Bring the projection up to the end of the log."""
        position = self.projection.position
        folded: dict[str, ConversationAggregate] = {}
        while records := await self.log.read_all(position + 1, _PAGE):
            missed: dict[str, list[ConversationEvent]] = {}
            for record in records:
                position = record.position
                if is_conversation(record.stream):
                    missed.setdefault(record.stream, []).append(decode(record, self.unreadable))
            for conversation_id, events in missed.items():
                await self._fold_missed(folded, conversation_id, events)
            self.projector.try_to_commit()
            if len(folded) > KEPT:
                folded.clear()
        if self.projector.try_to_commit():
            self.projection.skip_to(position)

    async def _fold_missed(
        self, folded: dict[str, ConversationAggregate], conversation_id: str, events: Sequence[ConversationEvent]
    ) -> None:
        live = folded.get(conversation_id)
        if live is None:
            live = folded[conversation_id] = self._new(conversation_id)
            if events[0].sequence > 1:
                await live.load()
        live.take_in(events)
        if live.state.view.account_id:
            live.account = await self.accounts.of(live.state.view.account_id)
        self.projector.put(live, events, read_position(events[-1].position, field="position"))


def _waits_for_owner(live: ConversationAggregate) -> bool:
    """Whether a trigger is to fire before a turn if no instance of the owner is ready."""
    return any(trigger.when.no_owner_ready for trigger in live.account.triggers)
