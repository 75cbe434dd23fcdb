"""The fold and the rules, without clock, log or gRPC."""

import pytest
from google.protobuf.struct_pb2 import Struct

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh.v1.transfer_pb2 import TRANSFER_DECISION_ACCEPTED
from botmesh_conversations.model import rules, transfer_rules
from botmesh_conversations.model.fold import apply, fold
from botmesh_conversations.model.state import State
from botmesh_conversations.model.turn_rule import is_pending, next_turn
from botmesh_conversations.projection import Projection

NOW = 1_800_000_000.0


class Story:
    """A conversation that rules write and the fold reads."""

    def __init__(self):
        self.state = State()
        self.events = []

    def take(self, events):
        for event in events:
            copy = ConversationEvent()
            copy.CopyFrom(event)
            copy.conversation_id = "c1"
            copy.sequence = self.state.sequence + 1
            copy.time.FromNanoseconds(int((NOW + len(self.events)) * 1e9))
            apply(self.state, copy)
            self.events.append(copy)
        return events

    def post(self, text, message_id):
        opening = pb.ConversationOpened(account_id="default", channel="web", contact_id="anna", owner=Owner(agent="a"))
        return self.take(rules.post(self.state, message_id, [botmesh.text(text)], Struct(), opening))

    def turn(self, turn_id):
        started = pb.TurnStarted(
            turn_id=turn_id, epoch=self.state.view.epoch, agent="a", through_sequence=self.state.sequence
        )
        self.take([ConversationEvent(turn_started=started)])

    def finish(self, turn_id, epoch, text="answer", outcome=pb.TURN_OUTCOME_ANSWERED):
        finished = pb.TurnFinished(turn_id=turn_id, outcome=outcome, payload=[botmesh.text(text)], agent="a")
        return self.take(rules.finish_turn(self.state, turn_id, epoch, finished))

    def ask(self, to, transfer_id="t1", **fields):
        target = Owner(desk="") if to == "desk" else Owner(agent=to)
        wanted = TransferConversationRequest(target=target, transfer_id=transfer_id, **fields)
        return self.take(transfer_rules.request_transfer(self.state, wanted, NOW, 10))

    def accept(self, transfer_id="t1"):
        offer = transfer_rules.Offer(TRANSFER_DECISION_ACCEPTED)
        return self.take(transfer_rules.answer_offer(self.state, transfer_id, offer, None))


@pytest.fixture
def story():
    made = Story()
    made.post("hello", "m1")
    return made


def kinds(events):
    return [event.WhichOneof("event") for event in events]


def test_the_first_message_opens_the_conversation(story):
    assert kinds(story.events) == ["opened", "message_posted"]
    view = story.state.view
    assert (view.epoch, view.owner.agent, view.unanswered, view.sequence) == (1, "a", 1, 2)
    assert next_turn(story.state) is not None


def test_a_message_id_counts_once(story):
    assert story.post("hello", "m1") == []


def test_a_turn_answers_what_had_been_said_when_it_began(story):
    story.turn("t")
    story.post("more", "m2")
    story.finish("t", 1)
    assert [entry.message_id for entry in story.state.waiting] == ["m2"]
    assert next_turn(story.state) is not None


def test_one_final_reply_for_a_turn_and_later_ones_are_kept_apart(story):
    story.turn("t")
    assert kinds(story.finish("t", 1)) == ["turn_finished"]
    assert kinds(story.finish("t", 1, "again")) == ["late_reply"]
    assert [entry.author for entry in story.state.history] == ["anna", "a"]
    assert story.finish("t", 1, text="") != []


def test_a_transfer_raises_the_epoch_by_one_and_ends_the_turn_in_the_same_batch(story):
    story.turn("t")
    story.ask("b", context={"k": "v"})
    assert next_turn(story.state) is None
    assert kinds(story.accept()) == ["offer_answered", "turn_finished", "owner_changed"]
    view = story.state.view
    assert (view.epoch, view.owner.agent, view.turn_id) == (2, "b", "")
    assert view.context["k"] == "v"
    assert next_turn(story.state) is not None
    assert kinds(story.finish("t", 1)) == ["late_reply"]


def test_an_answer_to_an_offer_that_is_over_changes_nothing(story):
    story.ask("b")
    story.accept()
    assert story.accept() == []
    assert story.ask("b", "t1") == []


def test_the_desk_is_not_asked(story):
    assert kinds(story.ask("desk")) == ["transfer_requested", "owner_changed"]
    assert not is_pending(story.state)


@pytest.mark.parametrize(
    ("to", "fields", "refusal"),
    [("a", {}, errors.TransferToSelf), ("b", {"epoch": 7}, errors.EpochChanged)],
)
def test_transfers_that_cannot_be(story, to, fields, refusal):
    before = len(story.events)
    with pytest.raises(refusal):
        story.ask(to, **fields)
    assert len(story.events) == before


def test_a_second_transfer_waits_for_the_first(story):
    story.ask("b")
    with pytest.raises(errors.TransferOpen):
        story.ask("c", "t2")


def test_claiming_and_answering_need_the_desk(story):
    with pytest.raises(errors.NotClaimed):
        rules.claim(story.state, "eva")
    story.ask("desk")
    story.take(rules.claim(story.state, "eva"))
    assert rules.claim(story.state, "eva") == []
    with pytest.raises(errors.NotClaimed):
        rules.claim(story.state, "max")
    replied = pb.PersonReplied(person="eva", payload=[botmesh.text("hi")], message_id="p1")
    story.take(rules.reply(story.state, replied))
    assert rules.reply(story.state, replied) == []
    assert story.state.view.unanswered == 0


def test_pausing_overtakes_a_turn_that_runs(story):
    story.turn("t")
    paused = pb.StatusChanged(status=pb.CONVERSATION_STATUS_PAUSED)
    assert kinds(story.take(rules.set_status(story.state, paused))) == ["turn_finished", "status_changed"]
    assert rules.set_status(story.state, paused) == []
    assert next_turn(story.state) is None
    assert kinds(story.finish("t", 1)) == ["late_reply"]


def test_folding_again_gives_the_same(story):
    story.turn("t")
    story.ask("b")
    story.accept()
    again = fold(story.events)
    assert again.view == story.state.view
    assert list(again.history) == list(story.state.history)
    assert again.moves == story.state.moves


def test_a_projection_of_another_fold_is_thrown_away(tmp_path, story, monkeypatch):
    path = tmp_path / "projection.sqlite"
    made = Projection(path)
    made.put(story.state, story.events, 2, due=None)
    made.close()
    again = Projection(path)
    assert (again.position, again.pending()) == (2, ["c1"])
    again.close()
    monkeypatch.setattr("botmesh_conversations.projection.VERSION", 99)
    anew = Projection(path)
    assert (anew.position, anew.pending()) == (0, [])
    anew.close()
