"""The kit's own dealings with a registry: its peers' leases, and who is listed where."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import grpc

from botmesh.limits import seconds
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub

_LOOK = 0.03
"""Seconds between two looks."""
_ASK = 5.0


class Registrar:
    """A client of one registry, raw: what is under test must not test itself."""

    def __init__(self, address: str) -> None:
        """Connect with the first call."""
        self.address = address
        self._channel = grpc.aio.insecure_channel(
            address, options=(("grpc.initial_reconnect_backoff_ms", 100), ("grpc.max_reconnect_backoff_ms", 200))
        )
        self._stub = RegistryServiceStub(self._channel)
        self._tokens: dict[str, str] = {}
        self._beats: dict[str, asyncio.Task[None]] = {}

    async def register(self, card: AgentCard, instance_id: str, address: str, *, beats: bool = True) -> None:
        """A lease, kept until `leave` or until the registry ends; without `beats`, for as long as it was granted."""
        request = pb.RegisterRequest(card=card, instance_id=instance_id, address=address)
        response = await self._stub.Register(request, timeout=_ASK)
        if not beats:
            return
        self._tokens[instance_id] = response.lease.token
        interval = seconds(response.lease.heartbeat_interval)
        self._beats[instance_id] = asyncio.create_task(self._beat(instance_id, interval))

    async def leave(self, instance_id: str) -> None:
        """End a lease."""
        task, token = self._beats.pop(instance_id, None), self._tokens.pop(instance_id, "")
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            with suppress(grpc.aio.AioRpcError):
                request = pb.DeregisterRequest(instance_id=instance_id, lease_token=token)
                await self._stub.Deregister(request, timeout=_ASK)

    async def agent(self, name: str) -> Agent:
        """An agent as it is listed now; an empty one if it is not known."""
        try:
            response = await self._stub.GetAgent(pb.GetAgentRequest(name=name), timeout=_ASK)
        except grpc.aio.AioRpcError as error:
            if error.code() in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAVAILABLE):
                return Agent()
            raise
        agent: Agent = response.agent
        return agent

    async def listed(self, name: str, count: int = 1) -> Agent:
        """An agent as soon as so many instances of it are listed."""
        while len((found := await self.agent(name)).instances) < count:  # noqa: ASYNC110 - it is asked by gRPC
            await asyncio.sleep(_LOOK)
        return found

    async def address_of(self, name: str) -> str:
        """Where an instance of an agent serves."""
        return (await self.listed(name)).instances[0].address

    async def answers(self, timeout: float) -> bool:
        """Whether a registry is there."""
        try:
            await self._stub.ListAgents(pb.ListAgentsRequest(page_size=1), timeout=timeout)
        except grpc.aio.AioRpcError:
            return False
        return True

    async def close(self) -> None:
        """Let go of everything."""
        for instance_id in list(self._beats):
            self._beats.pop(instance_id).cancel()
        await self._channel.close()

    async def _beat(self, instance_id: str, interval: float) -> None:
        async def beats() -> AsyncIterator[pb.HeartbeatRequest]:
            while True:
                yield pb.HeartbeatRequest(instance_id=instance_id, lease_token=self._tokens[instance_id])
                await asyncio.sleep(interval)

        with suppress(grpc.aio.AioRpcError):  # a registry that is gone stays gone for the kit's peers
            async for _ in self._stub.Heartbeat(beats()):
                pass
