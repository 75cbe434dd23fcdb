"""The services of the mesh that are no agents: where they answer, and stubs for them with typed errors."""

import asyncio
from collections.abc import Mapping

import grpc

from botmesh.calling.peers import CHANNEL_OPTIONS
from botmesh.errors import NotSupported
from botmesh.policies import Endpoint
from botmesh.telemetry.journal import Journal
from botmesh.transport.adapter import client_interceptors
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.journal_service_pb2_grpc import JournalServiceStub
from botmesh.v1.task_service_pb2_grpc import TaskServiceStub

MAX_CHANNELS = 32
"""Connections to services that are kept: turns name the address of their service, and turns can be forged."""
CLOSING_SECONDS = 60.0
"""Seconds that calls have on a channel that makes way for another."""


class MeshServices:
    """Stubs for the services of one mesh, as one endpoint calls them."""

    def __init__(self, endpoint: Endpoint, addresses: Mapping[str, str]) -> None:
        """`addresses` says where services answer, by their names: "conversations", "tasks", "journal"."""
        self._endpoint = endpoint
        self._addresses = addresses
        self._channels: dict[str, grpc.aio.Channel] = {}
        """By address; those that were used last come last."""
        self._closing: set[asyncio.Task[None]] = set()

    def conversations(self, address: str) -> ConversationServiceStub:
        """The ConversationService at an address: the one that a turn came from."""
        return ConversationServiceStub(self._channel(address))

    def tasks(self) -> TaskServiceStub:
        """TaskService.

        Raises:
            NotSupported: this mesh has none.
        """
        return TaskServiceStub(self._channel(self.address_of("tasks")))

    def address_of(self, name: str) -> str:
        """Where a service answers, IP and port.

        Raises:
            NotSupported: this mesh has none.
        """
        address = self._addresses.get(name, "")
        if not address:
            raise NotSupported(f"{name} need a mesh with services: start `botmesh up`", method=name)
        return address

    def journal(self, *, logged: bool) -> Journal:
        """What reports messages (`logged`) and costs to JournalService, if there is one."""
        address = self._addresses.get("journal", "")
        stub = (lambda: JournalServiceStub(self._channel(address))) if address else None
        return Journal(logged=logged, stub=stub)

    async def close(self) -> None:
        """Close all connections; those that are closing already may take up to CLOSING_SECONDS."""
        for channel in self._channels.values():
            await channel.close()
        if self._closing:
            await asyncio.wait(self._closing)  # a close that is cancelled leaves gRPC's channel open

    def _channel(self, address: str) -> grpc.aio.Channel:
        channel = self._channels.pop(address, None)
        if channel is None:
            own = client_interceptors(self._endpoint)
            channel = grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS, interceptors=own)
        self._channels[address] = channel
        if len(self._channels) > MAX_CHANNELS:
            oldest = self._channels.pop(next(iter(self._channels)))
            closing = asyncio.ensure_future(oldest.close(CLOSING_SECONDS))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        return channel
