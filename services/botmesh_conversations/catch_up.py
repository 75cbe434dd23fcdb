"""Brings the projection up to date from the log: at a start, and after its file was damaged."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_STORAGE
from botmesh_conversations.accounts import Account, Accounts
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.contact_aggregate import ContactAggregate
from botmesh_conversations.event_stream import decode
from botmesh_conversations.model.streams import contact_of, is_conversation
from botmesh_conversations.projection import Projection
from botmesh_conversations.projector import COMPONENT, Projector
from botmesh_log.event_log import EventLog, Record
from botmesh_log.position import read_position
from botmesh_log.stream import OnUnreadable
from botmesh_service.problems import Problems

LISTS = "lists"
"""What the projection is called where it is a problem."""
_RECORDS_A_READ = 1000
_MAX_FOLDED = 5_000
"""Conversations and contacts that are held in memory while the projection catches up."""


async def catch_up(
    log: EventLog,
    projection: Projection,
    projector: Projector,
    accounts: Accounts,
    new: Callable[[str], ConversationAggregate],
    new_contact: Callable[[Account, str], ContactAggregate],
    on_unreadable: OnUnreadable,
) -> None:
    """Put all events that the projection has not seen.

    `new` makes a conversation and `new_contact` a contact that have read nothing yet.
    """
    position = projection.position
    folded: dict[str, ConversationAggregate] = {}
    contacts: dict[str, ContactAggregate] = {}
    while records := await log.read_all(position + 1, _RECORDS_A_READ):
        position = records[-1].position
        for stream, event in _of_contacts(records, on_unreadable):
            contact = contacts.get(stream)
            if contact is None:
                contact = contacts[stream] = await _contact(stream, event.sequence, accounts, new_contact)
            contact.take_in([event])
            projector.put_contact(contact, [event], read_position(event.position, field="position"))
        for conversation_id, events in _by_conversation(records, on_unreadable).items():
            live = folded.get(conversation_id)
            if live is None:
                live = folded[conversation_id] = new(conversation_id)
                if events[0].sequence > 1:
                    await live.load()
            live.take_in(events)
            if live.state.view.account_id:
                live.account = await accounts.of(live.state.view.account_id)
            projector.put(live, events, read_position(events[-1].position, field="position"))
        projector.try_to_commit()
        if len(folded) + len(contacts) > _MAX_FOLDED:
            folded.clear()
            contacts.clear()
    if projector.try_to_commit():
        projection.skip_to(position)


async def _contact(
    stream: str, first_sequence: int, accounts: Accounts, new_contact: Callable[[Account, str], ContactAggregate]
) -> ContactAggregate:
    """The contact of a stream as it was before the event with `first_sequence`, or later."""
    account, contact_id = contact_of(stream) or ("", "")
    contact = new_contact(await accounts.of(account), contact_id)
    if first_sequence > 1:
        await contact.load()
    return contact


async def rebuild(
    log: EventLog,
    projection: Projection,
    projector: Projector,
    get: Callable[[str], Awaitable[ConversationAggregate]],
    get_contact: Callable[[str, str], Awaitable[ContactAggregate]],
    problems: Problems,
    on_unreadable: OnUnreadable,
) -> None:
    """Fill a projection that was made anew, while the conversations that `get` gives go on."""
    position = 0
    while records := await log.read_all(position + 1, _RECORDS_A_READ):
        position = records[-1].position
        for stream, event in _of_contacts(records, on_unreadable):
            account, contact_id = contact_of(stream) or ("", "")
            projector.put_contact(await get_contact(account, contact_id), [event], position)
        for conversation_id, events in _by_conversation(records, on_unreadable).items():
            projector.put(await get(conversation_id), events, position)
        projector.try_to_commit()
    projection.rebuilt(position)
    problems.over(COMPONENT, PROBLEM_KIND_STORAGE, LISTS)


def _of_contacts(records: Sequence[Record], on_unreadable: OnUnreadable) -> Iterator[tuple[str, ConversationEvent]]:
    """The events of contacts with their streams, in the order of the log: addresses move from one to the other."""
    for record in records:
        if contact_of(record.stream) is not None:
            yield record.stream, decode(record, on_unreadable)


def _by_conversation(records: Sequence[Record], on_unreadable: OnUnreadable) -> dict[str, list[ConversationEvent]]:
    events: dict[str, list[ConversationEvent]] = defaultdict(list)
    for record in records:
        if is_conversation(record.stream):
            events[record.stream].append(decode(record, on_unreadable))
    return events
