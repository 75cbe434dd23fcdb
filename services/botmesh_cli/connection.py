"""Stubs of the services that `botmesh up` runs, whose failures are typed errors."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeVar

import grpc

from botmesh.calling.peers import CHANNEL_OPTIONS
from botmesh.errors import NotSupported, PeerError, RegistryUnreachable
from botmesh.policies import Endpoint
from botmesh.settings import Settings
from botmesh.telemetry.telemetry import Telemetry
from botmesh.transport.adapter import client_interceptors
from botmesh.v1.contact_service_pb2_grpc import ContactServiceStub
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.journal_service_pb2_grpc import JournalServiceStub

Stub = TypeVar("Stub")
TIMEOUT = 5.0
"""Seconds that a service has to answer one request."""


def conversations(settings: Settings) -> AbstractAsyncContextManager[ConversationServiceStub]:
    """A stub of the conversation service, at the address in the settings or else at the registry's."""
    return connected(settings.conversations or settings.registry, ConversationServiceStub)


def contacts(settings: Settings) -> AbstractAsyncContextManager[ContactServiceStub]:
    """The service of contacts, which stands where that of conversations does."""
    return connected(settings.conversations or settings.registry, ContactServiceStub)


def journal(settings: Settings) -> AbstractAsyncContextManager[JournalServiceStub]:
    """A stub of the journal, at the address in the settings or else at the registry's."""
    return connected(settings.journal or settings.registry, JournalServiceStub)


@asynccontextmanager
async def connected(address: str, stub: Callable[[grpc.aio.Channel], Stub]) -> AsyncIterator[Stub]:
    """A stub of the service at `address`, connected while this is entered.

    Raises:
        RegistryUnreachable: nothing answers at the address.
        NotSupported: the server at the address does not have this service.
    """
    endpoint = Endpoint(Telemetry("botmesh-cli"))
    async with grpc.aio.insecure_channel(
        address, options=CHANNEL_OPTIONS, interceptors=client_interceptors(endpoint)
    ) as channel:
        try:
            yield stub(channel)
        except PeerError as error:
            if error.status is grpc.StatusCode.UNAVAILABLE:
                text = f"nobody answers at {address}: start `botmesh up`, or name another with --registry"
                raise RegistryUnreachable(text, address=address) from None
            if error.status is grpc.StatusCode.UNIMPLEMENTED:
                text = f"{address} does not do this: `botmesh up` does (or what BOTMESH_CONVERSATIONS names)"
                raise NotSupported(text, method="service") from None
            raise
