"""The connection to the registry: one channel, typed errors."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import grpc
from google.protobuf.message import Message

from botmesh import interceptors
from botmesh.errors import BotmeshError, PeerError, RegistryUnreachable
from botmesh.interceptors import End
from botmesh.peers import CHANNEL_OPTIONS
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub

ASK_TIMEOUT = 5.0
"""Seconds for one question to the registry."""


class RegistryClient:
    """The registry at one address, as one end sees it."""

    def __init__(self, address: str, end: End) -> None:
        """Connect with the first call."""
        self.address = address
        self.end = end
        self._channel = grpc.aio.insecure_channel(
            address, options=CHANNEL_OPTIONS, interceptors=interceptors.client(end)
        )
        self.stub = RegistryServiceStub(self._channel)

    async def get_agent(self, account: str, name: str, timeout: float = ASK_TIMEOUT) -> Agent:
        """One agent with its instances, as the registry knows it now."""
        request = pb.GetAgentRequest(account_id=account, name=name)
        return (await self._ask(self.stub.GetAgent, request, timeout)).agent

    async def find(
        self,
        account: str,
        query: str,
        tags: Sequence[str] = (),
        languages: Sequence[str] = (),
        limit: int = 5,
        min_confidence: float | None = None,
    ) -> list[pb.AgentMatch]:
        """The active agents whose skills fit an utterance, best first."""
        request = pb.FindAgentsRequest(
            account_id=account, query=query, tags=tags, languages=languages, limit=limit, min_confidence=min_confidence
        )
        return list((await self._ask(self.stub.FindAgents, request)).matches)

    async def report_unreachable(self, instance_id: str, error: str) -> None:
        """Tell the registry that an instance did not answer; nothing is raised."""
        try:
            await self._ask(
                self.stub.ReportUnreachable, pb.ReportUnreachableRequest(instance_id=instance_id, error=error)
            )
        except BotmeshError:
            return  # the lease will tell

    async def close(self) -> None:
        """Close the connection."""
        await self._channel.close()

    async def _ask(self, method: Callable[..., Awaitable[Any]], request: Message, timeout: float = ASK_TIMEOUT) -> Any:
        try:
            return await method(request, timeout=timeout)
        except PeerError as error:
            if error.status is grpc.StatusCode.UNAVAILABLE:
                raise self.unreachable() from error
            raise

    def unreachable(self) -> RegistryUnreachable:
        """The error for a registry that does not answer."""
        return RegistryUnreachable(
            f"no registry answers at {self.address}: start one with `botmesh up`, or name another (BOTMESH_REGISTRY)",
            address=self.address,
        )
