"""All conversations: keeps the open ones in memory, and gets done what each of them needs next."""

import asyncio
import functools
import logging
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from opentelemetry.context import Context

from botmesh.errors import BotmeshError, NoLiveInstance, UnknownAgent
from botmesh.names import new_id
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh_conversations.accounts import Accounts
from botmesh_conversations.aggregate import ConversationAggregate, Listener
from botmesh_conversations.alarm_clock import ALARM_TASK, AlarmClock
from botmesh_conversations.alarms import Alarms
from botmesh_conversations.catch_up import LISTS, catch_up, rebuild
from botmesh_conversations.contacts import Contacts, again_if_merged
from botmesh_conversations.event_stream import Batch
from botmesh_conversations.members import Members, asked
from botmesh_conversations.model import contact_rules, lifecycle_rules, rules, snapshot, transfer_rules
from botmesh_conversations.model.deferral import request_deferred
from botmesh_conversations.model.fold import apply
from botmesh_conversations.model.state import State
from botmesh_conversations.model.turn_rule import (
    needs_other_owner,
    next_turn,
    seconds_to_gather,
    start_turn,
    start_turn_after,
)
from botmesh_conversations.offers import Offers
from botmesh_conversations.projection import Projection
from botmesh_conversations.projector import COMMIT_TASK, COMPONENT, Projector
from botmesh_conversations.returns import RETURN_TASK, Returns
from botmesh_conversations.triggers.reaction import react
from botmesh_conversations.turns import Turns
from botmesh_conversations.watchers import Watcher
from botmesh_log.event_log import EventLog
from botmesh_log.position import read_position
from botmesh_service.keyed_jobs import KeyedJobs
from botmesh_service.problems import Problems
from botmesh_service.stream_cache import StreamCache
from botmesh_service.supervisor import supervise

logger = logging.getLogger("botmesh")

KEPT = 5_000
"""Conversations in memory, at most, as far as nothing is being done for them."""
KEPT_ENTRIES = 100_000
"""Entries of their histories, at most: about as many KiB."""


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
    owner_return_seconds: float = 10.0
    """How long an owner that was away has to be ready before it gets conversations back from the desk."""
    problems: Problems = field(default_factory=Problems)
    """Where failures and unreadable data are noted."""
    watchers: set[Watcher] = field(default_factory=set)
    """The clients that hear of every event."""
    offers: Offers = field(init=False)
    contacts: Contacts = field(init=False)
    _cache: StreamCache[str, ConversationAggregate] = field(init=False)
    _jobs: KeyedJobs = field(init=False)
    _own: list[asyncio.Task[None]] = field(default_factory=list)
    """The background tasks of the service itself."""

    def __post_init__(self) -> None:
        """Wire the parts that need others of them."""
        self.projector = Projector(self.projection, self.alarms, self.problems)
        self.contacts = Contacts(
            self.log, self.projection, self.projector, self.accounts, self.problems, self.get, self.advance
        )
        self.offers = Offers(self.telemetry, self.turns.texts)
        self._jobs = KeyedJobs(COMPONENT, "conversation", self.problems)
        self._cache = StreamCache(
            self._load,
            max_streams=KEPT,
            max_weight=KEPT_ENTRIES,
            weight_of=lambda live: len(live.state.history),
            may_forget=lambda conversation_id, live: not live.listeners and not self._jobs.has_any(conversation_id),
        )

    async def open(self) -> None:
        """Catch up with the log, and go on with everything that was under way."""
        await self.catch_up()
        self.contacts.look_for_older()
        self.projection.on_rebuild = self._rebuild_soon
        returns = Returns(
            self.projection, self.accounts, self.problems, self.get, self.advance, self.owner_return_seconds
        )
        clock = AlarmClock(self.projection, self.projector, self.alarms, self.problems, self.get, self.advance)
        self._own = [
            supervise(COMMIT_TASK, self.projector.commit_often, self.problems, component=COMPONENT),
            supervise(ALARM_TASK, clock.run, self.problems, component=COMPONENT),
            supervise("pending work", self._go_on, self.problems, component=COMPONENT),
            supervise(RETURN_TASK, returns.run, self.problems, component=COMPONENT),
        ]

    async def catch_up(self) -> None:
        """Bring the lists up to date from the log."""
        await catch_up(
            self.log, self.projection, self.projector, self.accounts, self._new, self.contacts.new, self.unreadable
        )

    def _rebuild_soon(self) -> None:
        """The projection was damaged and set aside: fill a new one while everything else goes on."""
        self.problems.storage(COMPONENT, LISTS, f"{self.projection.damage}; lists are back in a moment")
        again = functools.partial(
            rebuild,
            self.log,
            self.projection,
            self.projector,
            self.get,
            self.contacts.exactly,
            self.problems,
            self.unreadable,
        )
        self._own.append(supervise("rebuilding", again, self.problems, component=COMPONENT))

    async def _go_on(self) -> None:
        """With everything that was under way when the last process stopped."""
        for conversation_id in self.projection.pending():
            try:
                self.advance(await self.get(conversation_id))
            except BotmeshError:
                raise  # the log is away: all of them again, later
            except Exception as error:  # noqa: BLE001 - one conversation must not keep the others waiting
                self.unreadable(conversation_id, f"what was under way cannot go on ({type(error).__name__}: {error})")
        await self.contacts.finish()

    def unreadable(self, subject: str, text: str) -> None:
        """Something of a conversation or an account cannot be read, or cannot be done for it."""
        self.problems.unreadable(COMPONENT, subject, text)

    async def close(self) -> None:
        """Stop what is being done; it goes on after the next start."""
        await self._jobs.stop(self._own)
        self.projection.close()

    async def get(self, conversation_id: str) -> ConversationAggregate:
        """A conversation, read from the log if it is not in memory."""
        return await self._cache.get(conversation_id)

    def advance(self, live: ConversationAggregate) -> None:
        """Begin what a conversation needs next, unless it is being done already."""
        state = live.state
        if state.for_contact:
            self._start(live, "contact", self._tell_contact(live))
        if state.view.asked:
            self._start(live, "members", self.members.run(live))
        if state.transfer is not None:
            self._start(live, state.transfer.transfer_id, self.offers.run(live, state.transfer))
        elif state.turn is not None:
            if not state.view.HasField("suggestion"):  # that waits for a person, or for time
                self._start(live, state.turn.turn_id, self.turns.run(live, state.turn))
        elif next_turn(state) is not None:
            self._start(live, "next turn", self._start_turn(live))
        elif needs_other_owner(state):
            self._start(live, "next owner", self.turns.pass_on(live))

    async def transfer(
        self, live: ConversationAggregate, wanted: TransferConversationRequest, parent: Context | None = None
    ) -> ConversationEvent:
        """Transfer, and wait for what becomes of it: an OwnerChanged or a TransferFailed. `parent`: what led to it."""
        wanted.transfer_id = wanted.transfer_id or new_id()
        if wanted.target.WhichOneof("owner") == "agent" and wanted.transfer_id not in live.state.transfers:
            rules.check_epoch(live.state, wanted.epoch)
            await self._check_target(live, wanted)
        if wanted.target.desk:
            live.account.check_person(wanted.target.desk)
            if not live.account.state.people[wanted.target.desk]:
                wanted.target.desk = ""  # off duty: whoever comes first
        listener = Listener()
        live.listeners.add(listener)
        live.context = parent or live.context
        try:
            await live.write(
                lambda state: transfer_rules.request_transfer(state, wanted, time.time(), self.offer_seconds)
            )
            self.advance(live)
            while wanted.transfer_id not in live.state.transfers:
                await listener.next()
        finally:
            live.listeners.discard(listener)
        return live.state.transfers[wanted.transfer_id]

    async def close_conversation(self, live: ConversationAggregate, closed: pb.ConversationClosed) -> None:
        """End a conversation, at once or with the turn that runs; what it was already is no error."""
        await live.write(lambda state: lifecycle_rules.close(state, closed))
        if live.state.is_closed:
            await self.contacts.ended(live)
        self.advance(live)

    @again_if_merged
    async def _tell_contact(self, live: ConversationAggregate) -> None:
        """Have the contact take over what triggers decided for it here."""
        decided = list(live.state.for_contact)
        view = live.state.view
        contact = await self.contacts.of(view.account_id, view.contact_id)
        if view.contact_id:
            await self.contacts.write(
                contact, lambda state: contact_rules.take_in(state, live.id, decided, time.time())
            )
        told = pb.ContactTold(through_sequence=decided[-1].sequence)
        await live.write(lambda _: [ConversationEvent(contact_told=told)])

    async def _check_target(self, live: ConversationAggregate, wanted: TransferConversationRequest) -> None:
        """Refuse a target that is not there, unless a fallback is named: that takes over at once."""
        try:
            await live.account.routing.check_target(wanted.target.agent)
        except (UnknownAgent, NoLiveInstance):
            if not wanted.HasField("fallback"):
                raise

    async def _load(self, conversation_id: str) -> ConversationAggregate:
        live = self._new(conversation_id)
        data = None if self.projection.is_rebuilding else self.projection.snapshot(conversation_id)
        state = self._restored(conversation_id, data)
        if state is not None:
            live.restore(state)
        await live.load()
        if live.state.view.account_id:
            live.account = await self.accounts.of(live.state.view.account_id)
        return live

    def _new(self, conversation_id: str) -> ConversationAggregate:
        return ConversationAggregate(conversation_id, self.log, self._written, self._react, self.unreadable)

    def _restored(self, conversation_id: str, data: bytes | None) -> State | None:
        """The state of a snapshot; None: there is none that can be read, and all events are."""
        if data is None:
            return None
        try:
            return snapshot.restore(data)
        except Exception as error:  # noqa: BLE001 - the log has all that it says
            self.unreadable(conversation_id, f"its snapshot cannot be read ({type(error).__name__}: {error})")
            return None

    def _react(self, live: ConversationAggregate, batch: Batch) -> None:
        react(live, batch, self.offer_seconds)
        batch.add(self._assigned(live, batch.events))
        batch.add(lifecycle_rules.close_after_turn(live.state, batch.events))
        batch.add(asked(live, batch.events))
        batch.add(self._deferred(live, batch))
        if self.turns.gather_seconds or _waits_for_owner(live):
            return  # the turn begins later
        batch.add(start_turn_after(live.state, batch.events, new_id()))

    def _assigned(self, live: ConversationAggregate, batch: Sequence[ConversationEvent]) -> list[ConversationEvent]:
        """The transfer to the agent that was assigned to the contact; nothing if that cannot have the conversation."""
        assigned = next((event.agent_assigned for event in batch if event.HasField("agent_assigned")), None)
        if assigned is None or not assigned.agent:
            return []
        wanted = TransferConversationRequest(
            target=Owner(agent=assigned.agent),
            transfer_id=new_id(),
            initiator=assigned.initiator,
            reason=assigned.reason,
        )
        try:
            live.account.routing.refuse_internal(assigned.agent)
            return transfer_rules.request_transfer(live.state, wanted, time.time(), self.offer_seconds)
        except BotmeshError as error:
            logger.info("conversation %s stays with its owner: %s", live.id, error.text)
            return []

    def _deferred(self, live: ConversationAggregate, batch: Batch) -> list[ConversationEvent]:
        """The assignment that waited for the end of a turn, where the batch ends the turn."""
        if live.state.deferred is None:
            return []
        ahead = live.state.fork()
        for event in batch.events:
            apply(ahead, event)
        return request_deferred(ahead, time.time(), self.offer_seconds)

    def _written(self, live: ConversationAggregate, events: Sequence[ConversationEvent]) -> None:
        self.offers.note_done_at_once(live, events)
        self._cache.weigh(live.id, live)
        if any(event.HasField("closed") for event in events):
            self._start(live, "end", self.contacts.ended(live))
        self.projector.put(live, events, read_position(events[-1].position, field="position"))
        if self.watchers:
            size = sum(event.ByteSize() for event in events)
            for watcher in list(self.watchers):
                if not watcher.tell(live.id, events, size):
                    self.watchers.discard(watcher)

    def _start(self, live: ConversationAggregate, kind: str, job: Coroutine[Any, Any, None]) -> None:
        self._jobs.start(live.id, kind, job, subject=live.id, then=lambda: self.advance(live))

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


def _waits_for_owner(live: ConversationAggregate) -> bool:
    """Whether a trigger is to fire before a turn if no instance of the owner is ready."""
    return any(trigger.when.no_owner_ready for trigger in live.account.triggers)
