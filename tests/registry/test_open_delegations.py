"""What instances are told of the open delegations of other instances of their account."""

import pytest

from botmesh.errors import InvalidField
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import Instance
from botmesh.v1.registry_service_pb2 import OpenDelegations
from botmesh_registry import open_delegations
from botmesh_registry.open_delegations import OpenDelegationCounts
from botmesh_registry.roster import InstanceEntry

from .support import SHORT, until


def opened(**counts):
    return [OpenDelegations(key=key, count=count) for key, count in counts.items()]


def told(response):
    return {one.key: one.count for one in response.open_elsewhere}


@pytest.fixture
def join(make_agent):
    """Registers an instance and returns its heartbeats."""

    async def join(client, name, account=""):
        agent = await make_agent(name, account_id=account)
        token = (await client.register(agent)).lease.token
        await client.listed(agent)
        return client.heartbeats(agent, token)

    return join


async def test_an_instance_is_told_what_the_others_have_open(make_registry, join):
    _, client = await make_registry()
    first, second, third = [await join(client, name) for name in ("a-bot", "a-bot", "b-bot")]
    assert told(await first.beat(open_delegations=opened(v=3, w=4))) == {}
    assert told(await second.beat(open_delegations=opened(v=2, w=6, x=9))) == {}, "4 elsewhere is not worth telling"
    assert told(await third.beat()) == {"v": 5, "w": 10, "x": 9}
    assert told(await first.beat(open_delegations=opened(v=3, w=4))) == {"w": 6, "x": 9}


async def test_what_is_not_said_again_holds_no_more(make_registry, join):
    _, client = await make_registry()
    first, second = await join(client, "a-bot"), await join(client, "b-bot")
    await first.beat(open_delegations=opened(v=8))
    assert told(await second.beat()) == {"v": 8}
    await first.beat(open_delegations=opened(v=6))
    assert told(await second.beat()) == {"v": 6}
    await first.beat()
    assert told(await second.beat()) == {}


async def test_those_with_the_most_come_first_and_256_at_most(make_registry, join):
    _, client = await make_registry()
    first, second, third = [await join(client, name) for name in ("a-bot", "b-bot", "c-bot")]
    await first.beat(open_delegations=[OpenDelegations(key=f"v{n}", count=10) for n in range(256)])
    await second.beat(open_delegations=[OpenDelegations(key=f"w{n}", count=11 + n) for n in range(10)])
    response = await third.beat()
    assert len(response.open_elsewhere) == 256
    counts = [one.count for one in response.open_elsewhere]
    assert counts[:11] == [20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10]


async def test_accounts_see_nothing_of_each_other(make_registry, join):
    _, client = await make_registry()
    first, second = await join(client, "a-bot", "acme"), await join(client, "a-bot", "other")
    await first.beat(open_delegations=opened(v=8))
    assert told(await second.beat(open_delegations=opened(v=7))) == {}


async def test_an_instance_that_left_counts_no_more(make_registry, join):
    registry, client = await make_registry()
    first, second = await join(client, "a-bot"), await join(client, "b-bot")
    await first.beat(open_delegations=opened(v=8))
    registry.leases.end(first.id, first.token)
    assert told(await second.beat()) == {}
    assert len(registry.leases.open_delegations) == 0


async def test_an_instance_whose_lease_expired_counts_no_more(make_registry, join):
    registry, client = await make_registry(lease_duration=SHORT)
    first, second = await join(client, "a-bot"), await join(client, "b-bot")
    await first.beat(open_delegations=opened(v=8))
    assert told(await second.beat()) == {"v": 8}

    async def told_nothing():
        return told(await second.beat()) == {}

    await until(told_nothing, SHORT + 2)
    assert len(registry.leases.open_delegations) == 0


@pytest.mark.parametrize(
    ("report", "field"),
    [
        (opened(v=64_001), "open_delegations[0].count"),
        (opened(v=2, w=0), "open_delegations[1].count"),
        ([OpenDelegations(key="no id", count=2)], "open_delegations[0].key"),
        ([OpenDelegations(count=2)], "open_delegations[0].key"),
        ([OpenDelegations(key="v" * 65, count=2)], "open_delegations[0].key"),
        (opened(v=2) * 2, "open_delegations[1].key"),
        ([OpenDelegations(key=f"v{n}", count=2) for n in range(257)], "open_delegations"),
    ],
)
async def test_a_hostile_report_is_refused_and_counts_nothing(make_registry, join, report, field):
    registry, client = await make_registry()
    beats = await join(client, "a-bot")
    with pytest.raises(InvalidField) as caught:
        await beats.beat(open_delegations=report)
    assert caught.value.metadata["field"] == field
    assert len(registry.leases.open_delegations) == 0


def instance(number, account="default"):
    card = AgentCard(account_id=account, name="a-bot")
    return InstanceEntry(Instance(instance_id=f"i{number}", account_id=account, agent="a-bot"), card, "token", number)


def test_conversations_beyond_the_bounds_are_left_out(monkeypatch):
    monkeypatch.setattr(open_delegations, "MAX_ACCOUNT_KEYS", 3)
    monkeypatch.setattr(open_delegations, "MAX_KEYS", 5)
    counts = OpenDelegationCounts()
    first, second, other = instance(1), instance(2), instance(3, "other")
    counts.report(first, {"a": 6, "b": 6})
    counts.report(second, {"c": 7, "d": 7, "a": 7})
    assert {one.key: one.count for one in counts.elsewhere(instance(4))} == {"a": 13, "b": 6, "c": 7}
    counts.report(other, {"x": 8, "y": 8})
    assert {one.key for one in counts.elsewhere(instance(5, "other"))} == {"x"}
    assert len(counts) == 5
    for entry in (first, second, other, other):
        counts.forget(entry)
    assert len(counts) == 0
    assert not counts._accounts, "nothing is left of accounts without reports"
