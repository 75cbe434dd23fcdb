"""The human desk: the queue and who is on duty; and what happens because time passes."""

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from tests.conversations.conftest import bot
from tests.waiting import until


async def duty(desk, person, *, on=True):
    return list((await desk.conversations.SetDuty(api.SetDutyRequest(person=person, on_duty=on))).on_duty)


async def ask_for(desk, conversation_id, person=""):
    target = Owner(desk=person)
    request = api.TransferConversationRequest(conversation_id=conversation_id, target=target)
    return await desk.conversations.TransferConversation(request)


async def owner_is(desk, conversation_id, owner):
    async def is_so():
        return (await desk.view(conversation_id)).owner == owner

    await until(is_so)


async def test_asking_for_a_person_says_what_happened(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception")):
        ids = [(await desk.post("hello", contact=f"c{number}")).id for number in range(5)]
        nobody = await ask_for(desk, ids[0])
        assert (nobody.desk, nobody.queue_position) == (api.DESK_OUTCOME_NOBODY_ON_DUTY, 1)
        assert await duty(desk, "eva") == ["eva"]
        queued = await ask_for(desk, ids[1])
        assert (queued.transferred, queued.desk, queued.queue_position) == (True, api.DESK_OUTCOME_QUEUED, 2)
        assigned = await ask_for(desk, ids[2], "eva")
        assert (assigned.desk, assigned.owner.desk, assigned.queue_position) == (api.DESK_OUTCOME_ASSIGNED, "eva", 0)
        with pytest.raises(errors.UnknownPerson) as refused:
            await ask_for(desk, ids[3], "evaa")
        assert refused.value.metadata["nearest"] == "eva"
        assert (await desk.view(ids[3])).owner.agent == "reception"
        assert await duty(desk, "eva", on=False) == []
        off = await ask_for(desk, ids[3], "eva")
        assert (off.desk, off.owner.desk, off.queue_position) == (api.DESK_OUTCOME_NOBODY_ON_DUTY, "", 3)
        waits = await desk.post("anybody?", contact="c1")
        assert (waits.end, waits.responses[-1].queue_position) == (api.POST_END_NOBODY_ON_DUTY, 2)
        await desk.conversations.Claim(api.ClaimRequest(conversation_id=ids[0], person="ben"))
        found = await desk.conversations.GetConversation(api.GetConversationRequest(conversation_id=ids[1]))
        assert found.queue_position == 1
        account = await desk.conversations.GetAccount(api.GetAccountRequest())
        assert (list(account.on_duty), list(account.people), account.queued) == (["ben"], ["ben", "eva"], 2)


async def test_a_bot_learns_what_became_of_asking_for_a_person(make_desk):
    outcomes = []

    async def asks(conversation):
        try:
            outcomes.append(await conversation.transfer(conversation.text))
        except errors.UnknownPerson as error:
            return error.text
        return None

    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", asks)):
        await duty(desk, "eva")
        answer = await desk.post("desk/adam")
        assert answer.entries == [("reception", "nobody called 'adam' works at the desk.")]
        assert (await desk.post("desk/eva")).end == api.POST_END_WITH_PERSON
        assert (await desk.post("desk", contact="ben")).end == api.POST_END_QUEUED
        await until(lambda: len(outcomes) == 2)  # the contact may learn of it before the bot does
        assert [(one.transferred, one.desk, one.queue_position) for one in outcomes] == [
            (True, "assigned", 0),
            (True, "queued", 1),
        ]


async def test_a_claim_that_nobody_works_on_returns_to_the_queue(make_desk):
    async with make_desk(claim_timeout="0.4", idle_timeout="0") as desk:
        first = await desk.post("hello")
        await desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="eva"))
        await owner_is(desk, first.id, Owner(desk=""))
        with pytest.raises(errors.NotClaimed):
            await desk.conversations.Reply(
                api.ReplyRequest(conversation_id=first.id, person="eva", payload=[botmesh.text("late")])
            )
        await desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="eva"))
        await desk.conversations.Reply(
            api.ReplyRequest(conversation_id=first.id, person="eva", payload=[botmesh.text("yes?")])
        )
        assert desk.all.alarms.due((await desk.all.get(first.id)).state, await desk.all.accounts.of("default")) is None
        assert (await desk.post("and now?")).end == api.POST_END_WITH_PERSON
        await owner_is(desk, first.id, Owner(desk=""))


async def test_after_a_contacts_silence_the_primary_has_it_and_waits(make_desk):
    reception, billing = bot("reception"), bot("billing")
    async with make_desk(primary="reception", silence="0.4") as desk, desk.bots(reception, billing):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing")
        await owner_is(desk, first.id, Owner(agent="reception"))
        assert [author for author, _ in await desk.history(first.id)] == ["anna", "reception"]
        assert len(reception.seen) == 1
        answer = await desk.post("I am back")
        assert answer.entries == [("reception", "reception: I am back")]
        assert (reception.seen[1].transferred_from, reception.seen[1].transfer_reason) == (
            "billing",
            "the contact has been silent",
        )
        assert (await desk.view(first.id)).epoch == 3


async def test_what_waits_for_a_person_is_no_silence(make_desk):
    async with make_desk(primary="reception", silence="0.2") as desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        await desk.transfer(first.id, "desk")
        await desk.post("a person please")
        live = await desk.all.get(first.id)
        assert desk.all.alarms.due(live.state, live.account) is None


async def test_a_pause_ends_though_the_service_was_away_when_it_did(make_desk):
    desk = make_desk(primary="reception")
    async with desk, desk.bots(bot("reception")):
        first = await desk.post("hello")
        pause = api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_PAUSED)
        pause.until.GetCurrentTime()
        pause.until.nanos = min(999_999_999, pause.until.nanos + 500_000_000)
        await desk.conversations.SetStatus(pause)
        assert (await desk.post("are you there?")).end == api.POST_END_PAUSED
    again = make_desk(primary="reception")
    async with again, again.bots(bot("reception")):

        async def answered():
            return ("reception", "reception: are you there?") in await again.history(first.id)

        await until(answered, 10)


async def test_not_mine_can_be_kept_from_the_primary(make_desk):
    async def refuses(conversation):
        return botmesh.NOT_MINE

    bots = bot("reception"), bot("billing", refuses)
    async with make_desk(primary="reception", not_mine_to_primary="off") as desk, desk.bots(*bots):
        first = await desk.post("hello")
        await desk.transfer(first.id, "billing")
        answer = await desk.post("weather?")
        assert set(answer.entries) == {("mesh", "Sorry, I do not know about that.")}
        view = await desk.view(first.id)
        assert (view.owner.agent, view.unanswered) == ("billing", 0)


@pytest.mark.parametrize(
    "outcome", [pb.Outcome(), pb.Outcome(satisfaction=0), pb.Outcome(satisfaction=6)], ids=["nothing", "0", "6"]
)
async def test_an_outcome_says_something_and_satisfaction_is_1_to_5(make_desk, outcome):
    async with make_desk() as desk:
        first = await desk.post("hello")
        with pytest.raises(errors.InvalidField):
            await desk.conversations.RecordOutcome(api.RecordOutcomeRequest(conversation_id=first.id, outcome=outcome))


async def test_outcomes_count_for_the_last_agent_and_the_later_word_holds(make_desk):
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), bot("billing")):
        first, second = await desk.post("hello"), await desk.post("hello", contact="ben")
        await desk.transfer(first.id, "billing")

        async def is_settled():
            view = await desk.view(first.id)
            return view.owner.agent == "billing" and not view.unanswered and not view.turn_id

        await until(is_settled)
        await desk.transfer(first.id, "desk")
        for conversation, outcome in (
            (first, pb.Outcome(resolved=False, satisfaction=2)),
            (first, pb.Outcome(resolved=True)),
            (first, pb.Outcome(satisfaction=4)),
            (second, pb.Outcome(booked=True, satisfaction=5)),
            (second, pb.Outcome(booked=True)),
        ):
            await desk.conversations.RecordOutcome(
                api.RecordOutcomeRequest(conversation_id=conversation.id, outcome=outcome)
            )
        found = await desk.conversations.GetStatistics(api.GetStatisticsRequest())
        assert (found.resolved, found.booked, found.satisfaction, found.transfers) == (1, 1, 4.5, 2)
        agents = {one.agent: one for one in found.agents}
        assert (agents["billing"].resolved, agents["billing"].satisfaction, agents["billing"].ratings) == (1, 4.0, 1)
        assert (agents["reception"].booked, agents["reception"].ratings) == (1, 1)
        assert agents["reception"].response_rate == 1.0
        assert agents["reception"].transfer_rate == 0.5
        assert agents["billing"].transfer_rate == 1.0
