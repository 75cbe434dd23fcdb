"""Suggestive mode: a reply waits for a person, can be edited, and expires."""

import asyncio

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.transfer_pb2 import CONVERSATION_MODE_AUTOPILOT, CONVERSATION_MODE_SUGGESTIVE
from tests.conversations.conftest import bot


async def suggested(desk, agent, words="a question"):
    """A conversation in suggestive mode whose bot has just suggested a reply."""
    first = await desk.post("hello")
    mode = api.SetModeRequest(conversation_id=first.id, mode=CONVERSATION_MODE_SUGGESTIVE)
    await desk.conversations.SetMode(mode)
    answer = await desk.post(words)
    assert answer.end == api.POST_END_SUGGESTED
    assert answer.entries == []
    view = await desk.view(first.id)
    assert view.suggestion.payload[0].text == f"{agent.name}: {words}"
    return first.id, view.suggestion.turn_id


async def test_an_approved_reply_goes_out_once(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        name, turn = await suggested(desk, agent)
        assert (await desk.history(name))[-1] == ("anna", "a question")
        approve = api.ApproveRequest(conversation_id=name, turn_id=turn, person="eva")
        for _ in range(2):
            view = (await desk.conversations.Approve(approve)).conversation
        assert (view.unanswered, view.HasField("suggestion")) == (0, False)
        assert (await desk.history(name)).count(("reception", "reception: a question")) == 1


async def test_a_reply_can_be_edited(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        name, turn = await suggested(desk, agent)
        edited = api.ApproveRequest(conversation_id=name, turn_id=turn, person="eva", payload=[botmesh.text("better")])
        await desk.conversations.Approve(edited)
        assert (await desk.history(name))[-1] == ("reception", "better")


async def test_a_rejected_reply_never_goes_out_and_the_next_turn_brings_both_messages(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        name, turn = await suggested(desk, agent)
        await desk.conversations.Reject(
            api.RejectRequest(conversation_id=name, turn_id=turn, person="eva", reason="wrong")
        )
        await asyncio.sleep(0.2)
        assert len(agent.seen) == 2
        with pytest.raises(errors.UnknownSuggestion):
            await desk.conversations.Approve(api.ApproveRequest(conversation_id=name, turn_id=turn, person="eva"))
        await desk.post("and more")
        assert agent.seen[2].text == "a question\nand more"


async def test_a_suggestion_that_nobody_looks_at_expires(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception", suggestion_timeout="0.3") as desk, desk.bots(agent):
        name, _ = await suggested(desk, agent)
        async with asyncio.timeout(5):
            while (await desk.view(name)).HasField("suggestion"):
                await asyncio.sleep(0.02)
        assert (await desk.view(name)).unanswered == 1


async def test_back_in_autopilot_replies_go_out(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        name, turn = await suggested(desk, agent)
        await desk.conversations.Approve(api.ApproveRequest(conversation_id=name, turn_id=turn, person="eva"))
        await desk.conversations.SetMode(api.SetModeRequest(conversation_id=name, mode=CONVERSATION_MODE_AUTOPILOT))
        assert (await desk.post("again")).entries == [("reception", "reception: again")]


async def test_a_transfer_overtakes_a_suggestion(make_desk):
    agent = bot("reception")
    async with make_desk(primary="reception") as desk, desk.bots(agent):
        name, turn = await suggested(desk, agent)
        await desk.transfer(name, "desk")
        with pytest.raises(errors.UnknownSuggestion):
            await desk.conversations.Approve(api.ApproveRequest(conversation_id=name, turn_id=turn, person="eva"))
        assert not (await desk.view(name)).HasField("suggestion")
