"""A bot that fails on a message is not given it again: one apology, and each fallback once."""

import botmesh
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh_conversations.turns import spoken
from botmesh_service.contact_texts import APOLOGY, UNANSWERED
from tests.conversations.conftest import bot
from tests.waiting import until


async def crashes(conversation):
    raise ValueError("broken")


async def passes_to_broken(conversation):
    await conversation.transfer("broken", fallback="second", handoff_message="The specialist will help.")


async def test_each_fallback_is_asked_once_and_the_contact_gets_one_apology(make_desk):
    """reception hands over to a specialist that fails; so does its fallback; reception has had the message."""

    async def fails_too(conversation):
        raise botmesh.AgentFailed("no")

    attempts = []

    async def reception(conversation):
        attempts.append(conversation.transferred_from)
        if len(attempts) > 1:
            raise botmesh.AgentFailed("neither do I")
        await passes_to_broken(conversation)

    broken, second = bot("broken", crashes), bot("second", fails_too)
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", reception), broken, second):
        answer = await desk.post("my invoice is wrong")
        assert answer.owners == ["broken", "second", "reception", "desk"]
        assert (len(broken.seen), len(second.seen), len(attempts)) == (1, 1, 2)
        assert answer.entries == [("mesh", "The specialist will help."), ("mesh", APOLOGY), ("mesh", UNANSWERED)]
        assert answer.end == api.POST_END_NOBODY_ON_DUTY
        assert answer.responses[-1].queue_position == 1


async def test_a_message_is_not_given_again_to_the_bot_that_failed_on_it_whoever_asks(make_desk):
    outcomes = []

    async def insists(conversation):
        outcomes.append(await conversation.transfer("broken"))
        return "I cannot reach the specialist."

    broken = bot("broken", crashes)
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception", insists), broken):
        first = await desk.post("hello")
        assert first.entries[-2:] == [("mesh", APOLOGY), ("reception", "I cannot reach the specialist.")]
        assert len(broken.seen) == 1
        assert [(one.transferred, one.owner) for one in outcomes] == [(True, "broken"), (False, "reception")]
        assert outcomes[1].reason == "broken failed on a message that still waits, and is not given it again"


async def test_an_operators_transfer_to_a_bot_that_failed_takes_the_named_fallback(make_desk):
    broken = bot("broken", crashes)
    async with make_desk(primary="broken") as desk, desk.bots(broken, bot("second")):
        first = await desk.post("hello")
        assert first.owners == ["desk"]
        refused = await desk.transfer(first.id, "broken")
        assert (refused.transferred, refused.failure) == (False, pb.TRANSFER_FAILURE_UNAVAILABLE)
        assert "failed on a message" in refused.reason
        named = await desk.transfer(first.id, "broken", fallback=Owner(agent="second"))
        assert (named.transferred, named.owner.agent) == (False, "second")
        await until(lambda: said(desk, first.id, ("second", "second: hello")))
        assert len(broken.seen) == 1


async def test_a_bot_that_failed_gets_the_next_message_once_the_other_is_answered(make_desk):
    async def fails_once(conversation):
        if len(broken.seen) == 1:
            raise botmesh.AgentFailed("not now")
        return "fine"

    broken = bot("broken", fails_once)
    async with make_desk(primary="broken") as desk, desk.bots(broken):
        first = await desk.post("hello")
        await desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="eva"))
        answer = api.ReplyRequest(conversation_id=first.id, person="eva", payload=[botmesh.text("Hello!")])
        await desk.conversations.Reply(answer)
        await desk.conversations.HandBack(api.HandBackRequest(conversation_id=first.id, person="eva"))
        assert (await desk.post("and now?")).entries == [("broken", "fine")]


async def test_what_failed_is_remembered_over_a_restart(make_desk):
    broken = bot("broken", crashes)
    desk = make_desk(primary="broken")
    async with desk, desk.bots(broken):
        first = await desk.post("hello")
    again = make_desk(primary="broken")
    async with again, again.bots(bot("broken")):
        refused = await again.transfer(first.id, "broken")
        assert refused.failure == pb.TRANSFER_FAILURE_UNAVAILABLE


async def test_a_dialog_that_fails_before_the_contact_said_anything_is_not_apologised_for(make_desk):
    broken = bot("broken", crashes)
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), broken):
        first = await desk.post("hello")
        await desk.transfer(first.id, "broken", intent_id="survey")
        await until(lambda: owner_is(desk, first.id, "reception", 3))
        assert [author for author, _ in await desk.history(first.id)] == ["anna", "reception"]
        assert (await desk.post("still there?")).entries == [("reception", "reception: still there?")]


async def test_texts_are_set_per_mesh_and_an_empty_one_is_not_said(make_desk):
    settings = {"text_apology": "", "text_unanswered": "Bitte warten Sie."}
    bots = bot("reception", passes_to_broken), bot("broken", crashes), bot("second", crashes)
    async with make_desk(primary="broken", **settings) as desk, desk.bots(*bots):
        answer = await desk.post("hello")
        assert answer.entries == [("mesh", "Bitte warten Sie.")]
        other = await desk.post("hello", contact="ben")
        await desk.transfer(other.id, "reception")
        assert spoken("  ") == ()


async def test_a_reply_that_is_too_large_is_the_bots_failure(make_desk):
    async def floods(conversation):
        return "x" * 900_000

    loud = bot("loud", floods)
    async with make_desk(primary="reception") as desk, desk.bots(bot("reception"), loud):
        first = await desk.post("hello")
        await desk.transfer(first.id, "loud")
        answer = await desk.post("tell me all")
        assert answer.entries == [("mesh", APOLOGY), ("reception", "reception: tell me all")]
        assert len(loud.seen) == 1


async def said(desk, conversation_id, entry):
    return entry in await desk.history(conversation_id)


async def owner_is(desk, conversation_id, agent, epoch):
    view = await desk.view(conversation_id)
    return (view.owner.agent, view.epoch) == (agent, epoch)
