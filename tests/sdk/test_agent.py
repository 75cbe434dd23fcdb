import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_DRAINING, READINESS_READY


def make(**options):
    return botmesh.Agent(options.pop("name", "a"), settings=load(environ={}), **options)


@pytest.mark.parametrize("name", ["", "A", "a_b", "-a", "a-", "a" * 64, "ä", "a.b"])
def test_a_name_is_a_dns_label(name):
    with pytest.raises(errors.InvalidField):
        make(name=name)


def test_what_cannot_be_is_refused_at_once():
    with pytest.raises(ValueError, match="public or internal"):
        make(exposure="secret")
    with pytest.raises(errors.InvalidField, match="max_hops"):
        make(limits={"max_hop": 3})
    with pytest.raises(errors.InvalidField):
        make(limits={"max_hops": "many"})
    with pytest.raises(TypeError, match="async"):
        make().on_delegate(lambda task: "x")


def test_the_card_says_what_the_author_said():
    skill = botmesh.Skill("refunds", "Pays back", examples=["twice"], tags=["money"], languages=["en"], idempotent=True)
    agent = make(description="d", version="1.2", exposure="internal", tags=["t"], skills=[skill], shared=True)
    card = agent.card
    assert (card.name, card.description, card.version, card.shared) == (
        "a",
        "d",
        "1.2",
        True,
    )
    assert card.skills[0].idempotent
    assert list(card.skills[0].examples) == ["twice"]


async def test_start_and_stop_functions_are_awaited_around_the_work():
    agent, seen = make(), []

    @agent.on_start
    async def opens():
        seen.append("start")

    @agent.on_stop
    async def closes():
        seen.append("stop")

    @agent.on_delegate
    async def works(task):
        seen.append("work")

    async with testing.mesh(agent) as mesh:
        await mesh.delegate("a")
    assert seen == ["start", "work", "stop"]


async def test_an_agent_can_start_again_after_it_stopped():
    agent = make()

    @agent.on_delegate
    async def works(task):
        return "ok"

    for _ in range(2):
        async with testing.mesh(agent) as mesh:
            assert (await mesh.delegate("a")).text == "ok"
    await agent.stop()


async def test_a_port_in_use_is_a_clear_refusal():
    first = make()
    async with testing.mesh(first) as mesh:
        second = botmesh.Agent("b", settings=load(environ={}, flags={"bind": first.address}))
        with pytest.raises(errors.InvalidField, match="in use"):
            await second.start(directory=mesh.directory)


async def test_the_meshs_limits_are_the_ceiling():
    agent = botmesh.Agent("a", settings=load(environ={"BOTMESH_MAX_HOPS": "4"}), limits={"max_delegations": 3})
    async with testing.mesh(agent):
        running = agent._running
        running.participant.learn(botmesh.Limits(max_hops=10, max_delegations=2, max_message_bytes=5_000_000))
        assert running.endpoint.limits.max_hops == 4
        assert running.endpoint.limits.max_delegations == 2
        assert running.endpoint.limits.max_message_bytes == 5_000_000
        running.participant.learn(botmesh.Limits(max_hops=2, max_delegations=8))
        assert running.endpoint.limits.max_hops == 2
        assert running.endpoint.limits.max_delegations == 3


async def test_an_agent_with_a_capacity_says_when_it_is_busy():
    agent = make(capacity=1)
    states = []

    @agent.on_delegate
    async def works(task):
        states.append(agent._running.state())

    async with testing.mesh(agent) as mesh:
        running = agent._running
        assert running.state()[0] == READINESS_READY
        await mesh.delegate("a")
        assert states[0][0] == READINESS_BUSY
        assert states[0][1].in_flight == 1
        running.endpoint.draining = True
        assert running.state()[0] == READINESS_DRAINING


async def test_an_address_that_stands_for_all_needs_one_that_others_reach():
    agent = botmesh.Agent("a", settings=load(environ={}, flags={"bind": "0.0.0.0:0"}))
    with pytest.raises(errors.InvalidField, match="set advertise"):
        await agent.start()
