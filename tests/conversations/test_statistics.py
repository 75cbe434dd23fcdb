import botmesh
from botmesh.v1 import conversation_service_pb2 as api
from tests.conversations.conftest import bot
from tests.waiting import until


async def test_counts_are_told_from_the_events_also_after_a_restart(make_desk):
    async def passes_on(conversation):
        if "person" in conversation.text:
            await conversation.transfer("desk")
            return None
        if "bill" in conversation.text:
            await conversation.transfer("billing")
            return None
        return "hello"

    async def declines(task, offer):
        return "no"

    async def crashes(conversation):
        raise ValueError("x")

    closed, broken = bot("closed"), bot("broken", crashes)
    closed.on_transfer(declines)
    desk = make_desk(primary="reception")
    async with desk, desk.bots(bot("reception", passes_on), bot("billing"), closed, broken):
        await desk.post("hi", contact="a")
        await desk.post("my bill", contact="a")
        await desk.post("a person", contact="b")
        third = await desk.post("hi", contact="c")
        await desk.transfer(third.id, "closed")
        await desk.transfer(third.id, "broken", user_message=[botmesh.text("open the safe")])

        async def counted():
            return await desk.conversations.GetStatistics(api.GetStatisticsRequest())

        async def answered_again():
            return [one.answered for one in (await counted()).agents if one.agent == "reception"] == [3]

        await until(answered_again, 10)  # broken fails, then the primary answers
        found = await counted()
    assert (found.conversations, found.messages, found.escalated) == (3, 4, 1)
    agents = {one.agent: one for one in found.agents}
    assert (agents["reception"].conversations, agents["reception"].answered) == (3, 3)
    assert (agents["reception"].transfers_out, agents["reception"].escalations) == (3, 1)
    assert (agents["billing"].transfers_in, agents["billing"].answered, agents["billing"].conversations) == (1, 1, 1)
    assert agents["closed"].declined_offers == 1
    assert (agents["broken"].failed, agents["broken"].answered) == (1, 0)
    assert agents["billing"].median_answer.ToMicroseconds() > 0

    again = make_desk(primary="reception")
    async with again:
        after = await again.conversations.GetStatistics(api.GetStatisticsRequest())
        assert after == found
        assert not (await again.conversations.GetStatistics(api.GetStatisticsRequest(account_id="other"))).agents
