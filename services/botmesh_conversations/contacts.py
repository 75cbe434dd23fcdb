"""All contacts: finds and makes them, and carries what happens to them into their open conversations.

A contact's stream is written first; each of its open conversations then carries the event, with its sequence in that
stream. What a stopped process left undone is finished at the next start.
"""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from botmesh.errors import AddressTaken, InvalidField, UnknownContact
from botmesh.names import DEFAULT_ACCOUNT, check_id, new_id
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.contact_pb2 import Contact, ContactKey
from botmesh.v1.conversation_pb2 import Address, ConversationEvent
from botmesh_conversations.accounts import Account, Accounts
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.contact_aggregate import ContactAggregate, MergedMeanwhile
from botmesh_conversations.contact_rows import effective
from botmesh_conversations.model import contact_rules, lifecycle_rules
from botmesh_conversations.model.contact_state import ContactState
from botmesh_conversations.projection import Projection
from botmesh_conversations.projector import COMPONENT, Projector
from botmesh_conversations.triggers.contact_reaction import react_of_contact
from botmesh_log.event_log import EventLog
from botmesh_log.position import read_position
from botmesh_service.problems import Problems
from botmesh_service.stream_cache import StreamCache

KEPT = 10_000
"""Contacts in memory, at most, as far as nothing is being done for them."""
_MAX_MERGES = 32
"""Merges that are followed from a contact to the one that remains."""

Decision = Callable[[ContactState], Sequence[ConversationEvent]]
P = ParamSpec("P")
R = TypeVar("R")


def again_if_merged(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """A method that looks up a contact, run again when that contact was merged meanwhile."""

    @functools.wraps(method)
    async def again(*args: P.args, **kwargs: P.kwargs) -> R:
        while True:
            try:
                return await method(*args, **kwargs)
            except MergedMeanwhile:
                continue

    return again


class Contacts:
    """The contacts of one service."""

    def __init__(
        self,
        log: EventLog,
        projection: Projection,
        projector: Projector,
        accounts: Accounts,
        problems: Problems,
        get: Callable[[str], Awaitable[ConversationAggregate]],
        advance: Callable[[ConversationAggregate], None],
    ) -> None:
        """`get` gives a conversation by its id; `advance` begins what it needs next."""
        self._log = log
        self._projection = projection
        self._projector = projector
        self._accounts = accounts
        self._problems = problems
        self._get = get
        self._advance = advance
        self._cache: StreamCache[tuple[str, str], ContactAggregate] = StreamCache(self._load, max_streams=KEPT)
        self._merging = asyncio.Lock()
        self._unadopted: set[tuple[str, str]] = set()
        """Account and id of contacts whose conversations began before contacts were kept."""
        self._locks: WeakValueDictionary[tuple[str, str, str], asyncio.Lock] = WeakValueDictionary()

    async def of(self, account: str, contact_id: str) -> ContactAggregate:
        """A contact, also one that is not known; of one that was merged, the one that remains."""
        contact = await self._cache.get((account, contact_id))
        for _ in range(_MAX_MERGES):
            if not contact.state.merged_into:
                break
            remaining = await self._cache.get((account, contact.state.merged_into))
            await self._take_over(remaining, contact)
            contact = remaining
        return contact

    async def named(self, key: ContactKey) -> ContactAggregate:
        """The contact that a key names.

        Raises:
            InvalidField: the key is malformed.
            UnknownContact: there is none.
        """
        account, address = self._checked(key)
        contact_id = key.contact_id
        if address is not None:
            contact_id = self._projection.contact_at(account, address.channel, address.text)
        contact = await self.of(account, contact_id) if contact_id else None
        if contact is None or not contact.state.is_known:
            who = address.text if address is not None else contact_id
            text = f"no contact {who} in account {account}: `botmesh contacts` lists them"
            raise UnknownContact(text, contact_id=contact_id)
        return contact

    @again_if_merged
    async def known(self, key: ContactKey) -> ContactAggregate:
        """The contact that a key names, which becomes known if it is not.

        Raises:
            InvalidField: the key is malformed.
        """
        account, address = self._checked(key)
        if address is not None:
            return await self.at(account, address)
        contact = await self.of(account, key.contact_id)
        if not contact.state.is_known:
            await contact.write(lambda state: contact_rules.create(state, account, contact.contact_id))
        return contact

    @again_if_merged
    async def at(self, account: str, address: Address, contact_id: str = "") -> ContactAggregate:
        """The contact at an address in NFC; where there is none, that contact or a new one gets it.

        Raises:
            AddressTaken: `contact_id` names another contact than the one that has the address.
        """
        key = account, address.channel, address.text
        async with self._locks.setdefault(key, asyncio.Lock()):
            has_it = self._projection.contact_at(*key)
            if not has_it:
                contact = await self.of(account, contact_id or new_id())
                await contact.write(
                    lambda state: [
                        *contact_rules.create(state, account, contact.contact_id),
                        *contact_rules.link(state, address),
                    ]
                )
                return contact
            contact = await self.of(account, has_it)
            if contact_id and (await self.of(account, contact_id)) is not contact:
                text = f"contact {contact.contact_id} has the address: leave the contact out, or merge the two"
                raise AddressTaken(text, contact_id=contact.contact_id)
            return contact

    async def write(self, contact: ContactAggregate, decide: Decision) -> list[ConversationEvent]:
        """Let `decide` say what happens to a contact; returns when its open conversations carry it.

        Returns what was written to the contact, and what followed from it in the conversation in which it happened.
        """
        written = await contact.write(decide)
        if any(event.HasField("conversation_begun") for event in written):
            await self._open_begun(contact)
        followed = await self.carry(contact) if written else []
        return [*written, *followed]

    async def carry(self, contact: ContactAggregate) -> list[ConversationEvent]:
        """Have all open conversations carry what happened to their contact; what was written to them."""
        followed: list[ConversationEvent] = []
        for live in await self.conversations(contact):
            followed += await self.follow(live, contact)
        return followed

    async def conversations(self, contact: ContactAggregate) -> list[ConversationAggregate]:
        """A contact's open conversations."""
        return [await self._get(known.conversation_id) for known in list(contact.state.view.conversations)]

    async def follow(self, live: ConversationAggregate, contact: ContactAggregate) -> list[ConversationEvent]:
        """Have one conversation carry what happened to its contact; what was written to it."""
        view = live.state.view
        is_other = view.conversation_id != "" and view.contact_id != contact.contact_id
        is_up_to_date = contact.state.shared <= view.contact_sequence
        if view.conversation_id and is_up_to_date and not is_other:
            return []  # one whose first event is being written is looked at when that is done
        events = [] if is_other else await contact.shared_after(view.contact_sequence)
        written = await live.write(
            lambda state: lifecycle_rules.follow(
                state, contact.contact_id, contact.sequence, contact.state.values(time.time()), events
            )
        )
        self._advance(live)
        return written

    async def begin(
        self,
        contact: ContactAggregate,
        channel: str,
        conversation_id: str,
        opened: pb.ConversationOpened | None = None,
    ) -> None:
        """Note that a conversation begins. `opened`: its first event, where somebody else than the contact opens it."""
        known = contact.state.open_on(channel)
        if known and (live := await self._get(known)).state.is_closed:
            await self.ended(live)

        def decide(state: ContactState) -> list[ConversationEvent]:
            return [
                *contact_rules.create(state, contact.account.name, contact.contact_id),
                *contact_rules.begin(state, conversation_id, channel, opened),
            ]

        await contact.write(decide)
        if opened is not None:
            await self._open_begun(contact)

    async def begin_if_none(self, contact: ContactAggregate, channel: str, conversation_id: str) -> None:
        """Note that a conversation begins, unless one is open on the channel."""

        def decide(state: ContactState) -> list[ConversationEvent]:
            if state.open_on(channel):
                return []
            return [
                *contact_rules.create(state, contact.account.name, contact.contact_id),
                *contact_rules.begin(state, conversation_id, channel),
            ]

        await contact.write(decide)

    @again_if_merged
    async def ended(self, live: ConversationAggregate) -> None:
        """Note at the contact that a conversation is open no more."""
        view = live.state.view
        if view.contact_id:
            contact = await self.of(view.account_id, view.contact_id)
            await contact.write(lambda state: contact_rules.end(state, live.id))

    async def unlink(self, contact: ContactAggregate, address: Address) -> None:
        """Take an address from a contact."""
        key = contact.account.name, address.channel, address.text
        async with self._locks.setdefault(key, asyncio.Lock()):
            await contact.write(lambda state: contact_rules.unlink(state, address))

    async def merge(self, contact: ContactKey, other: ContactKey) -> ContactAggregate:
        """Make the other contact part of the first; the contact that remains. Merging again is no error.

        Raises:
            UnknownContact: one of them is not known.
            InvalidField: they are of two accounts, or one and the same.
        """
        async with self._merging:  # two merges at once could make a circle
            remaining, merged = await self.named(contact), await self.named(other)
            if remaining.account.name != merged.account.name:
                raise InvalidField("both contacts must be of one account", field="merged")
            if remaining is not merged:
                await self._open_begun(merged)
                await merged.write(lambda state: contact_rules.merge_into(state, remaining.contact_id))
                await self._take_over(remaining, merged)
            elif other.contact_id == remaining.contact_id:
                raise InvalidField("a contact cannot be merged into itself", field="merged")
            return remaining

    def look_for_older(self) -> None:
        """Note the conversations that are older than contacts: each is adopted before its contact is used."""
        self._unadopted = set(self._projection.unfinished().unadopted)

    async def finish(self) -> None:
        """Finish what the last process began, and make contacts of conversations that are older than contacts."""
        todo = self._projection.unfinished()
        for account, contact_id in list(self._unadopted):
            await self._try(contact_id, self._finish_adoption(account, contact_id))
        for account, contact_id, _ in todo.unmerged:
            await self._try(contact_id, self._finish_contact(account, contact_id))
        for _, account, contact_id in todo.unopened:
            await self._try(contact_id, self._finish_contact(account, contact_id))
        for conversation_id, _, _ in todo.unended:
            await self._try(conversation_id, self._finish_end(conversation_id))
        for conversation_id in todo.behind:
            await self._try(conversation_id, self._finish_behind(conversation_id))

    def opening_values(self, contact: ContactAggregate, opened: pb.ConversationOpened) -> pb.ConversationOpened:
        """A conversation's first event, with what it takes over from its contact as that stands now."""
        state = contact.state
        values = state.values(time.time())
        opened.contact_id = contact.contact_id
        opened.account_id = contact.account.name
        opened.contact_sequence = state.shared
        if values.ListFields():
            opened.values.CopyFrom(values)
        opened.previous_conversation_id = state.last_on.get(opened.channel, "")
        return opened

    async def _adopt(self, contact: ContactAggregate) -> None:
        account, contact_id = contact.account.name, contact.contact_id
        older = self._projection.of_contact(account, contact_id)
        await contact.write(lambda state: contact_rules.adopt(state, older, account, contact_id))

    async def _finish_adoption(self, account: str, contact_id: str) -> None:
        contact = await self.exactly(account, contact_id)
        await self._adopt(contact)
        self._unadopted.discard((account, contact_id))
        await self.carry(contact)

    async def _finish_contact(self, account: str, contact_id: str) -> None:
        contact = await self.of(account, contact_id)
        await self._open_begun(contact)
        await self.carry(contact)

    async def _finish_end(self, conversation_id: str) -> None:
        await self.ended(await self._get(conversation_id))

    async def _finish_behind(self, conversation_id: str) -> None:
        live = await self._get(conversation_id)
        view = live.state.view
        await self.follow(live, await self.of(view.account_id, view.contact_id))

    async def _try(self, subject: str, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - one contact must not keep the others waiting
            text = f"what was under way cannot go on ({type(error).__name__}: {error})"
            self._problems.unreadable(COMPONENT, subject, text)

    async def _open_begun(self, contact: ContactAggregate) -> None:
        """Write the first events of conversations that somebody else than the contact opened."""
        for conversation_id, opened in list(contact.state.openings.items()):
            live = await self._get(conversation_id)
            if live.sequence:
                continue
            live.account = contact.account
            first = pb.ConversationOpened()
            first.CopyFrom(opened)
            first = self.opening_values(contact, first)
            await live.write(lambda state, first=first: lifecycle_rules.open_for(state, first))  # type: ignore[misc]
            self._advance(live)

    async def _take_over(self, remaining: ContactAggregate, merged: ContactAggregate) -> None:
        if merged.contact_id in remaining.state.view.merged_ids:
            return
        await remaining.write(lambda state: contact_rules.take_over(state, merged.state, time.time()))
        await self.carry(remaining)

    async def _load(self, key: tuple[str, str]) -> ContactAggregate:
        name, contact_id = key
        account = await self._accounts.of(name)
        contact = self.new(account, contact_id)
        await contact.load()
        if key in self._unadopted:
            await self._adopt(contact)
        return contact

    def new(self, account: Account, contact_id: str) -> ContactAggregate:
        """A contact of which nothing was read yet."""
        return ContactAggregate(account, contact_id, self._log, self._written, react_of_contact, self._unreadable)

    async def exactly(self, account: str, contact_id: str) -> ContactAggregate:
        """A contact, also one that was merged."""
        return await self._cache.get((account, contact_id))

    def _unreadable(self, subject: str, text: str) -> None:
        self._problems.unreadable(COMPONENT, subject, text)

    def _written(self, contact: ContactAggregate, events: Sequence[ConversationEvent]) -> None:
        position = read_position(events[-1].position, field="position")
        self._projector.put_contact(contact, events, position)

    def _checked(self, key: ContactKey) -> tuple[str, Address | None]:
        account = check_id("contact.account_id", key.account_id or DEFAULT_ACCOUNT)
        if key.WhichOneof("key") is None:
            raise InvalidField("contact says which contact: a contact_id or an address", field="contact")
        if key.HasField("address"):
            return account, contact_rules.check_address("contact.address", key.address)
        check_id("contact.contact_id", key.contact_id)
        return account, None


def shown(contact: ContactAggregate) -> Contact:
    """A contact as it stands now."""
    return effective(contact.state.view, time.time())
