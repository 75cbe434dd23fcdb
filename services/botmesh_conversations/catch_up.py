"""Brings the projection up to date from the log: at a start, and after its file was damaged."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence

from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_STORAGE
from botmesh_conversations.accounts import Accounts
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.event_stream import decode
from botmesh_conversations.model.streams import is_conversation
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
"""Conversations that are held in memory while the projection catches up."""


async def catch_up(
    log: EventLog,
    projection: Projection,
    projector: Projector,
    accounts: Accounts,
    new: Callable[[str], ConversationAggregate],
    on_unreadable: OnUnreadable,
) -> None:
    """Put all events that the projection has not seen. `new` makes a conversation that has read nothing yet."""
    position = projection.position
    folded: dict[str, ConversationAggregate] = {}
    while records := await log.read_all(position + 1, _RECORDS_A_READ):
        position = records[-1].position
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
        if len(folded) > _MAX_FOLDED:
            folded.clear()
    if projector.try_to_commit():
        projection.skip_to(position)


async def rebuild(
    log: EventLog,
    projection: Projection,
    projector: Projector,
    get: Callable[[str], Awaitable[ConversationAggregate]],
    problems: Problems,
    on_unreadable: OnUnreadable,
) -> None:
    """Fill a projection that was made anew, while the conversations that `get` gives go on."""
    position = 0
    while records := await log.read_all(position + 1, _RECORDS_A_READ):
        position = records[-1].position
        for conversation_id, events in _by_conversation(records, on_unreadable).items():
            projector.put(await get(conversation_id), events, position)
        projector.try_to_commit()
    projection.rebuilt(position)
    problems.over(COMPONENT, PROBLEM_KIND_STORAGE, LISTS)


def _by_conversation(records: Sequence[Record], on_unreadable: OnUnreadable) -> dict[str, list[ConversationEvent]]:
    events: dict[str, list[ConversationEvent]] = defaultdict(list)
    for record in records:
        if is_conversation(record.stream):
            events[record.stream].append(decode(record, on_unreadable))
    return events
