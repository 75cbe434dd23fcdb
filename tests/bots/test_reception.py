"""The team in a mesh with a real registry: reception finds agents by what they declare."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

import botmesh
from botmesh import Agent, Mesh, Task
from botmesh.settings import load
from botmesh_bots import billing, hr, reception, tech_support
from botmesh_registry import Registry

Team = Callable[..., Awaitable[Mesh]]
SPECIALISTS = (billing.agent, tech_support.agent, hr.agent)


@pytest.fixture
async def team() -> AsyncIterator[Team]:
    """Starts a registry, reception and other agents; all are listed."""
    async with AsyncExitStack() as stack:

        async def start(*agents: Agent) -> Mesh:
            registry = Registry()
            settings = load(environ={}, flags={"registry": await registry.start("127.0.0.1:0")})
            stack.push_async_callback(registry.stop, 0)
            for agent in (reception.agent, *agents):
                stack.callback(setattr, agent, "settings", agent.settings)
                agent.settings = settings
                await agent.start()
                stack.push_async_callback(agent.stop, drain=False)
                await agent.listed()
            return await stack.enter_async_context(botmesh.connect(settings=settings))

        yield start


def failing(name: str, skill: str, error: Exception) -> Agent:
    agent = Agent(name, skills=[botmesh.Skill(skill, examples=["I was charged twice"])], settings=load(environ={}))

    @agent.on_delegate
    async def work(task: Task) -> str:
        raise error

    return agent


async def test_every_example_of_a_specialist_finds_that_specialist(team: Team) -> None:
    mesh = await team(*SPECIALISTS)
    found = {}
    wanted = {}
    for agent in SPECIALISTS:
        for skill in agent.card.skills:
            for example in skill.examples:
                words = reception.key_words(example)
                matches = [match for match in await mesh.find(" ".join(words)) if match.name != "reception-bot"]
                found[example] = matches[0].name if matches else ""
                wanted[example] = agent.name
    assert found == wanted


async def test_the_answer_comes_with_the_name_of_who_gave_it(team: Team) -> None:
    mesh = await team(*SPECIALISTS)
    for text, name, said in [
        ("I was charged twice", "billing-bot", "invoices 10433 and 10439"),
        ("My wifi drops every evening", "tech-support-bot", "Put the router in the open"),
        ("How many days of leave does Priya have left?", "hr-bot", "15 days of leave"),
        ("The internet was down for two days. Do I get a refund?", "tech-support-bot", "billing-bot adds: Alder"),
    ]:
        reply = await mesh.delegate("reception-bot", text, context={"customer": "17"})
        assert reply.text.startswith(f"{name} answers:\n")
        assert said in reply.text


async def test_reception_answers_itself_if_nobody_fits(team: Team) -> None:
    mesh = await team(*SPECIALISTS)
    reply = await mesh.delegate("reception-bot", "Can you recommend a restaurant nearby?")
    assert reply.text.startswith("Nobody in the team knows about this. I can find help with invoices")
    assert reply.confidence == reception.SELF_CONFIDENCE
    reply = await mesh.delegate("reception-bot", "Hello, can you help me?")
    assert reply.text.startswith("Good day. I can find help")


async def test_reception_answers_itself_if_it_is_alone(team: Team) -> None:
    mesh = await team()
    reply = await mesh.delegate("reception-bot", "I was charged twice")
    assert reply.text.startswith("Nobody in the team knows about this.")


async def test_a_declared_failure_is_passed_on_with_its_text(team: Team) -> None:
    mesh = await team(*SPECIALISTS)
    reply = await mesh.delegate("reception-bot", "I was charged twice", context={"customer": "99"})
    assert reply.text.startswith("billing-bot looked into it, but: There is no customer '99'")


async def test_a_specialist_that_crashes_does_not_crash_reception(team: Team) -> None:
    mesh = await team(failing("billing-bot", "charges", RuntimeError("secret")))
    reply = await mesh.delegate("reception-bot", "I was charged twice")
    assert reply.text.startswith("billing-bot is the one to ask, but does not answer now.")
    assert "secret" not in reply.text


async def test_a_specialist_that_left_does_not_crash_reception(team: Team) -> None:
    mesh = await team(billing.agent)
    await billing.agent.stop()
    reply = await mesh.delegate("reception-bot", "I was charged twice", context={"customer": "17"})
    assert "People are at the desk" in reply.text
