"""A bare client of a registry, and agents that do nothing but answer probes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from botmesh.errors import BotmeshError
from botmesh.status import from_rpc_error
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_service_pb2 import GetCardRequest, GetCardResponse
from botmesh.v1.agent_service_pb2_grpc import AgentServiceServicer, add_AgentServiceServicer_to_server
from botmesh.v1.instance_pb2 import READINESS_READY, Readiness
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub

SHORT = 0.6
"""Seconds of a lease where a test waits for its end."""
LONG = 30.0
"""Seconds of a lease where no end is wanted."""


class Clock:
    """Time that passes when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def until(condition: Callable[[], Any], timeout: float = 10.0) -> Any:
    """The first true value of a condition, plain or async, looked at every few ms."""
    async with asyncio.timeout(timeout):
        while True:
            value = condition()
            value = await value if asyncio.iscoroutine(value) else value
            if value:
                return value
            await asyncio.sleep(0.005)


class FakeAgent(AgentServiceServicer, health_pb2_grpc.HealthServicer):
    """A process that answers probes as told, and whatever else a test wants of an instance."""

    def __init__(self, card: AgentCard, instance_id: str) -> None:
        self.card = card
        self.instance_id = instance_id
        self.health = health_pb2.HealthCheckResponse.SERVING
        self.readiness = READINESS_READY
        self.hangs = False
        self.probes = 0
        self.open_probes = 0
        self.most_open_probes = 0
        self.slow: Callable[[], Awaitable[None]] | None = None
        self.address = ""
        self.server: Any = None

    async def start(self, address: str = "127.0.0.1:0") -> str:
        self.server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
        add_AgentServiceServicer_to_server(self, self.server)
        health_pb2_grpc.add_HealthServicer_to_server(self, self.server)
        port = self.server.add_insecure_port(address)
        await self.server.start()
        self.address = f"127.0.0.1:{port}"
        return self.address

    async def kill(self) -> None:
        await self.server.stop(None)

    async def Check(self, _request: Any, _context: Any) -> Any:  # noqa: N802 - gRPC's name
        self.probes += 1
        self.open_probes += 1
        self.most_open_probes = max(self.most_open_probes, self.open_probes)
        try:
            if self.hangs:
                await asyncio.Event().wait()
            if self.slow is not None:
                await self.slow()
            return health_pb2.HealthCheckResponse(status=self.health)
        finally:
            self.open_probes -= 1

    async def GetCard(self, _request: GetCardRequest, _context: Any) -> GetCardResponse:  # noqa: N802
        return GetCardResponse(card=self.card, instance_id=self.instance_id, readiness=self.readiness)

    def registration(self, **changes: Any) -> pb.RegisterRequest:
        said = {"card": self.card, "instance_id": self.instance_id, "address": self.address, **changes}
        return pb.RegisterRequest(**said)


class Heartbeats:
    """One heartbeat stream, beaten by hand."""

    def __init__(self, client: "Client", instance_id: str, token: str) -> None:
        self.id, self.token = instance_id, token
        self.call = client.stub.Heartbeat()

    async def beat(self, readiness: Readiness = READINESS_READY, **more: Any) -> pb.HeartbeatResponse:
        said = {"instance_id": self.id, "lease_token": self.token, "readiness": readiness, **more}
        try:
            with suppress(asyncio.InvalidStateError):  # it has ended: reading tells how
                await self.call.write(pb.HeartbeatRequest(**said))
            return await self.call.read()
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None

    def break_off(self) -> None:
        self.call.cancel()


class Watch:
    """A watcher, and the copy that it keeps."""

    def __init__(self, client: "Client", account: str = "", since: str = "") -> None:
        self.call = client.stub.WatchAgents(pb.WatchAgentsRequest(account_id=account, since=since))
        self.responses: list[pb.WatchAgentsResponse] = []
        self.cards: dict[str, AgentCard] = {}
        self.instances: dict[str, Any] = {}
        self.error: BotmeshError | None = None
        self.task = asyncio.ensure_future(self._read())

    async def _read(self) -> None:
        try:
            async for response in self.call:
                self.responses.append(response)
                self._apply(response)
        except grpc.aio.AioRpcError as error:
            self.error = from_rpc_error(error)

    def _apply(self, response: pb.WatchAgentsResponse) -> None:
        part = getattr(response, response.WhichOneof("event") or "snapshot")
        self.cards |= {card.name: card for card in part.cards}
        self.instances |= {instance.instance_id: instance for instance in part.instances}
        for gone in response.changes.removed_instances:
            self.instances.pop(gone, None)
        for key in response.changes.removed_agents:
            self.cards.pop(key.name, None)

    @property
    def complete(self) -> bool:
        return any(response.snapshot.complete for response in self.responses)

    @property
    def revision(self) -> str:
        return self.responses[-1].revision

    async def sees(self, instance_id: str) -> Any:
        return await until(lambda: self.instances.get(instance_id))

    async def misses(self, instance_id: str) -> None:
        await until(lambda: instance_id not in self.instances)

    async def close(self) -> None:
        self.call.cancel()
        with suppress(asyncio.CancelledError):
            await self.task


class Client:
    """A bare client of a registry."""

    def __init__(self, address: str, stack: AsyncExitStack) -> None:
        self.address = address
        self.channel = grpc.aio.insecure_channel(
            address, options=[("grpc.max_receive_message_length", -1), ("grpc.use_local_subchannel_pool", 1)]
        )
        self.stub: Any = RegistryServiceStub(self.channel)
        self._stack = stack

    async def register(self, agent: FakeAgent, **changes: Any) -> pb.RegisterResponse:
        return await self.ask("Register", agent.registration(**changes))

    async def ask(self, method: str, request: Any) -> Any:
        """The response, or the typed error."""
        try:
            return await getattr(self.stub, method)(request, timeout=10)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None

    def heartbeats(self, agent: FakeAgent, token: str) -> Heartbeats:
        return Heartbeats(self, agent.instance_id, token)

    def watch(self, account: str = "", since: str = "") -> Watch:
        watch = Watch(self, account, since)
        self._stack.push_async_callback(watch.close)
        return watch

    async def get(self, name: str, account: str = "") -> Any:
        return (await self.ask("GetAgent", pb.GetAgentRequest(account_id=account, name=name))).agent

    async def resolve(self, name: str, account: str = "") -> Any:
        return await self.ask("ResolveAgent", pb.ResolveAgentRequest(account_id=account, name=name))

    async def listed(self, agent: FakeAgent) -> None:
        """Wait until an instance is listed."""
        name = f"{agent.card.account_id or 'default'}/{agent.card.name}"

        async def found() -> bool:
            try:
                known = await self.get(name, agent.card.account_id)
            except BotmeshError:
                return False
            return agent.instance_id in {one.instance_id for one in known.instances}

        await until(found)
