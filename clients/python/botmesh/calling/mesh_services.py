"""Stubs with typed errors for the services of the mesh, and the connections to them."""

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
"""The most connections that are kept. Turns name the address of their service, and turns can be forged."""
CLOSING_SECONDS = 60.0
"""Seconds that open calls may take on a channel that is closed to make room for another."""


class MeshServices:
    """Stubs for the services of one mesh, as one endpoint calls them."""

    def __init__(self, endpoint: Endpoint, addresses: Mapping[str, str]) -> None:
        """Make the calls of `endpoint`.

        `addresses` has the address of each service by its name: "conversations", "tasks", "journal".
        """
        self._endpoint = endpoint
        self._addresses = addresses
        self._channels: dict[str, grpc.aio.Channel] = {}
        """The channels by address, the least recently used first."""
        self._closing: set[asyncio.Task[None]] = set()

    def conversations(self, address: str) -> ConversationServiceStub:
        """Return a stub of the ConversationService at `address`, IP and port."""
        return ConversationServiceStub(self._channel(address))

    def tasks(self) -> TaskServiceStub:
        """Return a stub of TaskService.

        Raises:
            NotSupported: the mesh has no TaskService.
        """
        return TaskServiceStub(self._channel(self.address_of("tasks")))

    def address_of(self, name: str) -> str:
        """The address of the service called `name`, IP and port.

        Raises:
            NotSupported: the mesh has no such service.
        """
        address = self._addresses.get(name, "")
        if not address:
            raise NotSupported(f"{name} need a mesh with services: start `botmesh up`", method=name)
        return address

    def journal(self, *, logged: bool) -> Journal:
        """Return a Journal that reports costs, and messages if `logged`, to JournalService if the mesh has one."""
        address = self._addresses.get("journal", "")
        stub = (lambda: JournalServiceStub(self._channel(address))) if address else None
        return Journal(logged=logged, stub=stub)

    async def close(self) -> None:
        """Close all connections. Those that are closing already may take up to CLOSING_SECONDS."""
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
