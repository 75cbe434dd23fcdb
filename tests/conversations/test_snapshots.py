"""Long conversations: bounded in memory, opened from a snapshot, read in full from the log."""

import random

from google.protobuf.struct_pb2 import Struct

import botmesh
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import ConversationEvent, Owner
from botmesh.v1.conversation_service_pb2 import TransferConversationRequest
from botmesh_conversations import conversations
from botmesh_conversations.model import rules, snapshot, transfer_rules
from botmesh_conversations.model.deferral import defer_transfer
from botmesh_conversations.model.fold import apply, fold
from botmesh_conversations.model.recent_history import HISTORY_ENTRIES
from botmesh_conversations.model.replacement import replace_owner
from botmesh_conversations.model.state import State
from tests.conversations.conftest import bot
from tests.waiting import until

NOW = 1_800_000_000.0
KINDS = [
    *("post", "post", "turn", "move", "tag", "context", "person", "pause", "offer", "action"),
    *("fail", "away", "defer"),
]
OPENING = pb.ConversationOpened(account_id="default", channel="web", contact_id="anna", owner=Owner(agent="a"))


def events_of(steps, seed):  # noqa: C901, PLR0912 - a branch for each kind of step
    """A conversation in which all kinds of things happen, in some order."""
    chance = random.Random(seed)
    state, events = State(), []

    def take(batch):
        for event in batch:
            event.sequence, event.conversation_id = state.sequence + 1, "c1"
            event.time.FromNanoseconds(int((NOW + len(events)) * 1e9))
            apply(state, event)
            events.append(event)

    for number in range(steps):
        kind = chance.choice(KINDS)
        if kind == "post" or not state.sequence:
            take(rules.post(state, f"m{number}", [botmesh.text("hi")], Struct(), OPENING))
        elif kind == "turn" and state.turn is None:
            started = pb.TurnStarted(
                turn_id=f"t{number}", epoch=state.view.epoch, agent="a", through_sequence=state.sequence
            )
            take([ConversationEvent(turn_started=started)])
        elif kind == "turn":
            finished = pb.TurnFinished(turn_id=state.turn.turn_id, outcome=1, payload=[botmesh.text("ok")], agent="a")
            take(rules.finish_turn(state, state.turn.turn_id, state.view.epoch, finished))
        elif kind in ("fail", "away") and state.turn is not None:
            was_away = kind == "away"
            failed = pb.TurnFinished(turn_id=state.turn.turn_id, outcome=4, reason="x", unreached=was_away)
            take(
                [
                    *rules.finish_turn(state, state.turn.turn_id, state.view.epoch, failed),
                    *replace_owner(state, Owner(desk=""), "why", [botmesh.text("wait")], was_away=was_away),
                ]
            )
        elif kind == "defer" and state.turn is not None:
            wanted = TransferConversationRequest(target=Owner(agent="later"), transfer_id=f"d{number}")
            take(defer_transfer(state, wanted, NOW + len(events)))
        elif kind == "move":
            target = Owner(agent=chance.choice("ab"))
            take(transfer_rules.move(state, target, "why"))
        elif kind == "offer" and state.transfer is None:
            wanted = TransferConversationRequest(target=Owner(agent=f"x{number}"), transfer_id=f"f{number}")
            take(transfer_rules.request_transfer(state, wanted, NOW + len(events), 10))
        elif kind == "offer":
            take(
                transfer_rules.answer_offer(
                    state, state.transfer.transfer_id, transfer_rules.Offer(chance.choice([1, 2])), None
                )
            )
        elif kind == "tag":
            changed = pb.TagsChanged(added=[f"t{number % 5}"], removed=[f"t{(number + 1) % 5}"])
            take([ConversationEvent(tags_changed=changed, for_contact=bool(number % 2))])
        elif kind == "context":
            values = Struct()
            values.update({f"k{number % 7}": number})
            take(rules.set_context(state, values, NOW, chance.choice([None, 60.0])))
        elif kind == "action":
            take([ConversationEvent(action_fired=pb.ActionFired(action="go"))])
        elif kind == "pause":
            status = chance.choice([pb.CONVERSATION_STATUS_PAUSED, pb.CONVERSATION_STATUS_ACTIVE])
            take(rules.set_status(state, pb.StatusChanged(status=status)))
    return events


def same(one, other):
    for name in State.__slots__:
        assert getattr(one, name) == getattr(other, name), name


def test_the_random_conversations_reach_failures_absences_and_deferrals():
    states = [fold(events[:at]) for seed in range(8) for events in [events_of(300, seed)] for at in range(1, 300, 7)]
    assert any(state.failed_agents for state in states)
    assert any(state.view.returns_to for state in states)
    assert any(state.deferred is not None for state in states)


def test_a_snapshot_at_any_point_and_the_rest_of_the_events_give_the_same_state():
    for seed in range(8):
        events = events_of(300, seed)
        whole = fold(events)
        for at in range(1, len(events), 37):
            state = snapshot.restore(snapshot.take(fold(events[:at])))
            for event in events[at:]:
                apply(state, event)
            same(state, whole)


def test_a_snapshot_of_another_fold_is_not_taken(monkeypatch):
    kept = snapshot.take(fold(events_of(20, 1)))
    monkeypatch.setattr(snapshot, "VERSION", 99)
    assert snapshot.restore(kept) is None


def test_forking_a_state_leaves_the_first_alone():
    events = events_of(200, 3)
    state = fold(events)
    before = snapshot.take(state)
    fork = state.fork()
    for event in events_of(100, 4)[1:]:
        apply(fork, event)
    assert snapshot.restore(before) == state


async def fill(desk, conversation_id, messages):
    """Messages and answers, straight into the log."""
    log, sequence = desk.all.log, 0
    for start in range(0, messages, 400):
        batch = [] if start else [ConversationEvent(opened=OPENING)]
        for number in range(start, min(start + 400, messages)):
            through = sequence + len(batch) + 1
            said = [botmesh.text(f"message {number}")]
            batch.append(ConversationEvent(message_posted=pb.MessagePosted(message_id=f"m{number}", payload=said)))
            started = pb.TurnStarted(turn_id=f"t{number}", epoch=1, agent="a", through_sequence=through)
            batch.append(ConversationEvent(turn_started=started))
            finished = pb.TurnFinished(turn_id=f"t{number}", outcome=1, payload=[botmesh.text("ok")], agent="a")
            batch.append(ConversationEvent(turn_finished=finished))
        await log.append(conversation_id, sequence, [event.SerializeToString() for event in batch[:1000]])
        rest = [event.SerializeToString() for event in batch[1000:]]
        if rest:
            await log.append(conversation_id, sequence + 1000, rest)
        sequence += len(batch)


async def test_a_long_conversation_is_bounded_in_memory_and_whole_in_its_history(make_desk):
    desk = make_desk(primary="a", idle_timeout="0")
    async with desk:
        await fill(desk, "long", 2500)
    for leftover in desk.folder.glob("projection.sqlite*"):
        leftover.unlink()
    again = make_desk(primary="a", idle_timeout="0")
    async with again, again.bots(bot("a")):
        live = await again.all.get("long")
        assert len(live.state.history) == HISTORY_ENTRIES
        assert again.all.projection.snapshot("long") is not None
        history = await again.history("long")
        assert len(history) == 5000
        assert history[0] == ("anna", "message 0")
        for limit, expected in ((3, 3), (4000, 4000), (9000, 5000)):
            entries = []
            async for chunk in again.conversations.GetHistory(
                api.GetHistoryRequest(conversation_id="long", limit=limit)
            ):
                entries.extend(chunk.entries)
            assert len(entries) == expected
            assert entries[-1].payload[0].text == "ok"
        repeated = await again.post("message 7", conversation_id="long", message_id="m7")
        assert repeated.accepted.repeated_message
        assert repeated.entries == [("a", "ok")]
        assert (await again.post("new", conversation_id="long")).entries == [("a", "a: new")]
        assert agent_saw(await again.all.get("long"))


def agent_saw(live):
    return live.state.entries == 5002 and len(live.state.history) == HISTORY_ENTRIES


async def test_all_conversations_together_are_bounded_in_memory_too(make_desk, monkeypatch):
    monkeypatch.setattr(conversations, "KEPT_ENTRIES", 30)
    async with make_desk(primary="a", idle_timeout="0") as desk, desk.bots(bot("a")):
        for number in range(12):
            for contact in ("anna", "ben", "cleo", "dora"):
                await desk.post(f"message {number}", conversation_id=contact, contact=contact)
        await until(lambda: sum(len(live.state.history) for live in desk.all._cache.recent.values()) <= 30 + 24)
        assert desk.all._cache.weight == sum(len(live.state.history) for live in desk.all._cache.recent.values())
        assert len(await desk.history("anna")) == 24
        assert (await desk.post("again", conversation_id="anna", contact="anna")).entries == [("a", "a: again")]


async def test_opening_from_a_snapshot_reads_only_what_came_after(make_desk, monkeypatch):
    desk = make_desk(primary="a", idle_timeout="0")
    async with desk:
        await fill(desk, "long", 500)
    async with make_desk(primary="a", idle_timeout="0") as again:
        pass  # catches up, and keeps a snapshot
    async with make_desk(primary="a", idle_timeout="0") as third:
        reads = []
        read = third.all.log.read

        async def counted(conversation, from_sequence=1, limit=1000):
            reads.append((conversation, from_sequence))
            return await read(conversation, from_sequence, limit)

        monkeypatch.setattr(third.all.log, "read", counted)
        live = await third.all.get("long")
        assert reads[0] == ("long", 1502)
        assert live.state.entries == 1000
        assert live.state.view.sequence == 1501
        assert again.folder == third.folder
