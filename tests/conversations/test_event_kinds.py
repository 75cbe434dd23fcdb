"""The one table of event kinds has a row for each kind of the contract, and no other."""

import botmesh
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh_conversations.model.account_state import AccountState
from botmesh_conversations.model.counts import Counts
from botmesh_conversations.model.event_kinds import EVENT_KINDS, entry_of, kind_of, message_id_of, signal_of
from botmesh_conversations.model.fold import apply, apply_to_account
from botmesh_conversations.model.state import State

KINDS = [field.name for field in ConversationEvent.DESCRIPTOR.oneofs_by_name["event"].fields]


def test_each_kind_of_event_has_a_row():
    assert sorted(EVENT_KINDS) == sorted(KINDS)


def test_what_a_row_names_takes_an_event_of_its_kind():
    for name in KINDS:
        event = ConversationEvent(conversation_id="c", sequence=2, **{name: {}})
        state = State()
        apply(state, ConversationEvent(conversation_id="c", sequence=1, opened={"contact_id": "anna"}))
        apply(state, event)
        assert state.sequence == 2
        apply_to_account(AccountState(), event)
        if kind_of(event).count is not None:
            kind_of(event).count(Counts(), event)
        assert entry_of(event, "anna", 1) is None  # nothing was said
        assert message_id_of(event) == ""
        assert (signal_of(event) is None) == (EVENT_KINDS[name].signal is None)


def test_an_event_without_a_kind_means_nothing():
    event = ConversationEvent(sequence=1)
    assert entry_of(event, "anna", 1) is None
    assert message_id_of(event) == ""
    assert signal_of(event) is None
    apply_to_account(AccountState(), event)


def test_the_functions_of_a_row_are_those_of_its_kind():
    """A function is named after the kind that it is for, so that no row has another's."""
    for name, kind in EVENT_KINDS.items():
        for function in (kind.fold, kind.fold_account, kind.fill_entry, kind.count, kind.signal):
            assert function is None or function.__name__ == name


def test_messages_are_recognised_by_the_id_of_their_own_kind():
    said = {"message_id": "m", "payload": [botmesh.text("hello")]}
    for name in ("message_posted", "person_replied", "agent_said"):
        event = ConversationEvent(**{name: said})
        assert message_id_of(event) == "m"
        assert entry_of(event, "anna", 1).message_id == "m"
    assert message_id_of(ConversationEvent(form_submitted=pb.FormSubmitted(submission_id="s"))) == "s"
