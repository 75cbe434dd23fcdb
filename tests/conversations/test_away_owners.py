"""An owner that is away is waited for; what went to the desk only for that reason returns to it."""

import asyncio
import time

import botmesh
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh_service.contact_texts import UNANSWERED, WAITING
from tests.conversations.conftest import bot
from tests.conversations.test_triggers import events_of
from tests.waiting import until

AWAY = {"owner_patience": "0.5", "owner_return": "0.6"}


def moments(answer):
    return [response.progress.text for response in answer.responses if response.HasField("progress")]


async def owner(desk, conversation_id):
    view = await desk.view(conversation_id)
    return view.owner.agent or "desk"


async def changes(desk, conversation_id):
    return [event.owner_changed for event in await events_of(desk, conversation_id) if event.HasField("owner_changed")]


async def make_known(desk, agent):
    """Let the mesh know of an agent that is away now."""
    async with desk.bots(agent):
        pass


async def test_an_owner_that_is_away_is_waited_for_and_the_contact_is_told_once(make_desk):
    reception = bot("reception")
    async with make_desk(primary="reception", owner_patience="20") as desk:
        began = time.monotonic()
        waiting = asyncio.create_task(desk.post("hello"))
        await asyncio.sleep(4)  # longer than three attempts took
        async with desk.bots(reception):
            answer = await waiting
        assert time.monotonic() - began < 15
        assert moments(answer) == [WAITING]
        assert answer.entries == [("reception", "reception: hello")]
        assert (answer.owners, answer.end) == ([], api.POST_END_ANSWERED)


async def test_the_word_that_it_takes_a_moment_comes_at_once(make_desk):
    async with make_desk(primary="reception", owner_patience="5") as desk:
        request = api.PostRequest(contact_id="anna", payload=[botmesh.text("hello")])
        began = time.monotonic()
        async for response in desk.conversations.Post(request, timeout=20):
            if response.HasField("progress"):
                break
        assert time.monotonic() - began < 2


async def test_after_that_the_desk_has_it_and_the_contact_is_told(make_desk):
    async with make_desk(primary="reception", **AWAY) as desk:
        answer = await desk.post("hello")
        assert answer.entries == [("mesh", UNANSWERED)]
        assert (answer.end, answer.responses[-1].queue_position) == (api.POST_END_NOBODY_ON_DUTY, 1)
        (changed,) = await changes(desk, answer.id)
        assert changed.owner_was_away
        assert (await desk.view(answer.id)).returns_to == "reception"


async def test_after_that_the_primary_answers_without_an_apology(make_desk):
    billing = bot("billing")
    async with make_desk(primary="reception", **AWAY) as desk, desk.bots(bot("reception")):
        async with desk.bots(billing):
            first = await desk.post("hello")
            await desk.transfer(first.id, "billing")
        answer = await desk.post("pay")
        assert answer.owners == ["reception"]
        assert answer.entries == [("reception", "reception: pay")]
        assert (await changes(desk, first.id))[-1].owner_was_away


async def test_an_owner_that_is_back_gets_all_unanswered_messages_in_one_turn_once(make_desk):
    reception = bot("reception")
    async with make_desk(primary="reception", **AWAY) as desk:
        first = await desk.post("hello")
        await desk.post("is anybody there?")
        await asyncio.sleep(1.5)
        assert await owner(desk, first.id) == "desk"
        async with desk.bots(reception):
            await until(lambda: answered(desk, first.id), 10)
            assert [one.text for one in reception.seen] == ["hello\nis anybody there?"]
            assert [one.owner for one in await changes(desk, first.id)] == [Owner(desk=""), Owner(agent="reception")]
            await asyncio.sleep(1.5)
            assert len(await changes(desk, first.id)) == 2


async def test_a_claim_keeps_it_at_the_desk(make_desk):
    reception = bot("reception")
    async with make_desk(primary="reception", **AWAY) as desk:
        first = await desk.post("hello")
        await desk.conversations.Claim(api.ClaimRequest(conversation_id=first.id, person="eva"))
        async with desk.bots(reception):
            await asyncio.sleep(2)
            assert (await desk.view(first.id)).owner == Owner(desk="eva")
            assert reception.seen == []


async def test_it_returns_also_after_a_restart_of_the_service(make_desk):
    desk = make_desk(primary="reception", **AWAY)
    async with desk:
        first = await desk.post("hello")
    again = make_desk(primary="reception", **AWAY)
    async with again, again.bots(bot("reception")):
        await until(lambda: answered(again, first.id), 10)
        assert (await again.history(first.id))[-1] == ("reception", "reception: hello")


async def test_an_owner_that_goes_away_again_before_it_was_ready_for_long_gets_nothing(make_desk):
    reception = bot("reception")
    async with make_desk(primary="reception", owner_patience="0.3", owner_return="3") as desk:
        first = await desk.post("hello")
        async with desk.bots(reception):
            await asyncio.sleep(1)
        await asyncio.sleep(2.5)
        assert await owner(desk, first.id) == "desk"
        assert reception.seen == []


async def test_what_the_owner_failed_on_does_not_return(make_desk):
    async def crashes(conversation):
        raise ValueError("x")

    async with make_desk(primary="reception", **AWAY) as desk, desk.bots(bot("reception", crashes)):
        first = await desk.post("hello")
        assert (await desk.view(first.id)).returns_to == ""
        await asyncio.sleep(1.5)
        assert await owner(desk, first.id) == "desk"


async def test_a_trigger_for_an_absent_owner_fires_before_it_is_waited_for(make_desk, tmp_path):
    folder = tmp_path / "triggers"
    folder.mkdir()
    (folder / "default.yaml").write_text(
        "triggers:\n  - {name: t, when: {no_owner_ready: true}, then: {assign: night-bot}}\n"
    )
    desk = make_desk(primary="reception", owner_patience="20", triggers=str(folder))
    async with desk, desk.bots(bot("night-bot")):
        began = time.monotonic()
        answer = await desk.post("hello")
        assert answer.entries == [("night-bot", "night-bot: hello")]
        assert time.monotonic() - began < 10
        assert moments(answer) == []


async def answered(desk, conversation_id):
    return (await desk.view(conversation_id)).unanswered == 0
