"""Watches without end, names without end, and a registry that tells what nobody can read."""

import asyncio
import gc
from contextlib import AsyncExitStack

import grpc
import pytest

from botmesh import errors
from botmesh.calling.directory import Directory
from botmesh.calling.invocation import Invocation
from botmesh.calling.registry_client import RegistryClient
from botmesh.chain import Chain
from botmesh.policies import Endpoint
from botmesh.settings import load
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.message_pb2 import Message
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub
from botmesh_registry import Registry
from botmesh_service.agent_clients import AgentClients
from tests.registry.support import Client, until
from tests.sdk.test_directory import card, changes, chunk, deep_card, instance, late, names, too_deep_to_parse


@pytest.fixture
async def stack():
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
async def make_registry(stack):
    async def make(**options):
        registry = Registry(**options)
        address = await registry.start("127.0.0.1:0")
        stack.push_async_callback(registry.stop, 0)

        def connect():
            client = Client(address, stack)
            stack.push_async_callback(client.channel.close)
            return client

        return registry, address, connect

    return make


@pytest.fixture
async def make_callers(stack):
    def make(address, **options):
        callers = AgentClients(load(environ={}), Telemetry("test"), address, **options)
        stack.push_async_callback(callers.close)
        return callers

    return make


def run_on(loop, work):
    """Run it on a loop of its own: what stands here must hold on uvloop too."""
    try:
        if loop == "uvloop":
            import uvloop  # noqa: PLC0415 - an optional extra

            return uvloop.run(work)
        return asyncio.run(work)
    finally:
        gc.collect()  # gRPC's servers want their loop when they go


async def test_one_connection_gets_a_quarter_of_all_watches(make_registry):
    _, _, connect = await make_registry(max_watchers=16)
    greedy, other = connect(), connect()
    watches = [greedy.watch(f"a{number}") for number in range(4)]
    for watch in watches:
        await until(lambda watch=watch: watch.complete)
    refused = [greedy.watch(f"a{number}") for number in range(4)]
    for watch in refused:
        await watch.task
        assert isinstance(watch.error, errors.QuotaExceeded)
        assert watch.error.metadata == {"limit": "4", "field": "watchers"}
    newcomer = other.watch()
    await until(lambda: newcomer.complete)


async def test_a_thousand_watches_lock_nobody_out(make_registry):
    registry, _, connect = await make_registry(max_watchers=1000)
    for _ in range(4):
        greedy = connect()
        for number in range(250):
            greedy.watch(f"a{number}")
    await until(lambda: len(registry.watches) == 1000, timeout=60)
    newcomers = [connect().watch() for _ in range(5)]
    for newcomer in newcomers:
        await until(lambda newcomer=newcomer: newcomer.complete, timeout=20)
    assert len(registry.watches) == 1000


async def test_the_newest_watch_of_the_greediest_makes_room_and_is_told(make_registry):
    _, _, connect = await make_registry(max_watchers=8)
    clients = [connect() for _ in range(4)]
    watches = []
    for client in clients:
        for number in range(2):
            watches.append(watch := client.watch(f"a{number}"))
            await until(lambda watch=watch: watch.complete)
    newcomer = connect().watch()
    await until(lambda: newcomer.complete)
    await until(lambda: any(watch.error for watch in watches))
    ended = [number for number, watch in enumerate(watches) if watch.error]
    assert len(ended) == 1
    assert ended[0] % 2 == 1  # the newer of two
    assert isinstance(watches[ended[0]].error, errors.WatcherTooSlow)


async def test_where_all_have_one_nobody_is_driven_out(make_registry):
    _, _, connect = await make_registry(max_watchers=4)
    watches = [connect().watch() for _ in range(4)]
    for watch in watches:
        await until(lambda watch=watch: watch.complete)
    newcomer = connect().watch()
    await newcomer.task
    assert isinstance(newcomer.error, errors.TooManyInstances)
    assert not any(watch.error for watch in watches)


async def test_the_meshs_own_watches_need_no_place(make_registry, make_callers):
    registry, address, connect = await make_registry(max_watchers=1)
    taken = connect().watch()
    await until(lambda: taken.complete)
    callers = make_callers(address)
    for number in range(5):
        await callers.of(f"account{number}").directory.ready()
    assert len(registry.watches) == 6


async def test_a_guessed_secret_is_none(make_registry):
    _, address, connect = await make_registry(max_watchers=1)
    taken = connect().watch()
    await until(lambda: taken.complete)
    async with grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
        stub = RegistryServiceStub(channel)
        for metadata in (
            (("botmesh-own-watch", ""),),
            (("botmesh-own-watch", "x"),),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                async for _ in stub.WatchAgents(pb.WatchAgentsRequest(), metadata=metadata):
                    pass
            assert caught.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_copy_that_nobody_asks_about_is_dropped_and_comes_back(loop):
    async def story():
        registry = Registry()
        address = await registry.start("127.0.0.1:0")
        callers = AgentClients(load(environ={}), Telemetry("test"), address, idle=0.2)
        directory = callers.of("acme").directory
        await directory.ready()
        assert directory.watching
        await until(lambda: len(registry.watches) == 1)
        await until(lambda: not directory.watching and len(registry.watches) == 0)
        assert directory.agents() == []
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "botmesh-watch"]
        await directory.look_up("acme", "nobody", 5)
        assert directory.watching
        for _ in range(10):  # asked about, it stays
            directory.live("acme", "nobody")
            await asyncio.sleep(0.05)
            assert directory.watching
        directory.in_use = lambda: True
        await asyncio.sleep(0.5)
        assert directory.watching
        await callers.close()
        await registry.stop(0)

    run_on(loop, story())


async def test_a_call_that_takes_longer_than_a_copy_lives_is_not_disturbed(make_registry, make_callers, make_agent):
    _, address, _ = await make_registry()
    agent = make_agent()
    agent.settings = load(environ={}, flags={"registry": address})
    begun = asyncio.Event()

    @agent.on_delegate
    async def answer(task):
        begun.set()
        await asyncio.sleep(1.0)
        return task.text

    await agent.start()
    await asyncio.wait_for(agent.listed(), 10)
    callers = make_callers(address, idle=0.2)
    caller = callers.of("default")
    message = Message(message_id="m1", to_agent=agent.name)
    ask = Invocation(agent.name, message, Chain.root("default"), 10.0)
    from botmesh.v1 import agent_service_pb2 as api  # noqa: PLC0415 - beside its only use

    call = asyncio.create_task(
        caller.unary("Delegate", ask, api.DelegateRequest(message=message), api.DelegateResponse.FromString)
    )
    await begun.wait()
    await asyncio.sleep(0.6)
    assert caller.directory.watching
    assert caller.directory.agents()
    await call
    await agent.stop(drain=False)


async def test_ten_thousand_names_keep_no_more_than_may_stay(make_registry, make_callers):
    registry, address, _ = await make_registry(max_watchers=4)
    callers = make_callers(address, max_unused=50)
    kept = callers.of("kept")
    await kept.directory.ready()
    for number in range(2_000):
        callers.of(f"account{number}")
        if number % 200 == 0:
            await asyncio.sleep(0)
    gc.collect()
    assert len(callers) <= 51
    assert callers.of("kept") is kept
    assert kept.directory.watching
    assert len(registry.watches) == 1


async def test_questions_find_room_beside_a_thousand_watches(make_registry, make_callers):
    registry, address, _ = await make_registry()
    callers = make_callers(address)
    many = [callers.of(f"account{number}") for number in range(1_100)]
    for number in range(0, len(many), 100):
        await asyncio.gather(*(one.directory.ready(60) for one in many[number : number + 100]))
    assert len(registry.watches) == 1_100
    with pytest.raises(errors.UnknownAgent):
        await callers._registry.get_agent("default", "nobody", 5)


class Stub:
    """A registry that answers whatever it is told, as bytes."""

    def __init__(self):
        self.first, self.then = [], []
        self.watches = 0
        self.more = asyncio.Event()

    async def start(self):
        self.server = grpc.aio.server()
        handler = grpc.unary_stream_rpc_method_handler(self.watch)
        self.server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler("botmesh.v1.RegistryService", {"WatchAgents": handler})]
        )
        port = self.server.add_insecure_port("127.0.0.1:0")
        await self.server.start()
        return f"127.0.0.1:{port}"

    async def watch(self, _request, _context):
        self.watches += 1
        for data in self.first:
            yield data
        await self.more.wait()
        for data in self.then:
            yield data
        await asyncio.Event().wait()


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_poisoned_registry_blinds_nobody(loop, caplog):
    async def story():
        stub = Stub()
        client = RegistryClient(await stub.start(), Endpoint(Telemetry("test")))
        poison = deep_card("poison-bot", 47)
        snapshot = chunk("a", "poison-bot", "b")
        snapshot.snapshot.cards[1].CopyFrom(poison)
        snapshot.snapshot.instances.append(late("c"))
        stub.first = [snapshot.SerializeToString()]
        stub.then = [
            too_deep_to_parse(changes(cards=[card("worse-bot"), card("d")], instances=[instance("d")])),
            changes(cards=[card("odd-bot", exposure=99), card("e")], instances=[instance("e")]).SerializeToString(),
            b"\xff\xff\xff",
            changes(cards=[card("f")], instances=[instance("f")]).SerializeToString(),
        ]
        directory = Directory("default", client)
        await directory.ready(5)
        assert {"a", "b"} <= set(names(directory))
        assert "c" not in names(directory)
        stub.more.set()
        await until(lambda: "f" in names(directory))
        assert {"a", "b", "d", "e", "f"} <= set(names(directory))
        assert stub.watches == 1
        for name in ("poison-bot", "worse-bot", "odd-bot", "default/c, instance c-1"):
            assert caplog.text.count(f"{name} what") + caplog.text.count(f"{name} ") >= 1, name
        await directory.close()
        await client.close()
        await stub.server.stop(None)

    run_on(loop, story())


async def test_a_snapshot_that_cannot_be_read_is_no_registry_that_does_not_answer():
    stub = Stub()
    stub.first = [b"\xff\xff\xff"]
    client = RegistryClient(await stub.start(), Endpoint(Telemetry("test")))
    directory = Directory("default", client)
    with pytest.raises(errors.InvalidField, match="answers, and what it tells of its agents cannot be read") as caught:
        await directory.ready(0.5)
    assert caught.value.metadata["field"] == "response"
    await directory.close()
    await client.close()
    await stub.server.stop(None)


async def test_who_gets_no_place_hears_that_and_not_that_nobody_answers(make_registry):
    _, address, connect = await make_registry(max_watchers=1)
    taken = connect().watch()
    await until(lambda: taken.complete)
    client = RegistryClient(address, Endpoint(Telemetry("test")))
    directory = Directory("default", client)
    with pytest.raises(errors.TooManyInstances):
        await directory.ready(0.5)
    await directory.close()
    await client.close()
