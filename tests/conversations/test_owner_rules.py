"""Who may have what waits: failed owners, deferred assignments, returns. Without clock, log or gRPC."""

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh_conversations.model import rules, transfer_rules
from botmesh_conversations.model.deferral import defer_transfer, request_deferred
from botmesh_conversations.model.replacement import replace_owner, return_to_owner
from botmesh_conversations.model.saying import said, says_something
from botmesh_conversations.model.state import words_of
from botmesh_conversations.model.turn_rule import needs_other_owner, next_turn, seconds_to_gather
from tests.conversations.test_fold import NOW, Story

DESK = Owner(desk="")


def failed(story, turn_id="t1", payload="sorry", **fields):
    finished = pb.TurnFinished(turn_id=turn_id, outcome=pb.TURN_OUTCOME_FAILED, reason="AGENT_ERROR", **fields)
    if payload:
        finished.payload.add(text=payload)
    return story.take(rules.finish_turn(story.state, turn_id, story.state.view.epoch, finished))


def in_turn(text="hello"):
    story = Story()
    story.post(text, "m1")
    story.turn("t1")
    return story


def assignment(to="b", **fields):
    return TransferConversationRequest(target=Owner(agent=to), transfer_id=f"to-{to}", initiator=3, **fields)


def test_an_owner_that_failed_gets_no_turn_until_the_message_is_answered():
    story = in_turn()
    failed(story)
    assert next_turn(story.state) is None
    assert needs_other_owner(story.state)
    story.take(transfer_rules.move(story.state, Owner(agent="b"), "why"))
    assert next_turn(story.state).agent == "b"
    story.turn("t2")
    story.finish("t2", 2)
    assert story.state.failed_agents == {}
    story.take(transfer_rules.move(story.state, Owner(agent="a"), "why"))
    story.post("again", "m2")
    assert next_turn(story.state).agent == "a"


def test_a_turn_that_did_not_reach_its_owner_is_no_failure_of_it():
    story = in_turn()
    failed(story, payload="", unreached=True)
    assert not story.state.has_failed("a")
    assert (story.state.apologised_through, next_turn(story.state).agent) == (0, "a")


def test_failures_that_are_remembered_are_bounded():
    story = in_turn()
    for number in range(200):
        story.state.note_failure(f"agent-{number}", number + 1)
    assert len(story.state.failed_agents) == 100
    assert story.state.has_failed("agent-199")


def test_the_desk_is_told_of_only_where_a_message_waits():
    story = in_turn()
    (moved,) = replace_owner(story.state, DESK, "why", [botmesh.text("wait")])
    assert moved.owner_changed.handoff_message[0].text == "wait"
    story.finish("t1", 1)
    (moved,) = replace_owner(story.state, DESK, "why", [botmesh.text("wait")])
    assert not moved.owner_changed.handoff_message


def test_a_fallback_gets_the_user_message_and_the_context_and_no_intent_or_handoff_message():
    story = in_turn()
    asked = {"intent_id": "refund", "user_message": [botmesh.text("5 EUR")], "handoff_message": [botmesh.text("bye")]}
    story.ask("b", fallback=Owner(agent="c"), **asked)
    (changed,) = [
        event.owner_changed
        for event in transfer_rules.answer_offer(
            story.state, "t1", transfer_rules.Offer(reason="closed"), Owner(agent="c")
        )
        if event.HasField("owner_changed")
    ]
    assert (changed.intent_id, list(changed.handoff_message)) == ("", [])
    assert changed.user_message[0].text == "5 EUR"
    assert not changed.HasField("fallback")


def test_a_fallback_that_is_the_owner_is_no_transfer():
    story = in_turn()
    story.ask("b", fallback=Owner(agent="a"))
    events = transfer_rules.answer_offer(story.state, "t1", transfer_rules.Offer(reason="closed"), Owner(agent="a"))
    assert [event.WhichOneof("event") for event in events] == ["transfer_failed"]


def test_a_turn_is_never_about_an_answered_message():
    story = in_turn()
    story.finish("t1", 1)
    story.take(transfer_rules.move(story.state, Owner(agent="b"), "why"))
    assert next_turn(story.state) is None
    changed = pb.OwnerChanged(epoch=3, owner=Owner(agent="c"), previous=Owner(agent="b"), intent_id="refund")
    story.take([ConversationEvent(owner_changed=changed)])
    assert next_turn(story.state).agent == "c"
    story.turn("t2")
    assert words_of(story.state.turn, 1000) == []


def test_a_message_to_an_owner_that_waited_is_gathered_as_any_other():
    story = in_turn()
    story.finish("t1", 1)
    story.take(transfer_rules.move(story.state, Owner(agent="b"), "why"))
    story.post("one", "m2")
    assert seconds_to_gather(story.state, 5, NOW + len(story.events)) > 0


def test_an_assignment_in_a_turn_waits_for_its_end_and_for_nothing_else():
    story = in_turn()
    story.take(defer_transfer(story.state, assignment(), NOW))
    assert request_deferred(story.state, NOW, 10) == []
    assert defer_transfer(story.state, assignment(), NOW) == []
    with pytest.raises(errors.TransferOpen):
        defer_transfer(story.state, assignment("c"), NOW)
    story.finish("t1", 1)
    story.take(request_deferred(story.state, NOW, 10))
    assert story.state.transfer.transfer_id == "to-b"
    assert (story.state.deferred, len(story.state.waiting)) == (None, 0)


def test_after_an_empty_reply_the_message_waits_for_the_assigned_owner():
    story = in_turn()
    story.take(defer_transfer(story.state, assignment(), NOW))
    ended = pb.TurnFinished(turn_id="t1", outcome=pb.TURN_OUTCOME_ANSWERED, agent="a")
    story.take(rules.finish_turn(story.state, "t1", 1, ended))
    story.take(request_deferred(story.state, NOW, 10))
    story.accept("to-b")
    assert next_turn(story.state).agent == "b"


def test_after_an_empty_reply_and_a_failed_assignment_the_owner_is_not_asked_again():
    story = in_turn()
    story.take(defer_transfer(story.state, assignment(), NOW))
    ended = pb.TurnFinished(turn_id="t1", outcome=pb.TURN_OUTCOME_ANSWERED, agent="a")
    story.take(rules.finish_turn(story.state, "t1", 1, ended))
    story.take(request_deferred(story.state, NOW, 10))
    story.take(transfer_rules.answer_offer(story.state, "to-b", transfer_rules.Offer(reason="closed"), None))
    assert next_turn(story.state) is None


def test_an_assignment_that_is_refused_at_the_end_of_the_turn_has_failed():
    story = in_turn()
    story.take(defer_transfer(story.state, assignment(), NOW))
    story.finish("t1", 1)
    story.state.moves.extend((NOW, "a", "b") for _ in range(6))
    (event,) = story.take(request_deferred(story.state, NOW, 10))
    assert event.transfer_failed.reason.startswith("PING_PONG")
    assert story.state.deferred is None


def test_what_went_to_the_desk_for_an_absence_returns_once_and_not_if_it_was_claimed():
    story = in_turn()
    story.take(replace_owner(story.state, DESK, "away", was_away=True))
    assert story.state.view.returns_to == "a"
    assert return_to_owner(story.state, "b", NOW) == []
    claimed = in_turn()
    claimed.take(replace_owner(claimed.state, DESK, "away", was_away=True))
    claimed.take(rules.claim(claimed.state, "eva"))
    claimed.take(rules.release(claimed.state, "nobody answered in time"))
    assert return_to_owner(claimed.state, "a", NOW) == []
    story.take(return_to_owner(story.state, "a", NOW))
    assert next_turn(story.state).agent == "a"
    assert return_to_owner(story.state, "a", NOW) == []


def test_a_bot_that_is_to_speak_first_and_was_away_does_so_when_it_is_back():
    story = Story()
    opening = pb.ConversationOpening(reason="campaign")
    opened = pb.ConversationOpened(
        account_id="default", channel="web", contact_id="anna", owner=Owner(agent="a"), opening=opening
    )
    story.take([ConversationEvent(opened=opened)])
    story.turn("t1")
    story.take(
        [
            *rules.finish_turn(
                story.state, "t1", 1, pb.TurnFinished(turn_id="t1", outcome=pb.TURN_OUTCOME_FAILED, unreached=True)
            ),
            *replace_owner(story.state, DESK, "away", [botmesh.text("wait")], was_away=True),
        ]
    )
    assert len(story.state.history) == 0
    story.take(return_to_owner(story.state, "a", NOW))
    assert next_turn(story.state).agent == "a"
    story.turn("t2")
    assert story.state.turn.opening == opening


def test_what_returned_too_often_of_late_stays_at_the_desk():
    story = in_turn()
    for _ in range(3):
        story.take(replace_owner(story.state, DESK, "away", was_away=True))
        story.take(return_to_owner(story.state, "a", NOW))
    story.take(replace_owner(story.state, DESK, "away", was_away=True))
    assert return_to_owner(story.state, "a", NOW) == []


@pytest.mark.parametrize(
    ("payload", "something"),
    [
        ([], False),
        ([botmesh.text("")], False),
        ([botmesh.text(" \n"), botmesh.text("\t")], False),
        ([botmesh.text(" "), botmesh.text("x")], True),
        ([botmesh.data({})], True),
    ],
)
def test_blank_text_says_nothing(payload, something):
    assert says_something(payload) is something
    assert list(said(payload)) == (payload if something else [])
