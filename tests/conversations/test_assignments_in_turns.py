"""An action that assigns, fired in a turn by the agent whose turn it is: the reply first, then the hand-over."""

import asyncio

import pytest

import botmesh
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh_service.contact_texts import APOLOGY, UNANSWERED
from tests.conversations.conftest import bot
from tests.conversations.test_triggers import events_of
from tests.waiting import until

ASSIGN = "triggers:\n  - {name: t, when: {action: booked}, then: {assign: {to: %s, handoff: Here you go.}}}\n"
CHAIN = (
    "triggers:\n  - {name: a, when: {action: booked}, then: {add_tag: vip}}\n"
    "  - {name: b, when: {tag: vip}, then: {assign: billing}}\n"
)


@pytest.fixture
def with_trigger(tmp_path, make_desk):
    folder = tmp_path / "triggers"
    folder.mkdir()

    def make(source, **settings):
        (folder / "default.yaml").write_text(source)
        return make_desk(primary="reception", triggers=str(folder), **settings)

    return make


def firing(reply):
    async def fires(conversation):
        await conversation.fire("booked")
        if reply is ValueError:
            raise ValueError("broken")
        return reply

    return fires


async def kinds(desk, conversation_id):
    return [event.WhichOneof("event") for event in await events_of(desk, conversation_id)]


async def test_the_reply_is_shown_before_the_hand_over_each_time(with_trigger):
    bots = bot("reception", firing("Your appointment is booked.")), bot("billing")
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(*bots):
        seen = set()
        for number in range(30):
            answer = await desk.post("book it", contact=f"c{number}")
            seen.add((tuple(answer.entries), tuple(answer.owners), answer.end))
            assert "late_reply" not in await kinds(desk, answer.id)
        said = (("reception", "Your appointment is booked."), ("mesh", "Here you go."))
        assert seen == {(said, ("billing",), api.POST_END_ANSWERED)}
        assert bots[1].seen == []
        assert (await desk.post("thanks", contact="c0")).entries == [("billing", "billing: thanks")]


@pytest.mark.parametrize("reply", [None, " "], ids=["empty", "blank"])
async def test_the_new_owner_gets_a_message_that_was_not_answered(with_trigger, reply):
    bots = bot("reception", firing(reply)), bot("billing")
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(*bots):
        answer = await desk.post("book it")
        assert answer.entries == [("mesh", "Here you go."), ("billing", "billing: book it")]
        assert len(bots[0].seen) == 1


async def test_an_assignment_that_follows_from_the_action_by_another_trigger_waits_too(with_trigger):
    bots = bot("reception", firing("Done.")), bot("billing")
    async with with_trigger(CHAIN) as desk, desk.bots(*bots):
        answer = await desk.post("book it")
        assert (answer.entries, answer.owners) == ([("reception", "Done.")], ["billing"])


async def test_the_desk_as_target_waits_too(with_trigger):
    async with with_trigger(ASSIGN % "desk") as desk, desk.bots(bot("reception", firing("A person will call you."))):
        answer = await desk.post("call me")
        assert answer.entries == [("reception", "A person will call you."), ("mesh", "Here you go.")]
        assert (answer.owners, answer.end) == (["desk"], api.POST_END_NOBODY_ON_DUTY)
        assert (await desk.view(answer.id)).unanswered == 0


async def test_after_a_failing_turn_the_assignment_goes_before_the_fallbacks(with_trigger):
    bots = bot("reception", firing(ValueError)), bot("billing")
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(*bots):
        answer = await desk.post("book it")
        assert answer.owners == ["billing"]
        assert answer.entries == [("mesh", APOLOGY), ("mesh", "Here you go."), ("billing", "billing: book it")]


async def test_a_failing_turn_whose_assignment_is_declined_goes_to_the_fallbacks(with_trigger):
    billing = bot("billing")

    @billing.on_transfer
    async def decline(task, offer):
        return "closed"

    reception = bot("reception", firing(ValueError))
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(reception, billing):
        answer = await desk.post("book it")
        assert answer.owners == ["desk"]
        assert answer.entries == [("mesh", APOLOGY), ("mesh", UNANSWERED)]
        assert len(reception.seen) == 1


async def test_an_assignment_that_is_declined_after_an_empty_reply_begins_no_circle(with_trigger):
    billing = bot("billing")

    @billing.on_transfer
    async def decline(task, offer):
        return "closed"

    reception = bot("reception", firing(None))
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(reception, billing):
        answer = await desk.post("book it")
        assert (answer.owners, answer.end) == ([], api.POST_END_ANSWERED)
        assert len(reception.seen) == 1


async def test_an_assignment_that_is_declined_after_not_mine_goes_to_the_fallbacks(with_trigger):
    billing = bot("billing")

    @billing.on_transfer
    async def decline(task, offer):
        return "closed"

    reception = bot("reception", firing(botmesh.NOT_MINE))
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(reception, billing):
        answer = await desk.post("book it")
        assert (answer.owners, answer.entries) == (["desk"], [("mesh", UNANSWERED)])
        assert len(reception.seen) == 1


async def test_an_assignment_goes_first_after_not_mine(with_trigger):
    bots = bot("reception", firing(botmesh.NOT_MINE)), bot("billing")
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(*bots):
        answer = await desk.post("book it")
        assert answer.entries == [("mesh", "Here you go."), ("billing", "billing: book it")]


async def test_an_action_of_somebody_else_assigns_at_once(with_trigger):
    runs = asyncio.Event()

    async def slow(conversation):
        runs.set()
        await asyncio.sleep(20)

    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(bot("reception", slow), bot("billing")):
        posting = asyncio.create_task(desk.post("book it"))
        await runs.wait()
        live = next(iter(desk.all._cache.held.values()))
        await desk.conversations.FireAction(api.FireActionRequest(conversation_id=live.id, action="booked"))
        answer = await posting
        assert answer.entries == [("mesh", "Here you go."), ("billing", "billing: book it")]


async def test_it_survives_a_restart_of_the_service_during_the_turn(with_trigger):
    fired = asyncio.Event()

    async def first_run(conversation):
        await conversation.fire("booked")
        fired.set()
        await asyncio.sleep(20)

    desk = with_trigger(ASSIGN % "billing")
    async with desk, desk.bots(bot("reception", first_run), bot("billing")):
        posting = asyncio.create_task(desk.post("book it"))
        await fired.wait()
        posting.cancel()
        conversation_id = next(iter(desk.all._cache.held.values())).id
    again = with_trigger(ASSIGN % "billing")
    async with again, again.bots(bot("billing"), bot("reception", firing("Booked."))):

        async def handed_over():
            return (await again.view(conversation_id)).owner.agent == "billing"

        await until(handed_over, 10)
        said = await again.history(conversation_id)
        assert said == [("anna", "book it"), ("reception", "Booked."), ("mesh", "Here you go.")]
        assert (await kinds(again, conversation_id)).count("transfer_deferred") == 1


async def test_an_operators_transfer_and_a_stop_take_its_place(with_trigger):
    runs = asyncio.Queue()

    async def slow(conversation):
        await conversation.fire("booked")
        runs.put_nowait(conversation.conversation_id)
        await asyncio.sleep(20)

    bots = bot("reception", slow), bot("billing"), bot("other")
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(*bots):
        posting = asyncio.create_task(desk.post("book it"))
        await desk.transfer(await runs.get(), "other")
        assert (await posting).owners == ["other"]
        stopped = asyncio.create_task(desk.post("book it", contact="ben"))
        conversation_id = await runs.get()
        for status in (pb.CONVERSATION_STATUS_STOPPED, pb.CONVERSATION_STATUS_ACTIVE):
            await desk.conversations.SetStatus(api.SetStatusRequest(conversation_id=conversation_id, status=status))
        stopped.cancel()
        assert "owner_changed" not in await kinds(desk, conversation_id)


async def test_a_suggested_reply_is_approved_before_the_hand_over(with_trigger):
    bots = bot("reception", firing("Booked.")), bot("billing")
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(*bots):
        first = await desk.post("hello", contact="first")
        assert first.owners == ["billing"]
        await desk.transfer(first.id, "reception", mode=2)
        suggested = await desk.post("book it", contact="first")
        assert (suggested.end, suggested.owners) == (api.POST_END_SUGGESTED, [])
        turn = (await desk.view(first.id)).turn_id
        await desk.conversations.Approve(api.ApproveRequest(conversation_id=first.id, turn_id=turn, person="eva"))

        async def handed_over():
            return (await desk.view(first.id)).owner.agent == "billing"

        await until(handed_over)
        assert (await desk.history(first.id))[-2:] == [("reception", "Booked."), ("mesh", "Here you go.")]


async def test_a_member_of_the_name_assigns_at_once_outside_its_turn(with_trigger):
    async with with_trigger(ASSIGN % "billing") as desk, desk.bots(bot("reception"), bot("billing")):
        first = await desk.post("hello")
        fired = api.FireActionRequest(conversation_id=first.id, action="booked", agent="reception")
        assert list((await desk.conversations.FireAction(fired)).fired) == ["t"]

        async def handed_over():
            return (await desk.view(first.id)).owner.agent == "billing"

        await until(handed_over)
