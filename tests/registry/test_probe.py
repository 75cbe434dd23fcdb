"""Probes: real servers that are fine, dead, hanging, or somebody else."""

import asyncio
from contextlib import suppress

import pytest
from grpc_health.v1 import health_pb2

from botmesh.names import new_id
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import READINESS_DRAINING, Instance
from botmesh_registry.probe import Prober, probe
from botmesh_registry.roster import InstanceEntry

from .support import FakeAgent, until


def instance_of(agent):
    return Instance(instance_id=agent.instance_id, account_id="default", agent=agent.card.name, address=agent.address)


async def test_a_serving_instance_passes(make_agent):
    assert await probe(instance_of(await make_agent())) == ""


async def test_a_dead_instance_fails_at_once(make_agent):
    agent = await make_agent()
    await agent.kill()
    assert "UNAVAILABLE" in await probe(instance_of(agent))


async def test_a_hanging_instance_fails_in_time(make_agent):
    agent = await make_agent()
    agent.hangs = True
    assert "did not answer within 0.1 s" in await probe(instance_of(agent), timeout=0.1)


class Listener:
    """A port that takes connections and answers with fixed bytes, or with nothing."""

    def __init__(self, answer=b""):
        self.answer = answer
        self.open = set()

    async def __aenter__(self):
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0)
        port = self.server.sockets[0].getsockname()[1]
        return Instance(instance_id="i", account_id="default", agent="bot", address=f"127.0.0.1:{port}")

    async def accept(self, _reader, writer):
        self.open.add(writer)
        writer.write(self.answer)

    async def __aexit__(self, *_):
        self.server.close()
        for writer in self.open:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def test_a_port_that_accepts_and_says_nothing_fails_in_time():
    async with Listener() as instance:
        assert "did not answer" in await probe(instance, timeout=0.1)


async def test_a_server_of_something_else_fails():
    async with Listener(b"HTTP/1.1 200 OK\r\n\r\nhello") as instance:
        assert await probe(instance, timeout=1.0)


@pytest.mark.parametrize(
    "other",
    [
        {"instance_id": "another"},
        {"card": AgentCard(name="another-bot")},
        {"card": AgentCard(name="billing-bot", account_id="another")},
    ],
)
async def test_somebody_else_at_the_address_fails(make_agent, other):
    agent = await make_agent()
    expected = instance_of(agent)
    for name, value in other.items():
        setattr(agent, name, value)
    assert "another" in await probe(expected)


async def test_an_unhealthy_instance_fails_unless_it_drains(make_agent):
    agent = await make_agent()
    agent.health = health_pb2.HealthCheckResponse.NOT_SERVING
    assert "NOT_SERVING" in await probe(instance_of(agent))
    agent.readiness = READINESS_DRAINING
    assert await probe(instance_of(agent)) == ""


async def test_an_unknown_health_fails(make_agent):
    agent = await make_agent()
    agent.health = 99
    assert "99" in await probe(instance_of(agent))


class Doubles:
    """Instances that are probed by a function of the test."""

    def __init__(self, **options):
        self.probed, self.settled = [], []
        self.answer = ""
        self.open = self.most_open = 0
        self.hold: asyncio.Event | None = None
        self.prober = Prober(self.probe, first_retry=0.01, **options)
        self.prober.settle = lambda entry, error: self.settled.append((entry, error))

    async def probe(self, instance):
        self.probed.append(instance.instance_id)
        self.open += 1
        self.most_open = max(self.most_open, self.open)
        if self.hold is not None:
            await self.hold.wait()
        self.open -= 1
        return self.answer

    def entry(self, address="127.0.0.1:1"):
        instance = Instance(instance_id=new_id(), agent="bot", account_id="default", address=address)
        return InstanceEntry(instance, AgentCard(name="bot"), "token", 1)


async def test_one_probe_at_a_time_per_address():
    doubles = Doubles()
    doubles.prober.open()
    doubles.hold = asyncio.Event()
    for _ in range(5):
        doubles.prober.schedule(doubles.entry())
    await until(lambda: doubles.probed)
    await asyncio.sleep(0.02)
    assert len(doubles.probed) == 1
    doubles.hold.set()
    await until(lambda: len(doubles.settled) == 5)
    assert doubles.most_open == 1
    await doubles.prober.close()


async def test_instances_that_crowd_one_address_all_get_their_turn():
    doubles = Doubles(rate=100_000)
    doubles.prober.open()
    entries = [doubles.entry() for _ in range(40)]
    for entry in entries:
        doubles.prober.schedule(entry)
    await until(lambda: len(doubles.settled) == 40)
    assert doubles.most_open == 1
    await doubles.prober.close()


async def test_probes_that_are_open_are_capped():
    doubles = Doubles(open_probes=3)
    doubles.prober.open()
    doubles.hold = asyncio.Event()
    for port in range(1, 11):
        doubles.prober.schedule(doubles.entry(f"127.0.0.1:{port}"))
    await until(lambda: doubles.open == 3)
    doubles.hold.set()
    await until(lambda: len(doubles.settled) == 10)
    assert doubles.most_open == 3
    await doubles.prober.close()


async def test_probes_are_capped_in_rate():
    doubles = Doubles(rate=100)
    doubles.prober.open()
    began = asyncio.get_running_loop().time()
    for port in range(1, 12):
        doubles.prober.schedule(doubles.entry(f"127.0.0.1:{port}"))
    await until(lambda: len(doubles.settled) == 11)
    assert asyncio.get_running_loop().time() - began >= 0.1
    await doubles.prober.close()


async def test_many_reports_of_one_instance_are_one_probe():
    doubles = Doubles(recheck_interval=0.1)
    doubles.prober.open()
    entry = doubles.entry()
    for _ in range(100):
        doubles.prober.recheck(entry)
    await until(lambda: doubles.settled)
    for _ in range(100):
        doubles.prober.recheck(entry)
    assert len(doubles.probed) == 1
    await until(lambda: len(doubles.settled) == 2)
    assert len(doubles.probed) == 2
    await doubles.prober.close()


async def test_a_failed_probe_is_tried_again_less_and_less_often():
    doubles = Doubles()
    doubles.answer = "nobody there"
    doubles.prober.open()
    entry = doubles.entry()
    doubles.prober.schedule(entry)
    await until(lambda: len(doubles.settled) == 4)
    due = doubles.prober._due[entry] - asyncio.get_running_loop().time()
    assert 0.05 < due <= 0.08  # 0.01, 0.02, 0.04, then 0.08, less up to a quarter
    doubles.answer = ""
    await until(lambda: doubles.settled[-1][1] == "")
    assert entry not in doubles.prober._due
    await doubles.prober.close()


async def test_nothing_is_kept_of_an_instance_whose_lease_is_over():
    doubles = Doubles()
    doubles.answer = "nobody there"
    doubles.prober.open()
    entry, late = doubles.entry(), doubles.entry()
    doubles.prober.schedule(entry)
    await until(lambda: doubles.settled)
    entry.ended = True
    doubles.prober.forget(entry)
    doubles.hold = asyncio.Event()
    doubles.prober.schedule(late)
    await until(lambda: len(doubles.probed) == 2)
    late.ended = True
    doubles.prober.forget(late)
    doubles.hold.set()
    await until(lambda: not doubles.prober._tasks)
    assert [one for one, _ in doubles.settled] == [entry]  # the outcome of `late` interests nobody
    assert not doubles.prober._due
    assert not doubles.prober._probed
    await doubles.prober.close()


async def test_an_instance_that_moves_while_it_is_probed_is_probed_again():
    doubles = Doubles()
    doubles.prober.open()
    doubles.hold = asyncio.Event()
    entry = doubles.entry()
    doubles.prober.schedule(entry)
    await until(lambda: doubles.probed)
    entry.instance.address = "127.0.0.1:2"
    doubles.hold.set()
    await until(lambda: doubles.settled)
    assert len(doubles.probed) == 2
    await doubles.prober.close()


async def test_a_prober_that_breaks_is_a_failed_probe():
    async def broken(_instance):
        raise RuntimeError("a bug")

    outcomes = []
    prober = Prober(broken)
    prober.settle = lambda _, error: outcomes.append(error)
    prober.open()
    prober.schedule(Doubles().entry())
    await until(lambda: outcomes)
    assert outcomes == ["the probe failed inside the registry"]
    await prober.close()


async def test_an_instance_that_is_not_there_is_never_listed(make_registry, make_agent):
    registry, client = await make_registry()
    agent = await make_agent()
    await agent.kill()
    token = (await client.register(agent)).lease.token
    beats = client.heartbeats(agent, token)

    async def failed():
        return (await beats.beat()).probe == pb.PROBE_STATE_FAILED

    await until(failed)
    assert agent.address in (await beats.beat()).probe_error
    assert not registry.roster.listed
    await agent.start(agent.address)  # slow to start: it comes up at last
    await client.listed(agent)
    response = await beats.beat()
    assert response.probe == pb.PROBE_STATE_PASSED
    assert not response.probe_error


async def test_a_killed_instance_is_gone_sooner_when_somebody_reports_it(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    await client.register(agent)
    watch = client.watch()
    await watch.sees(agent.instance_id)
    await agent.kill()
    await client.ask("ReportUnreachable", pb.ReportUnreachableRequest(instance_id=agent.instance_id, error="x"))
    await watch.misses(agent.instance_id)


async def test_a_report_alone_removes_nobody(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    await client.register(agent)
    watch = client.watch()
    await watch.sees(agent.instance_id)
    for _ in range(20):
        await client.ask("ReportUnreachable", pb.ReportUnreachableRequest(instance_id=agent.instance_id))
    await client.ask("ReportUnreachable", pb.ReportUnreachableRequest(instance_id="nobody"))
    await until(lambda: agent.probes >= 2)
    await client.listed(agent)
    assert not any(response.changes.removed_instances for response in watch.responses)


async def test_a_broken_heartbeat_stream_is_looked_into(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    watch = client.watch()
    await watch.sees(agent.instance_id)
    await beats.beat()
    await agent.kill()
    beats.break_off()
    await watch.misses(agent.instance_id)


async def test_a_delisted_instance_comes_back_when_it_answers_again(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    await client.register(agent)
    watch = client.watch()
    await watch.sees(agent.instance_id)
    agent.health = health_pb2.HealthCheckResponse.NOT_SERVING
    await client.ask("ReportUnreachable", pb.ReportUnreachableRequest(instance_id=agent.instance_id))
    await watch.misses(agent.instance_id)
    agent.health = health_pb2.HealthCheckResponse.SERVING
    await watch.sees(agent.instance_id)


async def test_an_instance_that_moves_is_listed_after_a_probe_at_the_new_address(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    token = (await client.register(agent)).lease.token
    watch = client.watch()
    await watch.sees(agent.instance_id)
    old, agent_elsewhere = agent.address, FakeAgent(agent.card, agent.instance_id)
    await agent_elsewhere.start()
    await client.register(agent_elsewhere, lease_token=token)
    await until(lambda: watch.instances.get(agent.instance_id, Instance(address=old)).address != old)
    assert watch.instances[agent.instance_id].address == agent_elsewhere.address
    await agent_elsewhere.kill()


async def test_a_new_process_at_an_old_address_displaces_the_old_one(make_registry, make_agent):
    _, client = await make_registry()
    old = await make_agent()
    await client.register(old)
    watch = client.watch()
    await watch.sees(old.instance_id)
    await old.kill()
    new = await make_agent(address=old.address)
    await client.register(new)
    await watch.sees(new.instance_id)
    await client.ask("ReportUnreachable", pb.ReportUnreachableRequest(instance_id=old.instance_id))
    await watch.misses(old.instance_id)
    assert new.instance_id in watch.instances
