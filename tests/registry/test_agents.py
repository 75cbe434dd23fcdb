"""Questions to the registry over real gRPC: one agent, all agents, and where to call."""

import pytest

from botmesh.errors import NoLiveInstance, UnknownAgent
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard, Skill
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_DRAINING, READINESS_READY, Instance
from botmesh_registry.roster import InstanceEntry


def add(registry, agent, number=1, account="default", readiness=READINESS_READY, **card):
    """Put an instance straight into the roster."""
    instance = Instance(instance_id=f"{account}.{agent}.{number}", account_id=account, agent=agent, readiness=readiness)
    entry = InstanceEntry(instance, AgentCard(account_id=account, name=agent, **card), "", number)
    registry.roster.admit(entry)
    registry.roster.show(entry)
    return entry


async def test_resolving_gives_ready_instances_else_busy_ones(make_registry):
    registry, client = await make_registry()
    ready, busy = add(registry, "bot", 1), add(registry, "bot", 2, readiness=READINESS_BUSY)
    add(registry, "bot", 3, readiness=READINESS_DRAINING)
    assert [one.instance_id for one in (await client.resolve("bot")).instances] == [ready.id]
    registry.roster.dismiss(ready)
    response = await client.resolve("bot")
    assert [one.instance_id for one in response.instances] == [busy.id]
    assert response.card.name == "bot"
    registry.roster.dismiss(busy)
    with pytest.raises(NoLiveInstance):
        await client.resolve("bot")


async def test_resolving_an_unknown_agent_suggests_the_nearest(make_registry):
    registry, client = await make_registry()
    add(registry, "billing-bot")
    with pytest.raises(UnknownAgent, match=r"Did you mean billing-bot\?") as caught:
        await client.resolve("biling-bot")
    assert caught.value.metadata["nearest"] == "billing-bot"
    assert caught.value.started is False


async def test_a_shared_agent_is_named_with_its_account(make_registry):
    registry, client = await make_registry()
    add(registry, "shared-bot", account="b", shared=True)
    add(registry, "hidden-bot", account="b")
    assert (await client.resolve("b/shared-bot", "a")).card.account_id == "b"
    assert (await client.get("b/shared-bot", "a")).card.name == "shared-bot"
    assert (await client.get("hidden-bot", "b")).card.name == "hidden-bot"
    for name in ("shared-bot", "b/hidden-bot"):
        with pytest.raises(UnknownAgent):
            await client.get(name, "a")


async def test_an_agent_without_instances_is_known(make_registry):
    registry, client = await make_registry()
    registry.roster.dismiss(add(registry, "bot"))
    agent = await client.get("bot")
    assert agent.card.name == "bot"
    assert not agent.instances


async def list_all(client, **request):
    """All pages: their sizes, and the agents."""
    sizes, names, token = [], [], ""
    while True:
        page = await client.ask("ListAgents", pb.ListAgentsRequest(page_token=token, **request))
        sizes.append(len(page.agents))
        names += [f"{agent.card.account_id}/{agent.card.name}" for agent in page.agents]
        token = page.next_page_token
        if not token:
            return sizes, names


async def test_agents_are_listed_by_account_and_name_in_pages(make_registry):
    registry, client = await make_registry()
    for number in (3, 1, 4, 0, 2):
        add(registry, f"bot-{number}")
    add(registry, "another-bot", account="a", shared=True)
    add(registry, "hidden-bot", account="a")
    expected = ["a/another-bot", *(f"default/bot-{number}" for number in range(5))]
    assert await list_all(client) == ([6], expected)
    assert await list_all(client, page_size=2) == ([2, 2, 2], expected)
    assert await list_all(client, page_size=4) == ([4, 2], expected)


async def test_a_page_goes_on_where_the_last_one_ended_although_that_agent_is_gone(make_registry):
    registry, client = await make_registry()
    for number in range(3):
        add(registry, f"bot-{number}")
    page = await client.ask("ListAgents", pb.ListAgentsRequest(page_size=2))
    registry.roster.dismiss(registry.roster.listed["default.bot-1.1"])
    registry.roster._forget_oldest()
    rest = await client.ask("ListAgents", pb.ListAgentsRequest(page_token=page.next_page_token))
    assert [agent.card.name for agent in rest.agents] == ["bot-2"]


async def test_agents_are_listed_by_tag_and_activity(make_registry):
    registry, client = await make_registry()
    add(registry, "card-bot", tags=["money"])
    add(registry, "skill-bot", skills=[Skill(id="a", tags=["money"])])
    add(registry, "other-bot")
    add(registry, "busy-bot", readiness=READINESS_BUSY)
    add(registry, "draining-bot", readiness=READINESS_DRAINING)
    assert (await list_all(client, tag="money"))[1] == ["default/card-bot", "default/skill-bot"]
    active = (await list_all(client, active_only=True))[1]
    assert "default/busy-bot" in active
    assert "default/draining-bot" not in active


async def test_a_page_is_no_larger_than_a_message_may_be(make_registry):
    registry, client = await make_registry()
    for number in range(30):
        add(registry, f"bot-{number:02}", description="x" * 60_000)
    sizes, names = await list_all(client, page_size=1000)
    assert len(sizes) > 2
    assert names == [f"default/bot-{number:02}" for number in range(30)]


async def test_an_agent_with_very_many_instances_fits_into_a_message(make_registry):
    registry, client = await make_registry()
    for number in range(8000):
        add(registry, "bot", number).instance.version = "1" * 100
    agent = await client.get("bot")
    assert 1000 < len(agent.instances) < 8000
    assert agent.ByteSize() < 1024 * 1024
    assert len((await client.resolve("bot")).instances) == 1000
