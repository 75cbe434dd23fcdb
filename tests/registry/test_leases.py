"""Leases over real gRPC: who holds one, how it is kept, how it ends."""

import asyncio

import pytest

from botmesh.errors import InstanceIdTaken, InvalidField, RegistryUnreachable, TooManyInstances, UnknownLease
from botmesh.limits import Limits, seconds
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_READY, Load

from .support import LONG, SHORT, until


async def test_a_registered_instance_is_listed_once_it_was_probed(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent(version="1.2.0", languages=["en"])
    response = await client.register(agent)
    assert len(response.lease.token) >= 24
    assert seconds(response.lease.duration) == LONG
    assert seconds(response.lease.heartbeat_interval) == LONG / 3
    assert response.limits == Limits().to_proto()
    await client.listed(agent)
    assert agent.probes == 1
    known = await client.get("billing-bot")
    assert known.card.account_id == "default"
    [instance] = known.instances
    assert (instance.agent, instance.account_id, instance.version) == ("billing-bot", "default", "1.2.0")
    assert instance.address == agent.address
    assert instance.readiness == READINESS_READY
    assert instance.registered_at.seconds > 0


async def test_a_killed_instance_is_gone_within_its_lease(make_registry, make_agent):
    _, client = await make_registry(lease_duration=SHORT)
    agent = await make_agent()
    await client.register(agent)
    watch = client.watch()
    await watch.sees(agent.instance_id)
    began = asyncio.get_running_loop().time()
    await watch.misses(agent.instance_id)  # it never sent a heartbeat
    assert asyncio.get_running_loop().time() - began < SHORT + 0.4


async def test_heartbeats_keep_a_lease(make_registry, make_agent):
    _, client = await make_registry(lease_duration=SHORT)
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    watch = client.watch()
    await watch.sees(agent.instance_id)
    beats = client.heartbeats(agent, token)
    for _ in range(6):
        await beats.beat()
        await asyncio.sleep(SHORT / 3)
    assert agent.instance_id in watch.instances
    assert not any(response.changes.removed_instances for response in watch.responses)


async def test_a_heartbeat_is_answered_with_lease_and_probe(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    await client.listed(agent)
    response = await client.heartbeats(agent, token).beat()
    assert seconds(response.lease.duration) == LONG
    assert not response.lease.token
    assert response.probe == pb.PROBE_STATE_PASSED
    assert not response.probe_error
    assert not response.HasField("limits")


async def test_a_heartbeat_carries_load_and_readiness(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    await client.listed(agent)
    await client.heartbeats(agent, token).beat(READINESS_BUSY, load=Load(in_flight=3, recent_failures=1))
    [instance] = (await client.get("billing-bot")).instances
    assert instance.readiness == READINESS_BUSY
    assert instance.load == Load(in_flight=3, recent_failures=1)


async def test_same_id_and_token_renew(make_registry, make_agent):
    registry, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    await client.listed(agent)
    before = registry.roster.log.number
    again = await client.register(agent, lease_token=token)
    assert again.lease.token == token
    assert registry.roster.log.number == before  # nothing changed: nobody is told
    assert agent.probes == 1


async def test_same_id_with_another_token_is_refused(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    await client.register(agent)
    for token in ("", "not-the-token"):
        with pytest.raises(InstanceIdTaken) as caught:
            await client.register(agent, lease_token=token)
        assert caught.value.metadata["field"] == "instance_id"


async def test_an_instance_keeps_its_agent(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    agent.card.name = "other-bot"
    with pytest.raises(InvalidField) as caught:
        await client.register(agent, lease_token=token)
    assert caught.value.metadata["field"] == "instance_id"


async def test_a_heartbeat_for_an_unknown_lease_ends_the_stream(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    with pytest.raises(UnknownLease):
        await client.heartbeats(agent, "some-token").beat()


async def test_a_heartbeat_with_a_wrong_token_is_refused(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    await client.register(agent)
    with pytest.raises(InstanceIdTaken):
        await client.heartbeats(agent, "some-token").beat()


async def test_a_heartbeat_stream_is_for_one_instance(make_registry, make_agent):
    _, client = await make_registry()
    agent, other = await make_agent(), await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    await beats.beat()
    beats.id, beats.token = other.instance_id, (await client.register(other)).lease.token
    with pytest.raises(InvalidField):
        await beats.beat()


async def test_a_silent_heartbeat_stream_ends_with_its_lease(make_registry, make_agent):
    _, client = await make_registry(lease_duration=SHORT)
    agent = await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    await beats.beat()
    await until(beats.call.done)
    assert (await beats.call.code()).name == "NOT_FOUND"


async def test_an_abandoned_stream_ends_without_harm_while_another_keeps_the_lease(make_registry, make_agent):
    _, client = await make_registry(lease_duration=SHORT)
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    abandoned, beats = client.heartbeats(agent, token), client.heartbeats(agent, token)
    await abandoned.beat()
    while not abandoned.call.done():
        await beats.beat()
        await asyncio.sleep(SHORT / 6)
    assert (await abandoned.call.code()).name == "OK"
    assert (await beats.beat()).probe == pb.PROBE_STATE_PASSED


async def test_deregistering_ends_a_lease_at_once(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    watch = client.watch()
    await watch.sees(agent.instance_id)
    leave = pb.DeregisterRequest(instance_id=agent.instance_id, lease_token=token)
    await client.ask("Deregister", leave)
    await watch.misses(agent.instance_id)
    await client.ask("Deregister", leave)  # repeating it is harmless
    with pytest.raises(UnknownLease):
        await client.heartbeats(agent, token).beat()


async def test_nobody_deregisters_an_instance_without_its_token(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    await client.register(agent)
    await client.listed(agent)
    with pytest.raises(InstanceIdTaken):
        await client.ask(
            "Deregister", pb.DeregisterRequest(instance_id=agent.instance_id, lease_token=agent.instance_id)
        )
    await client.listed(agent)


async def test_leases_grow_with_the_mesh_so_that_heartbeats_stay_under_the_rate(make_registry, make_agent):
    _, client = await make_registry(lease_duration=1.0, max_heartbeats_per_second=1)
    agents = [await make_agent() for _ in range(3)]
    granted = [await client.register(agent) for agent in agents]
    assert [seconds(response.lease.duration) for response in granted] == [3.0, 6.0, 9.0]
    response = await client.heartbeats(agents[0], granted[0].lease.token).beat()
    assert seconds(response.lease.heartbeat_interval) == 3.0


async def test_limits_come_with_the_next_heartbeat_and_once(make_registry, make_agent):
    registry, client = await make_registry()
    agent = await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    assert not (await beats.beat()).HasField("limits")
    registry.set_limits(Limits(max_hops=3))
    assert (await beats.beat()).limits.max_hops == 3
    assert not (await beats.beat()).HasField("limits")


async def test_limits_that_may_have_been_lost_with_a_stream_are_sent_again(make_registry, make_agent):
    registry, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    beats = client.heartbeats(agent, token)
    await beats.beat()
    beats.break_off()
    entry = registry.roster.agents["default", "billing-bot"].instances[agent.instance_id]
    await until(lambda: entry.limits_sent == 0)
    assert (await client.heartbeats(agent, token).beat()).HasField("limits")


async def test_more_instances_than_the_limit_are_refused(make_registry, make_agent):
    _, client = await make_registry(max_instances=1)
    first, second = await make_agent(), await make_agent()
    token = (await client.register(first)).lease.token
    with pytest.raises(TooManyInstances) as caught:
        await client.register(second)
    assert caught.value.metadata == {"limit": "1", "field": "instance_id"}
    await client.register(first, lease_token=token)
    await client.ask("Deregister", pb.DeregisterRequest(instance_id=first.instance_id, lease_token=token))
    await client.register(second)


async def test_more_agents_than_the_limit_are_refused(make_registry, make_agent):
    _, client = await make_registry(max_agents=1)
    await client.register(await make_agent("one-bot"))
    with pytest.raises(TooManyInstances) as caught:
        await client.register(await make_agent("two-bot"))
    assert caught.value.metadata == {"limit": "1", "field": "card.name"}


async def test_a_token_that_the_instance_made_is_its_leases_token(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    token = "made-by-the-instance"
    for _ in range(2):  # as if the first answer had been lost
        assert (await client.register(agent, lease_token=token)).lease.token == token
    with pytest.raises(InstanceIdTaken):
        await client.register(agent, lease_token="somebody-elses-secret")
    other = await make_agent("other-bot")
    for malformed in ("short", "x" * 129):
        with pytest.raises(InvalidField) as caught:
            await client.register(other, lease_token=malformed)
        assert caught.value.metadata["field"] == "lease_token"


async def test_a_restarted_registry_grants_a_lease_for_an_old_token(make_registry, make_agent):
    first, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    await first.stop()
    _, client = await make_registry()
    with pytest.raises(UnknownLease):
        await client.heartbeats(agent, token).beat()
    again = await client.register(agent, lease_token=token)
    assert again.lease.token == token
    await client.listed(agent)


async def test_a_stopping_registry_ends_its_streams_at_once(make_registry, make_agent):
    registry, client = await make_registry()
    agent = await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    await beats.beat()
    watch = client.watch()
    await watch.sees(agent.instance_id)
    async with asyncio.timeout(1.0):
        await registry.stop(grace=5.0)
        await watch.task
    assert isinstance(watch.error, RegistryUnreachable)
    with pytest.raises(RegistryUnreachable):
        await beats.beat()
