"""Several agents at once: delegation to a skill, consultations, broadcasts, collaboration."""

import asyncio

import pytest

import botmesh
from botmesh import errors, testing


def expert(name, confidence, *, says="", seconds=0.0, skills=("advice",), tags=(), **options):
    agent = botmesh.Agent(name, skills=[botmesh.Skill(one) for one in skills], tags=tags, **options)
    agent.seen = []

    @agent.on_delegate
    async def answer(task: botmesh.Task) -> botmesh.Reply:
        agent.seen.append(task)
        await asyncio.sleep(seconds)
        return botmesh.Reply(says or name, confidence=confidence)

    @agent.on_notify
    async def hear(task: botmesh.Task) -> None:
        agent.seen.append(task)

    return agent


async def test_a_delegation_to_a_skill_goes_to_an_agent_that_has_it_and_the_reply_says_which():
    refunds, other = expert("refund-bot", 1, skills=["refunds"]), expert("other-bot", 1)
    async with testing.mesh(refunds, other) as mesh:
        reply = await mesh.delegate(content="money back", skill="refunds")
        assert reply.agent == "refund-bot"
        assert refunds.seen[0].skill == "refunds"


async def test_a_skill_that_nobody_has_is_refused_with_the_nearest():
    async with testing.mesh(expert("refund-bot", 1, skills=["refunds"])) as mesh:
        with pytest.raises(errors.UnknownSkill, match="Did you mean refunds") as caught:
            await mesh.delegate(content="money back", skill="refund")
        assert caught.value.metadata["nearest"] == "refunds"
        assert not caught.value.started
        with pytest.raises(errors.InvalidField, match="name an agent, or a skill"):
            await mesh.delegate(content="money back")


async def test_an_agent_does_not_choose_itself_by_skill():
    front = botmesh.Agent("front-bot", skills=[botmesh.Skill("advice")])

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return (await task.delegate(content=task.text, skill="advice")).agent

    async with testing.mesh(front, expert("expert", 1)) as mesh:
        for _ in range(5):
            assert (await mesh.delegate("front-bot", "hm")).text == "expert"


async def test_a_consultation_ranks_answers_and_lists_failures_beside_them():
    async with testing.mesh(expert("sure", 0.9), expert("surer", 0.95), expert("unsure", 0.2), broken()) as mesh:
        found = await mesh.consult("what now?", agents=["sure", "surer", "unsure", "broken", "nobody"])
    assert [one.agent for one in found.answers] == ["surer", "sure"]
    assert [one.agent for one in found.unsure] == ["unsure"]
    assert [(one.agent, type(one.error)) for one in found.failures] == [
        ("broken", errors.AgentFailed),
        ("nobody", errors.UnknownAgent),
    ]
    assert found.text == "surer"
    assert all(one.address.startswith("127.0.0.1:") for one in found.answers)


def broken():
    agent = botmesh.Agent("broken", skills=[botmesh.Skill("advice")])

    @agent.on_delegate
    async def fail(_: botmesh.Task) -> str:
        raise botmesh.AgentFailed("no idea")

    return agent


async def test_a_consultation_leaves_no_trace_in_the_contacts_conversation():
    one, two = expert("one", 1), expert("two", 1)
    front = botmesh.Agent("front-bot")

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        found = await task.consult(task.text, skill="advice")
        return ",".join(sorted(opinion.agent for opinion in found.answers))

    async with testing.mesh(front, one, two) as mesh:
        reply = await mesh.delegate("front-bot", "hm", conversation_id="c-1")
        assert reply.text == "one,two"
    conversations = {agent.seen[0].conversation_id for agent in (one, two)}
    assert len(conversations) == 2
    assert "c-1" not in conversations
    assert {agent.seen[0].correlation_id for agent in (one, two)} == {reply.correlation_id}
    assert one.seen[0].path == ("front-bot",)


@pytest.mark.parametrize(("stop", "count"), [("first", 1), (2, 2), ("all", 3)])
async def test_a_consultation_ends_when_it_is_enough(stop, count):
    team = [expert("quick", 0.9), expert("middle", 0.9, seconds=0.2), expert("slow", 0.9, seconds=0.6)]
    async with testing.mesh(*team) as mesh:
        found = await mesh.consult("hm", skill="advice", stop=stop)
    assert len(found.answers) == count
    assert [type(one.error) for one in found.failures] == [errors.Cancelled] * (3 - count)


async def test_a_consultation_asks_as_many_at_once_as_the_limit_allows_and_the_rest_wait():
    running = most = 0
    crowd = []
    for number in range(6):
        agent = botmesh.Agent(f"crowd-{number}", tags=["crowd"])

        @agent.on_delegate
        async def answer(_: botmesh.Task) -> botmesh.Reply:
            nonlocal running, most
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.05)
            running -= 1
            return botmesh.Reply("ok", confidence=1)

        crowd.append(agent)
    front = botmesh.Agent("front-bot", limits={"max_delegations": 2})

    @front.on_delegate
    async def ask(task: botmesh.Task) -> str:
        return str(len((await task.consult("hm", tags=["crowd"])).answers))

    async with testing.mesh(front, *crowd) as mesh:
        assert (await mesh.delegate("front-bot", "go")).text == "6"
    assert most == 2


async def test_nobody_meant_is_refused():
    async with testing.mesh(expert("one", 1)) as mesh:
        with pytest.raises(errors.InvalidField, match="nobody is meant"):
            await mesh.consult("hm", tags=["none has this"])


async def test_a_broadcast_reaches_all_and_gives_a_receipt_for_each():
    one, two = expert("one", 1, tags=["team"]), expert("two", 1, tags=["team"])
    deaf = botmesh.Agent("deaf", tags=["team"])
    async with testing.mesh(one, two, deaf) as mesh:
        receipts = {one.agent: one for one in await mesh.broadcast("lunch!", tags=["team"])}
        everybody = await mesh.broadcast("again", everybody=True)
        await asyncio.sleep(0.05)
    assert {name for name, receipt in receipts.items() if receipt.error is None} == {"one", "two"}
    assert isinstance(receipts["deaf"].error, errors.NotSupported)
    assert {one.agent for one in everybody} == {"one", "two", "deaf"}
    assert [task.text for task in one.seen] == ["lunch!", "again"]
    assert one.seen[0].message_id == receipts["one"].message_id


async def test_in_a_collaboration_each_is_told_who_the_others_are():
    one, two = expert("one", None), expert("two", 0.7)
    async with testing.mesh(one, two) as mesh:
        found = await mesh.collaborate("write a letter", agents=["one", "two"])
    assert {opinion.agent for opinion in found.answers} == {"one", "two"}
    assert one.seen[0].context["collaborators"] == ["two"]
    assert two.seen[0].context["collaborators"] == ["one"]
