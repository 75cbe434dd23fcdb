"""Members: bots that are asked beside the owner, by keyword, schedule, action or always."""

import asyncio
import time

import pytest

import botmesh
from botmesh import errors
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh_conversations import members
from botmesh_conversations.model.state import State
from tests.conversations.conftest import bot
from tests.waiting import until


def helper(name, function=None, **options):
    """A bot that is asked beside the owner."""
    agent = botmesh.Agent(name, **options)
    agent.asked = []

    @agent.on_delegate
    async def answer(task):
        agent.asked.append(task)
        if function is not None:
            return await function(task)
        return f"{name} adds to {task.text!r}"

    return agent


async def add(desk, conversation_id, agent, **fields):
    request = api.AddMemberRequest(conversation_id=conversation_id, member=pb.Member(agent=agent, **fields))
    return (await desk.conversations.AddMember(request)).conversation


async def test_a_member_is_asked_when_the_contact_says_its_word_and_answers_beside_the_owner(make_desk):
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), weather := helper("weather")):
        first = await desk.post("hello")
        await add(desk, first.id, "weather", keywords=["rain", "sun"])
        answer = await desk.post("Will it RAIN tomorrow?")
        assert sorted(answer.entries) == [
            ("owner", "owner: Will it RAIN tomorrow?"),
            ("weather", "weather adds to 'Will it RAIN tomorrow?'"),
        ]
        task = weather.asked[0]
        assert task.conversation_id == first.id
        assert task.context["member"] == {"trigger": "keyword", "match": "rain", "owner": "owner"}
        await desk.post("the train was late, unsung")  # whole words only
        assert len(weather.asked) == 1
        assert ("weather", "weather adds to 'Will it RAIN tomorrow?'") in await desk.history(first.id)


async def test_several_are_asked_by_priority_one_after_the_other(make_desk):
    order = []

    async def note(task):
        order.append(task.message.to_agent)
        await asyncio.sleep(0.05)
        return task.message.to_agent

    helpers = [helper(name, note) for name in ("low", "high", "middle")]
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), *helpers):
        first = await desk.post("hello")
        for name, priority in (("low", -1), ("high", 5), ("middle", 0)):
            view = await add(desk, first.id, name, always=True, priority=priority)
        assert [member.agent for member in view.members] == ["high", "middle", "low"]
        answer = await desk.post("go")
        assert order == ["high", "middle", "low"]
        assert [author for author, _ in answer.entries if author != "owner"] == order


async def test_adding_again_replaces_and_removing_ends_it(make_desk):
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), weather := helper("weather")):
        first = await desk.post("hello")
        await add(desk, first.id, "weather", always=True)
        view = await add(desk, first.id, "weather", keywords=["rain"])
        assert [(member.agent, list(member.keywords), member.always) for member in view.members] == [
            ("weather", ["rain"], False)
        ]
        await desk.post("anything")
        assert weather.asked == []
        request = api.RemoveMemberRequest(conversation_id=first.id, agent="weather")
        for _ in range(2):
            assert not (await desk.conversations.RemoveMember(request)).conversation.members
        await desk.post("rain")
        assert weather.asked == []


async def test_what_can_never_be_is_refused(make_desk):
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), helper("weather")):
        first = await desk.post("hello")
        with pytest.raises(errors.UnknownAgent, match="Did you mean weather"):
            await add(desk, first.id, "wheather", always=True)
        for fields, match in (
            ({}, "say when"),
            ({"schedules": ["every day"]}, "no cron expression"),
            ({"schedules": ["0 0 30 2 *"]}, "no cron expression"),
            ({"schedules": ["* * * * *"], "time_zone": "Nowhere/City"}, "no time zone"),
            ({"keywords": [" "]}, "cannot be empty"),
            ({"actions": ["a b"]}, "must be 1 to 64"),
        ):
            with pytest.raises(errors.InvalidField, match=match):
                await add(desk, first.id, "weather", **fields)
        with pytest.raises(errors.UnknownConversation):
            await add(desk, "nothing", "weather", always=True)


async def test_a_member_is_asked_when_an_action_is_fired(make_desk):
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), audit := helper("audit")):
        first = await desk.post("hello")
        await add(desk, first.id, "audit", actions=["refund-made"])
        await desk.conversations.FireAction(api.FireActionRequest(conversation_id=first.id, action="refund-made"))
        await until(lambda: audit.asked)
        assert audit.asked[0].context["member"]["match"] == "refund-made"
        await until(lambda: said_by(desk, first.id, "audit"))


async def said_by(desk, conversation_id, author):
    return [text for who, text in await desk.history(conversation_id) if who == author]


async def test_a_member_that_has_nothing_to_say_or_fails_says_nothing(make_desk):
    async def silent(_):
        return None

    async def broken(_):
        raise RuntimeError("a bug")

    async with (
        make_desk(primary="owner") as desk,
        desk.bots(bot("owner"), quiet := helper("quiet", silent), bad := helper("bad", broken)),
    ):
        first = await desk.post("hello")
        await add(desk, first.id, "quiet", always=True)
        await add(desk, first.id, "bad", always=True)
        answer = await desk.post("go")
        assert answer.entries == [("owner", "owner: go")]
        assert len(quiet.asked) == len(bad.asked) == 1
        assert not (await desk.view(first.id)).asked


async def test_the_owner_is_not_asked_twice_and_nobody_while_it_is_paused(make_desk):
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), other := helper("other")):
        first = await desk.post("hello")
        await add(desk, first.id, "owner", always=True)
        await add(desk, first.id, "other", always=True)
        await desk.conversations.SetStatus(
            api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_PAUSED)
        )
        await desk.post("anybody?")
        assert other.asked == []
        await desk.conversations.SetStatus(
            api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_ACTIVE)
        )
        answer = await desk.post("now?")
        assert [author for author, _ in answer.entries if author != "owner"] == ["other"]


async def test_a_member_that_was_being_asked_when_the_service_stopped_is_asked_again(make_desk):
    going = asyncio.Event()

    async def slow(_):
        await going.wait()
        return "at last"

    owner, other = bot("owner"), helper("other", slow)
    desk = make_desk(primary="owner")
    async with desk:
        for one in (owner, other):
            await desk.start(one)
        first = await desk.post("hello")
        await add(desk, first.id, "other", always=True)
        posting = asyncio.create_task(desk.post("go"))
        await until(lambda: other.asked)
    posting.cancel()
    going.set()
    try:
        async with desk:
            await until(lambda: said_by(desk, first.id, "other"), 15)
            assert await said_by(desk, first.id, "other") == ["at last"]
    finally:
        for one in (owner, other):
            await one.stop(drain=False)


async def test_a_schedule_asks_at_its_time(make_desk, monkeypatch):
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), daily := helper("daily")):
        first = await desk.post("hello")
        soon = time.time() + 0.5
        monkeypatch.setattr(members, "_after", lambda *_: soon if time.time() < soon + 0.1 else None)
        await add(desk, first.id, "daily", schedules=["0 9 * * *"])
        await until(lambda: daily.asked)
        assert daily.asked[0].context["member"] == {"trigger": "schedule", "match": "0 9 * * *", "owner": "owner"}
        assert daily.asked[0].text == ""


def test_the_next_time_follows_the_time_zone():
    state = State()
    state.view.status = pb.CONVERSATION_STATUS_ACTIVE
    member = state.view.members.add(agent="daily", schedules=["0 9 * * *", "30 8 * * *"], time_zone="Asia/Tokyo")
    member.scheduled_since.FromJsonString("2026-03-01T00:00:00Z")
    at, asked = members.schedule_of(state)
    assert (at, asked.match) == (1772407800.0, "30 8 * * *")  # 23:30 UTC on the first of March
    member.scheduled_since.FromJsonString("2026-03-01T23:30:00Z")
    assert members.schedule_of(state)[1].match == "0 9 * * *"


async def test_a_bot_adds_members_tells_them_something_and_says_what_it_likes(make_desk):
    told = asyncio.Queue()

    async def invite(conversation):
        if conversation.text == "invite":
            await conversation.add_member("weather", keywords=["rain"])
            await conversation.say("just a moment")
            receipts = await conversation.broadcast("welcome", conversation=conversation.conversation_id)
            return ", ".join(receipt.agent for receipt in receipts if receipt.error is None)
        await conversation.remove_member("weather")
        return "gone"

    weather = helper("weather")

    @weather.on_notify
    async def hear(task):
        await told.put(task.text)

    async with make_desk(primary="owner") as desk, desk.bots(bot("owner", invite), weather):
        answer = await desk.post("invite")
        assert answer.entries == [("owner", "just a moment"), ("owner", "weather")]
        assert await asyncio.wait_for(told.get(), 5) == "welcome"
        answer = await desk.post("remove")
        assert not (await desk.view(answer.id)).members


async def test_only_owner_and_members_may_say_something_of_their_own_accord(make_desk):
    async with make_desk(primary="owner") as desk, desk.bots(bot("owner"), helper("weather")):
        first = await desk.post("hello")

        async def say(agent, **fields):
            request = api.SayRequest(conversation_id=first.id, agent=agent, payload=[botmesh.text("psst")], **fields)
            await desk.conversations.Say(request)

        with pytest.raises(errors.NotAMember):
            await say("weather")
        await add(desk, first.id, "weather", keywords=["rain"])
        for _ in range(2):
            await say("weather", message_id="m1")
        await desk.conversations.SetStatus(
            api.SetStatusRequest(conversation_id=first.id, status=pb.CONVERSATION_STATUS_STOPPED)
        )
        with pytest.raises(errors.ConversationStopped):
            await say("owner")
        assert await said_by(desk, first.id, "weather") == ["psst"]
