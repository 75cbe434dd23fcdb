"""A registry with many instances and watchers: real calls, but no servers at the addresses of the instances."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import grpc

from bench.worker import serve_until_told
from botmesh.limits import seconds
from botmesh.serving.grpc_server import tune_collector
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import READINESS_BUSY, READINESS_READY, Instance
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub
from botmesh_registry import Registry
from botmesh_registry.probe import Prober

PER_CHANNEL = 100
"""Instances per connection. Each has its own heartbeat stream."""
PER_AGENT = 10
REGISTERED_PER_SECOND = 1000
ACCOUNT = "default"


async def server() -> None:
    """Serve a registry whose probe always passes, because no server listens at the addresses."""

    async def passes(_: Instance) -> str:
        return ""

    registry = Registry(max_instances=20_000, prober=Prober(passes, rate=10_000))
    address = await registry.start("127.0.0.1:0")
    tune_collector()  # as `botmesh up` does
    await serve_until_told(address)
    await registry.stop()


class _Instance:
    """One instance that keeps its lease by heartbeats, as the SDK does."""

    def __init__(self, number: int) -> None:
        self.id = f"{number:032x}"
        self.agent = f"bot-{number // PER_AGENT}"
        self.address = f"127.0.0.1:{10_000 + number}"
        self.busy = False
        self.changed_at = 0.0
        self._news = asyncio.Event()

    async def live(self, channel: grpc.aio.Channel) -> None:
        """Register, then send heartbeats until cancelled."""
        stub: Any = RegistryServiceStub(channel)
        card = AgentCard(name=self.agent, account_id=ACCOUNT)
        request = pb.RegisterRequest(card=card, instance_id=self.id, address=self.address)
        lease = (await stub.Register(request, timeout=30)).lease
        stream = stub.Heartbeat()
        interval = seconds(lease.heartbeat_interval)
        while True:
            readiness = READINESS_BUSY if self.busy else READINESS_READY
            self._news.clear()
            beat = pb.HeartbeatRequest(instance_id=self.id, lease_token=lease.token, readiness=readiness)
            await stream.write(beat)
            interval = seconds((await stream.read()).lease.heartbeat_interval) or interval
            try:
                await asyncio.wait_for(self._news.wait(), interval)
            except TimeoutError:
                continue

    def change(self) -> None:
        """Become busy and send that with a heartbeat now."""
        self.busy = True
        self.changed_at = time.monotonic()
        self._news.set()


async def instances(address: str, count: str) -> None:
    """Run `count` instances.

    For the request {"changes": n, "per_second": r} n of them become busy. The answer has the time of each change.
    """
    crowd = [_Instance(number) for number in range(int(count))]
    channels = [grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) for _ in range(100)]
    living = []
    for number, one in enumerate(crowd):
        living.append(asyncio.create_task(one.live(channels[number // PER_CHANNEL % len(channels)])))
        if number % 10 == 0:
            await asyncio.sleep(10 / REGISTERED_PER_SECOND)

    async def change(changes: int, per_second: float) -> dict[str, Any]:
        began = time.monotonic()
        for number in range(changes):
            await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
            crowd[number * (len(crowd) // changes)].change()
        await asyncio.sleep(2.0)
        broken = [repr(task.exception())[:200] for task in living if task.done()]
        return {"changed": {one.id: one.changed_at for one in crowd if one.busy}, "broken": broken}

    tune_collector()
    await _obey(change)
    await _end(living, channels)


async def watchers(address: str, count: str) -> None:
    """Run `count` watches.

    The answer to the request {} has the number of instances that every watch knows, and for each busy instance the
    number of watches that saw the change and the time of the last one.
    """
    channels = [grpc.aio.insecure_channel(address, options=[("grpc.use_local_subchannel_pool", 1)]) for _ in range(20)]
    known: list[set[str]] = [set() for _ in range(int(count))]
    heard: dict[str, tuple[int, float]] = {}
    read: dict[bytes, tuple[list[str], list[str]]] = {}

    def understand(data: bytes) -> tuple[list[str], list[str]]:
        """All instances in a response, and the busy ones. All watchers get the same bytes: read them once."""
        if data not in read:
            if len(read) > 1000:  # noqa: PLR2004 - any bound will do
                read.clear()
            response = pb.WatchAgentsResponse.FromString(data)
            found = [*response.snapshot.instances, *response.changes.instances]
            busy = [one.instance_id for one in found if one.readiness == READINESS_BUSY]
            read[data] = [one.instance_id for one in found], busy
        return read[data]

    async def watch(number: int) -> None:
        method = channels[number % len(channels)].unary_stream("/botmesh.v1.RegistryService/WatchAgents")
        async for data in method(pb.WatchAgentsRequest(account_id=ACCOUNT).SerializeToString()):
            at = time.monotonic()
            everybody, busy = understand(data)
            known[number].update(everybody)
            for one in busy:
                heard[one] = heard.get(one, (0, 0.0))[0] + 1, at

    watching = [asyncio.create_task(watch(number)) for number in range(int(count))]

    async def report() -> dict[str, Any]:
        broken = [repr(task.exception())[:200] for task in watching if task.done()]
        return {"known": min(map(len, known)), "heard": heard, "broken": broken}

    tune_collector()
    await _obey(report)
    await _end(watching, channels)


async def _end(tasks: Sequence[asyncio.Task[None]], channels: Sequence[grpc.aio.Channel]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for channel in channels:
        await channel.close()


async def _obey(answer: Callable[..., Awaitable[dict[str, Any]]]) -> None:
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await answer(**json.loads(line))), flush=True)
