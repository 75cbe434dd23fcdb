"""Takes in what contacts say: finds the contact and its open conversation on the channel, or opens the next one."""

from dataclasses import dataclass

from botmesh.errors import ConversationClosed, InvalidField
from botmesh.names import DEFAULT_ACCOUNT, check_id, new_id
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Address, ConversationEvent
from botmesh_conversations.aggregate import ConversationAggregate, Listener
from botmesh_conversations.contact_aggregate import ContactAggregate, MergedMeanwhile
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.lifecycle_methods import DEFAULT_CHANNEL
from botmesh_conversations.model import rules
from botmesh_conversations.model.contact_rules import check_address, check_text
from botmesh_conversations.model.sizes import check_something_said
from botmesh_conversations.model.state import State
from botmesh_conversations.post_stream import check_same


@dataclass(frozen=True, slots=True)
class Posted:
    """A message that is durable."""

    live: ConversationAggregate
    """The conversation that it stands in."""
    listener: Listener
    """Hears what happens there since before it was written; whoever gets this takes it away."""
    accepted: api.PostAccepted
    is_repeat: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a message belongs."""

    live: ConversationAggregate
    contact: ContactAggregate
    channel: str
    sequence: int = 0
    """Of the message, if it was taken in there before."""
    closed: str = ""
    """The conversation that was named and has ended."""


class Posts:
    """Takes in messages of contacts."""

    def __init__(self, conversations: Conversations) -> None:
        """Put them into these."""
        self._all = conversations

    async def take_in(self, request: api.PostRequest) -> Posted:
        """Make a message durable, in the conversation that is open or in the next one.

        Raises:
            BotmeshError: it is malformed, the conversation is another contact's, or nothing can be written.
        """
        check_something_said("payload", request.payload)
        message_id = check_id("message_id", request.message_id) if request.message_id else new_id()
        contact: ContactAggregate | None = None
        while True:
            try:
                place = await self._place(request, message_id, contact)
            except MergedMeanwhile:
                contact = None
                continue
            contact = place.contact
            live = place.live
            listener = Listener()
            live.listeners.add(listener)
            try:
                events = [] if place.sequence else await self._write(request, message_id, place)
            except ConversationClosed:  # somebody closed it just now
                live.listeners.discard(listener)
                await self._all.contacts.ended(live)
                continue
            except BaseException:
                live.listeners.discard(listener)
                raise
            accepted = api.PostAccepted(
                conversation_id=live.id,
                message_id=message_id,
                sequence=place.sequence or live.state.message_ids[message_id],
                repeated_message=not events,
                contact_id=live.state.view.contact_id,
                closed_conversation_id=place.closed,
            )
            return Posted(live, listener, accepted, is_repeat=not events)

    async def _write(self, request: api.PostRequest, message_id: str, place: _Place) -> list[ConversationEvent]:
        live, contact = place.live, place.contact
        if live.sequence:
            await self._all.contacts.follow(live, contact)

        def decide(state: State) -> list[ConversationEvent]:
            opening = pb.ConversationOpened()
            if not state.sequence:
                owner = live.account.routing.for_contact(contact.state.view.assigned_agent, place.channel)
                opening = pb.ConversationOpened(channel=place.channel, owner=owner)
                opening = self._all.contacts.opening_values(contact, opening)
            return rules.post(state, message_id, request.payload, request.context, opening)

        return await live.write(decide)

    async def _place(self, request: api.PostRequest, message_id: str, contact: ContactAggregate | None) -> _Place:
        """Where a message belongs; a conversation that is new is noted at the contact, and still empty."""
        named = None
        if request.conversation_id:
            named = await self._all.get(check_id("conversation_id", request.conversation_id))
        if named is not None and named.sequence:
            named.must_exist()
            contact = await self._contact_in(named, request)
            channel = named.state.view.channel
            if not named.state.is_closed or self._sequence_in(named, message_id, request):
                return _Place(named, contact, channel, self._sequence_in(named, message_id, request))
        else:
            channel = check_text("channel", request.channel or DEFAULT_CHANNEL)
            contact = contact or await self._contact(request, channel)
        if request.message_id:
            for other in _others(contact, channel):  # a repeat stands where it was taken in
                sequence = self._all.projection.sequence_of(other, message_id)
                if sequence:
                    return _Place(await self._all.get(other), contact, channel, sequence)
        live = await self._open_one(contact, channel, named)
        closed = named.id if named is not None and named.state.is_closed else ""
        return _Place(live, contact, channel, self._sequence_in(live, message_id, request), closed)

    async def _open_one(
        self, contact: ContactAggregate, channel: str, named: ConversationAggregate | None
    ) -> ConversationAggregate:
        """The conversation that is open on a channel, or a new one; a new one can be named."""
        while True:
            if named is not None and not named.sequence:
                conversation_id = named.id
                await self._all.contacts.begin(contact, channel, conversation_id)
            else:
                conversation_id = contact.state.open_on(channel)
            if not conversation_id:
                await self._all.contacts.begin_if_none(contact, channel, new_id())
                continue
            live = await self._all.get(conversation_id)
            if live.state.is_closed:
                await self._all.contacts.ended(live)
                continue
            if not live.sequence:
                live.account = contact.account
            return live

    async def _contact_in(self, live: ConversationAggregate, request: api.PostRequest) -> ContactAggregate:
        """The contact of a conversation that was named."""
        view = live.state.view
        if not view.contact_id:
            raise InvalidField("an alert has no contact who could say something", field="conversation_id")
        contact = await self._all.contacts.of(view.account_id, view.contact_id)
        if request.contact_id:
            asked = await self._all.contacts.of(view.account_id, check_id("contact_id", request.contact_id))
            if asked is contact:
                request.contact_id = view.contact_id
        check_same(view, request)
        return contact

    async def _contact(self, request: api.PostRequest, channel: str) -> ContactAggregate:
        account = check_id("account_id", request.account_id or DEFAULT_ACCOUNT)
        if request.contact_id or not request.address:
            check_id("contact_id", request.contact_id)
        if not request.address:
            return await self._all.contacts.of(account, request.contact_id)
        address = check_address("address", Address(channel=channel, text=request.address))
        return await self._all.contacts.at(account, address, request.contact_id)

    def _sequence_in(self, live: ConversationAggregate, message_id: str, request: api.PostRequest) -> int:
        """Where a message was taken in, in a conversation; 0: nowhere."""
        if not request.message_id:
            return 0
        known = live.state.taken_in(message_id)
        return self._all.projection.sequence_of(live.id, message_id) if known is None else known


def _others(contact: ContactAggregate, channel: str) -> list[str]:
    """The contact's conversations besides the one that is open on a channel: those that ended of late come first."""
    state = contact.state
    newest = state.open_on(channel)
    is_open = [known.conversation_id for known in state.view.conversations if known.conversation_id != newest]
    return [*reversed(state.ended), *is_open]
