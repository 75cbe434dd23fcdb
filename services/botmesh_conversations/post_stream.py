"""What comes back to a contact who has said something, and when nothing more will."""

import unicodedata
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

from botmesh.errors import InvalidField
from botmesh.names import check_agent, check_id
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Conversation, ConversationEvent, Owner
from botmesh.v1.history_pb2 import AUTHOR_KIND_CONTACT, HistoryEntry
from botmesh_conversations.aggregate import ConversationAggregate, Listener
from botmesh_conversations.event_stream import read_history
from botmesh_conversations.model.state import DESK, State, name_of
from botmesh_conversations.model.turn_rule import owes_first_answer
from botmesh_log.event_log import EventLog


def check_same(view: Conversation, request: api.PostRequest) -> None:
    """Refuse a message in somebody else's conversation."""
    for field, given, own in (
        ("contact_id", request.contact_id, view.contact_id),
        ("account_id", request.account_id, view.account_id),
        ("channel", unicodedata.normalize("NFC", request.channel), view.channel),
    ):
        if given and given != own:
            raise InvalidField(f"the conversation is of another {field}: leave the field or the id out", field=field)


def check_owner(field: str, owner: Owner) -> None:
    """Refuse an owner that nobody can be called."""
    if owner.agent:
        account, slash, name = owner.agent.rpartition("/")
        check_agent(f"{field}.agent", name)
        if slash:
            check_id(f"{field}.agent", account)
    if owner.desk:
        check_id(f"{field}.desk", owner.desk)


async def answers_to(log: EventLog, conversation: str, sequence: int) -> list[HistoryEntry]:
    """What was said after a message and before the contact's next one."""
    answers: list[HistoryEntry] = []
    async with aclosing(read_history(log, conversation, sequence)) as entries:
        async for entry in entries:
            if entry.author_kind == AUTHOR_KIND_CONTACT:
                break
            answers.append(entry)
    return answers


async def until_ended(
    live: ConversationAggregate,
    sequence: int,
    listener: Listener,
    queue_position: Callable[[Conversation], int],
) -> AsyncIterator[api.PostResponse]:
    """Everything that happens after the message at `sequence`, and last of all why nothing more will."""
    while True:
        while (what := listener.take()) is not None:
            for response in [what] if isinstance(what, api.PostResponse) else _shown(live.state, what, sequence):
                yield response
        end = _end(live, sequence)
        if end is not None:
            yield api.PostResponse(end=end, queue_position=queue_position(live.state.view))
            return
        what = await listener.next()
        for response in [what] if isinstance(what, api.PostResponse) else _shown(live.state, what, sequence):
            yield response


def _shown(state: State, event: ConversationEvent, since: int) -> list[api.PostResponse]:
    """What a contact sees of an event."""
    if event.sequence <= since:
        return []
    shown = [
        api.PostResponse(entry=entry)
        for entry in state.history.after(event.sequence - 1)
        if entry.sequence == event.sequence and entry.author_kind != AUTHOR_KIND_CONTACT
    ]
    if event.HasField("owner_changed"):
        shown.append(api.PostResponse(owner=event.owner_changed.owner))
    return shown


_ENDS = {
    pb.CONVERSATION_STATUS_PAUSED: api.POST_END_PAUSED,
    pb.CONVERSATION_STATUS_STOPPED: api.POST_END_STOPPED,
}


def _end(live: ConversationAggregate, sequence: int) -> "api.PostEnd | None":
    """Why nothing more will come for a message now; None: something will."""
    state = live.state
    view = state.view
    if state.is_closed:
        return api.POST_END_ANSWERED if state.answered_through >= sequence else api.POST_END_CLOSED
    if view.status in _ENDS:
        return _ENDS[view.status]
    if view.HasField("suggestion"):
        return api.POST_END_SUGGESTED
    if state.transfer is not None or state.turn is not None or view.asked:
        return None
    if name_of(view.owner) == DESK:
        return _end_at_desk(live)
    return _end_at_agent(state, sequence)


def _end_at_agent(state: State, sequence: int) -> "api.PostEnd | None":
    if state.answered_through >= sequence and not owes_first_answer(state):
        return api.POST_END_ANSWERED
    return api.POST_END_SUGGESTED if state.dropped_through >= sequence else None


def _end_at_desk(live: ConversationAggregate) -> "api.PostEnd":
    if live.state.view.owner.desk:
        return api.POST_END_WITH_PERSON
    return api.POST_END_QUEUED if live.account.state.on_duty else api.POST_END_NOBODY_ON_DUTY
