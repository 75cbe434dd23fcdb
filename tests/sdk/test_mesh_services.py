"""Connections to the services of a mesh."""

import asyncio

import pytest

from botmesh.calling import mesh_services
from botmesh.calling.mesh_services import MeshServices
from botmesh.policies import Endpoint
from botmesh.serving.grpc_server import Server
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1.conversation_service_pb2 import GetConversationRequest, GetConversationResponse
from botmesh.v1.conversation_service_pb2_grpc import (
    ConversationServiceServicer,
    add_ConversationServiceServicer_to_server,
)

SERVICE = "botmesh.v1.ConversationService"


class Slow(ConversationServiceServicer):
    """Answers once it is released."""

    def __init__(self):
        self.asked, self.released = asyncio.Event(), asyncio.Event()

    async def GetConversation(self, request, context):  # noqa: N802 - gRPC's name
        self.asked.set()
        await self.released.wait()
        return GetConversationResponse()


@pytest.fixture
async def slow():
    servicer = Slow()
    server = Server("slow")
    add_ConversationServiceServicer_to_server(servicer, server.grpc)
    servicer.address = await server.start("127.0.0.1:0", [SERVICE])
    yield servicer
    await server.stop(0)


async def test_close_waits_for_a_channel_that_made_way_for_another(slow, monkeypatch):
    monkeypatch.setattr(mesh_services, "MAX_CHANNELS", 1)
    services = MeshServices(Endpoint(Telemetry("caller")), {})
    stub = services.conversations(slow.address)
    call = asyncio.ensure_future(stub.GetConversation(GetConversationRequest(), timeout=10))
    await slow.asked.wait()
    services.conversations("127.0.0.1:1")
    closing = asyncio.create_task(services.close())
    done, _ = await asyncio.wait([closing], timeout=0.2)
    assert not done
    slow.released.set()
    await closing
    assert await call == GetConversationResponse()
