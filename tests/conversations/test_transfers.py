import asyncio

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh_conversations.model.turn_rule import owes_first_answer
from tests.conversations.conftest import bot


async def test_a_bot_hands_over_and_the_contact_never_retypes(make_desk):
    outcome = []

    async def passes_on(conversation):
        outcome.append(
            await conversation.transfer(
                "billing", reason="money", context={"order": 7}, handoff_message="Billing will help you."
            )
        )

    reception, billing = bot("reception", passes_on), bot("billing")
    async with make_desk(primary="reception") as desk, desk.bots(reception, billing):
        answer = await desk.post("I was charged twice")
        assert answer.owners == ["billing"]
        assert answer.entries == [("mesh", "Billing will help you."), ("billing", "billing: I was charged twice")]
        assert answer.end == api.POST_END_ANSWERED
        assert outcome == [type(outcome[0])(True, "billing", 2, "money")]
        seen = billing.seen[0]
        assert (seen.transferred_from, seen.transfer_reason) == ("reception", "money")
        assert seen.context == {"order": 7}
        assert (await desk.post("and now?")).entries == [("billing", "billing: and now?")]


async def test_an_intent_that_the_bot_knows_decides_the_dialog(make_desk):
    reception, billing = bot("reception"), bot("billing")

    @billing.on_intent("refund")
    async def refund(conversation):
        return f"refund of {conversation.context['amount']}"

    async with make_desk(primary="reception") as desk, desk.bots(reception, billing):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing", intent_id="refund", context={"amount": 5})
        await _settled(desk, first.id)
        await desk.transfer(first.id, "reception")
        await _settled(desk, first.id)
        await desk.transfer(first.id, "billing", intent_id="unknown", user_message=[botmesh.text("what I owe")])
        await _settled(desk, first.id)
        said = [text for author, text in await desk.history(first.id) if author == "billing"]
        assert said == ["refund of 5", "billing: what I owe"]


async def test_the_new_owner_never_gets_an_answered_message(make_desk):
    billing = bot("billing")
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), billing):
        first = await desk.post("question")
        await desk.transfer(first.id, "billing", handoff_message=[botmesh.text("one moment")])
        await asyncio.sleep(0.3)
        assert (await desk.history(first.id))[-2:] == [("reception", "reception: question"), ("mesh", "one moment")]
        assert (await desk.post("next question")).entries == [("billing", "billing: next question")]
        (seen,) = billing.seen
        assert seen.transferred_from == "reception"


async def test_an_offer_is_declined_and_the_owner_stays(make_desk):
    billing = bot("billing")

    @billing.on_transfer
    async def decide(task, offer):
        assert [entry.author for entry in offer.history] == ["anna", "reception"]
        return "closed today"

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), billing):
        first = await desk.post("hello")
        response = await desk.transfer(first.id, "billing")
        assert not response.transferred
        assert (response.owner.agent, response.failure, response.reason) == (
            "reception",
            pb.TRANSFER_FAILURE_DECLINED,
            "closed today",
        )
        assert (await desk.view(first.id)).epoch == 1
        named = await desk.transfer(first.id, "billing", fallback=Owner(desk=""))
        assert (named.transferred, named.owner.WhichOneof("owner"), named.epoch) == (False, "desk", 2)


async def test_an_offer_that_nobody_answers_expires(make_desk):
    billing = bot("billing")

    @billing.on_transfer
    async def sleeps(task, offer):
        await asyncio.sleep(30)

    async with make_desk(primary="reception", offer_timeout="0.3") as desk, desk.bots(bot("reception"), billing):
        first = await desk.post("hello")
        response = await desk.transfer(first.id, "billing")
        assert response.failure == pb.TRANSFER_FAILURE_EXPIRED
        assert (await desk.post("still you?")).entries == [("reception", "reception: still you?")]


async def test_a_target_that_dies_during_the_offer_leaves_the_owner(make_desk):
    billing = bot("billing")

    @billing.on_transfer
    async def dies(task, offer):
        raise ValueError("crash")

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), billing):
        first = await desk.post("hello")
        response = await desk.transfer(first.id, "billing")
        assert response.failure == pb.TRANSFER_FAILURE_UNAVAILABLE
        assert response.owner.agent == "reception"


async def test_of_two_transfers_at_once_one_wins(make_desk):
    slow = bot("slow")

    @slow.on_transfer
    async def thinks(task, offer):
        await asyncio.sleep(0.3)

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), slow, bot("fast")):
        first = await desk.post("hello")
        one = asyncio.create_task(desk.transfer(first.id, "slow", transfer_id="t1"))
        await asyncio.sleep(0.1)
        with pytest.raises(errors.TransferOpen) as caught:
            await desk.transfer(first.id, "fast")
        assert caught.value.metadata["transfer_id"] == "t1"
        assert (await one).transferred
        again = await desk.transfer(first.id, "slow", transfer_id="t1")
        assert (again.transferred, again.epoch) == (True, 2)


async def test_what_the_contact_says_during_an_offer_waits_for_whoever_owns_it_then(make_desk):
    slow = bot("slow")

    @slow.on_transfer
    async def thinks(task, offer):
        await asyncio.sleep(0.5)

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), slow):
        first = await desk.post("hello")
        transfer = asyncio.create_task(desk.transfer(first.id, "slow"))
        await asyncio.sleep(0.1)
        answer = await desk.post("and this?")
        assert (await transfer).transferred
        assert answer.entries[-1][0] == "slow"
        assert "and this?" in answer.entries[-1][1]


async def test_an_old_owner_that_answers_late_is_kept_apart(make_desk):
    async def late(conversation):
        await conversation.transfer("billing")
        return "too late"

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", late), bot("billing")):
        first = await desk.post("hello")
        await asyncio.sleep(0.3)
        assert ("reception", "too late") not in await desk.history(first.id)
        live = await desk.all.get(first.id)
        records = await desk.all.log.read(first.id)
        assert sum(b"too late" in record.payload for record in records) == 1
        assert live.state.view.owner.agent == "billing"


async def test_an_epoch_that_has_passed_is_refused_with_the_present_owner(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing")):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing", epoch=1)
        with pytest.raises(errors.EpochChanged) as caught:
            await desk.transfer(first.id, "reception", epoch=1)
        assert caught.value.metadata == {"epoch": "2", "owner": "billing"}


async def test_transfers_that_cannot_be_are_refused(make_desk):
    internal = bot("internal", exposure="internal")
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), internal):
        first = await desk.post("hello")
        for target, refusal in (
            ("reception", errors.TransferToSelf),
            ("nobody", errors.UnknownAgent),
            ("internal", errors.TargetInternal),
        ):
            with pytest.raises(refusal):
                await desk.transfer(first.id, target)
        with pytest.raises(errors.InvalidField):
            await desk.conversations.TransferConversation(api.TransferConversationRequest(conversation_id=first.id))


@pytest.mark.parametrize("target", ["sleeping", "nobody"])
async def test_an_unavailable_target_uses_the_named_fallback_at_once(make_desk, target):
    async def asks(conversation):
        await conversation.transfer(
            target, intent="refund", fallback="second", handoff_message="Goodbye.", context={"order": 7}
        )

    second = bot("second")
    second.on_intent("refund")(_never)
    async with make_desk(primary="reception", offer_timeout="20") as desk:
        async with desk.bots(bot("sleeping")):
            pass
        async with desk.bots(bot("reception", asks), second):
            async with asyncio.timeout(6):
                answer = await desk.post("help")
            assert answer.entries == [("second", "second: help")]
            assert answer.owners == ["second"]
            assert second.seen[0].context == {"order": 7}
            first = await desk.post("hello", contact="ben")
            refusal = errors.UnknownAgent if target == "nobody" else errors.NoLiveInstance
            with pytest.raises(refusal):
                await desk.transfer(first.id, target)


async def _never(conversation):
    raise AssertionError("the intent was for the target")


async def test_a_fallback_that_is_the_owner_is_no_transfer_in_the_statistics(make_desk):
    billing, outcomes = bot("billing"), []

    @billing.on_transfer
    async def declines(task, offer):
        return "closed"

    async def asks(conversation):
        outcomes.append(await conversation.transfer("billing", fallback="reception", handoff_message="Goodbye."))
        return "I will do it myself."

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", asks), billing):
        answer = await desk.post("help")
        assert (answer.entries, answer.owners) == ([("reception", "I will do it myself.")], [])
        assert [(one.transferred, one.owner, one.reason) for one in outcomes] == [(False, "reception", "closed")]
        found = await desk.conversations.GetStatistics(api.GetStatisticsRequest())
        assert (found.transfers, found.failed_transfers) == (0, 1)
        assert {one.agent: one.transfers_out for one in found.agents} == {"reception": 0, "billing": 0}


async def test_a_turn_that_fails_during_an_offer_leaves_the_conversation_to_the_target(make_desk):
    slow = bot("slow")

    @slow.on_transfer
    async def thinks(task, offer):
        await asyncio.sleep(0.5)

    async def fails(conversation):
        posted.set_result(conversation.conversation_id)
        await asyncio.sleep(0.3)
        raise botmesh.AgentFailed("no")

    posted = asyncio.get_running_loop().create_future()
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", fails), slow):
        posting = asyncio.create_task(desk.post("help"))
        response = await desk.transfer(await posted, "slow")
        assert (response.transferred, response.epoch) == (True, 2)
        assert (await posting).entries[-1] == ("slow", "slow: help")


async def test_ping_pong_is_refused_past_three_round_trips(make_desk):
    async with make_desk(primary="a") as desk, desk.bots(bot("a"), bot("b"), bot("c")):
        first = await desk.post("hello")
        for _ in range(3):
            for target in ("b", "a"):
                assert (await desk.transfer(first.id, target)).transferred
                await _settled(desk, first.id)
        with pytest.raises(errors.PingPong) as caught:
            await desk.transfer(first.id, "b")
        assert caught.value.metadata["limit"] == "3"
        assert (await desk.transfer(first.id, "c")).transferred


async def test_a_stopped_conversation_is_woken_by_an_operators_assignment(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing")):
        first = await desk.post("hello")
        await desk.conversations.SetStatus(
            api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_STOPPED)
        )
        with pytest.raises(errors.ConversationStopped):
            await desk.transfer(first.id, "billing", initiator=1)
        assert (await desk.transfer(first.id, "billing")).transferred
        assert (await desk.view(first.id)).status == pb.CONVERSATION_STATUS_ACTIVE


async def test_hand_back_returns_to_who_it_came_from(make_desk):
    async def returns(conversation):
        await conversation.hand_back(reason="not about money")

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing", returns)):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing")
        answer = await desk.post("where are you?")
        assert answer.entries == [("reception", "reception: where are you?")]
        assert (await desk.view(first.id)).owner.agent == "reception"
        assert (await desk.view(first.id)).epoch == 3


async def test_a_bot_can_ask_for_a_person(make_desk):
    async def escalates(conversation):
        result = await conversation.transfer(botmesh.DESK, reason="angry", handoff_message="A person will answer.")
        assert result.owner == "desk"

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", escalates)):
        answer = await desk.post("this is outrageous")
        assert answer.end == api.POST_END_NOBODY_ON_DUTY
        assert answer.entries == [("mesh", "A person will answer.")]


async def _settled(desk, conversation_id):
    async with asyncio.timeout(5):
        while True:
            live = await desk.all.get(conversation_id)
            if live.state.turn is None and live.state.transfer is None and not owes_first_answer(live.state):
                return
            await asyncio.sleep(0.01)
