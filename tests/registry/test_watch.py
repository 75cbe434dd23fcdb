"""Watch over real gRPC: snapshots, changes, revisions, warming, slow readers."""

import asyncio

import grpc
import pytest

from botmesh.errors import TooManyInstances, WatcherTooSlow
from botmesh.limits import Limits
from botmesh.status import from_rpc_error
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_DRAINING, READINESS_READY, Instance, Load
from botmesh_registry import watch as watch_module
from botmesh_registry.roster import InstanceEntry

from .support import SHORT, Client, until


class Crowd:
    """Instances that are simply there: put into a registry's roster without process, lease or probe."""

    def __init__(self, registry):
        self.roster = registry.roster
        self.order = 0

    def add(self, agent="crowd-bot", account="default", **card):
        self.order += 1
        instance = Instance(
            instance_id=f"crowd-{self.order}", account_id=account, agent=agent, readiness=READINESS_READY
        )
        entry = InstanceEntry(instance, AgentCard(account_id=account, name=agent, **card), "", self.order)
        self.roster.admit(entry)
        self.roster.show(entry)
        return entry


async def test_a_watch_opens_with_limits_and_a_snapshot(make_registry):
    registry, client = await make_registry(limits=Limits(max_hops=3), trace_endpoint="127.0.0.1:4317")
    entry = Crowd(registry).add()
    watch = client.watch()
    await until(lambda: watch.complete)
    assert watch.responses[0].limits.max_hops == 3
    assert watch.responses[0].trace_endpoint == "127.0.0.1:4317"
    assert not watch.responses[0].revision
    assert watch.revision == registry.roster.log.revision(registry.roster.log.number)
    assert list(watch.cards) == ["crowd-bot"]
    assert list(watch.instances) == [entry.id]


async def test_an_empty_registry_sends_an_empty_snapshot(make_registry):
    _, client = await make_registry()
    watch = client.watch()
    await until(lambda: watch.complete)
    assert watch.revision.endswith(":0")


async def test_changes_that_come_together_are_sent_together(make_registry):
    registry, client = await make_registry()
    crowd = Crowd(registry)
    watch = client.watch()
    await until(lambda: watch.complete)
    before = len(watch.responses)
    entries = [crowd.add() for _ in range(50)]
    await until(lambda: len(watch.instances) == 50)
    assert len(watch.responses) == before + 1
    changes = watch.responses[-1].changes
    assert [card.name for card in changes.cards] == ["crowd-bot"]
    assert [one.instance_id for one in changes.instances] == [entry.id for entry in entries]


async def test_an_instance_that_is_gone_is_told_at_once(make_registry):
    registry, client = await make_registry(watch_window=30.0)
    crowd = Crowd(registry)
    entry = crowd.add()
    watch = client.watch()
    await watch.sees(entry.id)
    registry.watches._flushed_at = float("-inf")  # nothing was sent in the last window
    registry.roster.dismiss(entry)
    await watch.misses(entry.id)  # far sooner than a window
    first, second = crowd.add(), crowd.add()
    registry.roster.dismiss(first)
    await asyncio.sleep(0.02)
    assert second.id not in watch.instances  # but not more often than once in a window


async def test_a_draining_instance_is_seen_to_drain(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    watch = client.watch()
    await watch.sees(agent.instance_id)
    await beats.beat(READINESS_DRAINING)
    await until(lambda: watch.instances[agent.instance_id].readiness == READINESS_DRAINING)


async def test_load_alone_is_not_sent(make_registry, make_agent):
    _, client = await make_registry()
    agent = await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    watch = client.watch()
    await watch.sees(agent.instance_id)
    before = len(watch.responses)
    for number in range(5):
        await beats.beat(load=Load(in_flight=number))
    await beats.beat(READINESS_BUSY, load=Load(in_flight=9))
    await until(lambda: watch.instances[agent.instance_id].readiness == READINESS_BUSY)
    assert len(watch.responses) == before + 1
    assert watch.instances[agent.instance_id].load.in_flight == 9


async def test_a_watcher_that_returns_gets_the_changes_only(make_registry):
    registry, client = await make_registry()
    crowd = Crowd(registry)
    kept, gone = crowd.add(), crowd.add()
    watch = client.watch()
    await watch.sees(gone.id)
    revision = watch.revision
    await watch.close()
    registry.roster.dismiss(gone)
    new = crowd.add()
    again = client.watch(since=revision)
    await again.sees(new.id)
    assert not any(response.HasField("snapshot") for response in again.responses)
    assert again.responses[0].HasField("limits")
    assert again.responses[0].revision == revision
    assert list(again.instances) == [new.id]
    assert list(again.responses[-1].changes.removed_instances) == [gone.id]
    assert kept.id not in again.instances


async def test_a_watcher_that_returns_and_missed_nothing_is_told_so(make_registry):
    registry, client = await make_registry()
    Crowd(registry).add()
    watch = client.watch()
    await until(lambda: watch.complete)
    again = client.watch(since=watch.revision)
    await until(lambda: again.responses)
    assert again.revision == watch.revision
    assert again.responses[0].WhichOneof("event") is None


@pytest.mark.parametrize(
    "since", ["{}:1", "{}:1000000000", "other:1", "{}", "{}:", "{}:-1", "{}:\u0661", "{}:" + "9" * 40, ":", "\u0661"]
)
async def test_a_revision_that_the_registry_does_not_have_gets_a_snapshot(make_registry, since):
    registry, client = await make_registry()
    registry.roster.log._changes = type(registry.roster.log._changes)(maxlen=3)
    crowd = Crowd(registry)
    for _ in range(9):
        crowd.add()
    watch = client.watch(since=since.format(registry.roster.log.incarnation))
    await until(lambda: watch.complete)
    assert len(watch.instances) == 9


async def test_a_large_snapshot_comes_in_chunks_and_only_the_last_has_a_revision(make_registry):
    registry, client = await make_registry()
    crowd = Crowd(registry)
    for number in range(20):
        crowd.add(f"crowd-bot-{number}", description="x" * 60_000)
    watch = client.watch()
    await until(lambda: watch.complete)
    chunks = [response for response in watch.responses if response.HasField("snapshot")]
    assert len(chunks) > 3
    assert all(response.ByteSize() < 512 * 1024 for response in watch.responses)
    assert [bool(chunk.revision) for chunk in chunks] == [False] * (len(chunks) - 1) + [True]
    assert len(watch.cards) == len(watch.instances) == 20


async def test_large_changes_come_in_pieces_and_only_the_last_has_the_new_revision(make_registry):
    registry, client = await make_registry()
    crowd = Crowd(registry)
    watch = client.watch()
    await until(lambda: watch.complete)
    before, count = watch.revision, len(watch.responses)
    for number in range(20):
        crowd.add(f"crowd-bot-{number}", description="x" * 60_000)
    await until(lambda: len(watch.instances) == 20)
    pieces = watch.responses[count:]
    assert len(pieces) > 3
    assert all(piece.ByteSize() < 512 * 1024 for piece in pieces)
    assert all(piece.revision == before for piece in pieces[:-1])
    assert pieces[-1].revision == registry.roster.log.revision(registry.roster.log.number)


async def test_a_snapshot_is_made_once_for_watchers_that_come_together(make_registry, monkeypatch):
    registry, client = await make_registry()
    crowd = Crowd(registry)
    crowd.add()
    made = []
    snapshot = watch_module.View.snapshot
    monkeypatch.setattr(watch_module.View, "snapshot", lambda view: made.append(view) or snapshot(view))
    first = client.watch()
    await until(lambda: first.complete)
    late = crowd.add()  # not in that snapshot: the second watcher gets it as a change
    second = client.watch()
    await second.sees(late.id)
    assert len(second.instances) == 2
    assert len(made) == 1


async def test_changes_are_encoded_once_for_all_watchers_of_an_account(make_registry):
    registry, client = await make_registry()
    crowd = Crowd(registry)
    watches = [client.watch() for _ in range(10)]
    other = client.watch("other")
    await until(lambda: all(watch.complete for watch in [*watches, other]))
    encoded = []
    encode = registry.watches._encode
    registry.watches._encode = lambda *args, **options: encoded.append(1) or encode(*args, **options)
    entry = crowd.add()
    for watch in watches:
        await watch.sees(entry.id)
    assert len(encoded) == 1
    assert not other.instances


async def test_accounts_watch_their_own_and_shared_agents(make_registry):
    registry, client = await make_registry()
    crowd = Crowd(registry)
    watch = client.watch("a")
    await until(lambda: watch.complete)
    hidden, shared = crowd.add("hidden-bot", "b"), crowd.add("shared-bot", "b", shared=True)
    own = crowd.add("own-bot", "a")
    await watch.sees(own.id)
    assert set(watch.instances) == {own.id, shared.id}
    registry.roster.dismiss(hidden)
    registry.roster.dismiss(shared)
    await watch.misses(shared.id)
    assert not any(hidden.id in response.changes.removed_instances for response in watch.responses)


async def test_a_quiet_accounts_revision_does_not_grow_too_old(make_registry):
    registry, client = await make_registry()
    registry.roster.log._changes = type(registry.roster.log._changes)(maxlen=40)
    crowd = Crowd(registry)
    watch = client.watch("quiet")
    await until(lambda: watch.complete)
    for _ in range(11):
        crowd.add()
    await until(lambda: watch.revision == registry.roster.log.revision(registry.roster.log.number))
    assert watch.responses[-1].WhichOneof("event") is None


async def test_new_limits_are_told_at_once(make_registry):
    registry, client = await make_registry()
    watch = client.watch()
    await until(lambda: watch.complete)
    registry.set_limits(Limits(enabled=False))
    await until(lambda: watch.responses[-1].HasField("limits"))
    assert watch.responses[-1].limits.enabled is False
    late = client.watch()
    await until(lambda: late.complete)
    assert late.responses[0].limits.enabled is False


async def test_a_registry_is_warming_for_one_lease(make_registry, clock):
    registry, client = await make_registry(lease_duration=10, clock=clock)
    watch = client.watch()
    await until(lambda: watch.complete)
    assert registry.warming
    assert all(response.warming for response in watch.responses)
    clock.now += 9.9
    registry.sweep()
    assert registry.warming
    clock.now += 0.1
    registry.sweep()
    await until(lambda: not watch.responses[-1].warming)
    late = client.watch()
    await until(lambda: late.complete)
    assert not any(response.warming for response in late.responses)


async def swamp(registry, slow):
    """Change more, time and again, than the queue of a watcher and all buffers below it hold."""
    crowd = Crowd(registry)
    for number in range(1000):
        if slow.ended is not None:
            return
        crowd.add(f"crowd-bot-{number % 10}", description=f"{number} " + "x" * 60_000)
        await asyncio.sleep(0.002)
    pytest.fail("it was never too slow")


async def read_to_the_end(call):
    while True:
        try:
            await call.read()
        except grpc.aio.AioRpcError as error:
            return from_rpc_error(error)


async def test_a_watcher_that_reads_too_slowly_is_dropped(make_registry, monkeypatch):
    monkeypatch.setattr(watch_module, "QUEUE_BYTES", 1024 * 1024)
    registry, client = await make_registry(watch_window=0.001)
    call = client.stub.WatchAgents(pb.WatchAgentsRequest())
    await call.read()
    [slow] = await until(lambda: registry.watches._watchers.get("default"))
    fast = client.watch()
    await swamp(registry, slow)
    assert isinstance(await read_to_the_end(call), WatcherTooSlow)
    await until(lambda: len(fast.instances) == len(registry.roster.listed))  # nobody else is held up
    assert fast.error is None
    assert len(registry.watches) == 1


async def test_a_watcher_that_never_reads_again_takes_no_memory(make_registry, monkeypatch):
    monkeypatch.setattr(watch_module, "QUEUE_BYTES", 100 * 1024)
    registry, client = await make_registry(watch_window=0.001)
    call = client.stub.WatchAgents(pb.WatchAgentsRequest())
    await call.read()
    [stuck] = await until(lambda: registry.watches._watchers.get("default"))
    await swamp(registry, stuck)
    Crowd(registry).add()
    registry.watches.flush()
    assert not stuck.queue
    call.cancel()
    await until(lambda: len(registry.watches) == 0)


async def test_more_changes_at_once_than_the_log_keeps_end_the_watch(make_registry):
    registry, client = await make_registry()
    watch = client.watch()
    await until(lambda: watch.complete)
    registry.roster.log._changes = type(registry.roster.log._changes)(maxlen=3)
    crowd = Crowd(registry)
    for _ in range(10):
        crowd.add()
    await watch.task
    assert isinstance(watch.error, WatcherTooSlow)
    again = client.watch(since=watch.revision)
    await until(lambda: again.complete)
    assert len(again.instances) == 10


async def test_a_watcher_that_goes_leaves_nothing_behind(make_registry):
    registry, client = await make_registry()
    watch = client.watch()
    await until(lambda: watch.complete)
    await watch.close()
    await until(lambda: len(registry.watches) == 0)
    assert not registry.watches._watchers
    assert not registry.watches._told


async def test_more_watchers_than_the_limit_are_refused(make_registry, stack):
    _, client = await make_registry(max_watchers=1)
    first = client.watch()
    await until(lambda: first.complete)
    other = Client(client.address, stack)
    second = other.watch()
    await second.task
    await other.channel.close()
    assert isinstance(second.error, TooManyInstances)
    assert second.error.metadata == {"limit": "1", "field": "watchers"}


async def test_everybody_who_came_back_after_a_restart_is_seen(make_registry, make_agent):
    agents = [await make_agent() for _ in range(5)]
    first, client = await make_registry(lease_duration=SHORT)
    for agent in agents:
        await client.register(agent)
    watch = client.watch()
    await until(lambda: len(watch.instances) == 5)
    await first.stop()
    _, client = await make_registry(lease_duration=SHORT)
    again = client.watch(since=watch.revision)  # of an incarnation that is gone
    await until(lambda: again.complete)
    assert again.responses[0].warming
    assert again.revision.partition(":")[0] != watch.revision.partition(":")[0]
    for agent in agents:
        await client.register(agent)
    await until(lambda: len(again.instances) == 5)
    await until(lambda: not again.responses[-1].warming)
