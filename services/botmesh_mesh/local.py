"""A whole mesh in this process, for examples and for the tests of bot authors: no ports to choose, nothing to start.

async with local(billing, reception, primary="reception-bot") as mesh:
reply = await mesh.client.delegate("billing-bot", "Why was I charged twice?")
answers = await mesh.say("anna", "hello")
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

import botmesh
from botmesh.calling.peers import CHANNEL_OPTIONS
from botmesh.policies import Endpoint
from botmesh.telemetry.telemetry import Telemetry
from botmesh.transport.adapter import client_interceptors
from botmesh.v1.conversation_service_pb2 import PostRequest
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh_mesh import MeshProcess
from botmesh_service.settings import load

LISTED = 10.0
"""Seconds until the registry has found an agent."""


@dataclass(frozen=True, slots=True)
class LocalMesh:
    """A mesh that runs here."""

    address: str
    """Of all its services, "127.0.0.1:40123"."""
    client: botmesh.Mesh
    conversations: ConversationServiceStub
    """With typed errors."""

    async def say(self, contact: str, text: str) -> list[tuple[str, str]]:
        """What a contact says, and all that comes back: who said it ("desk" and the mesh itself: empty), and what."""
        posted = PostRequest(contact_id=contact, payload=[botmesh.text(text)])
        return [
            (response.entry.author, "".join(part.text for part in response.entry.payload))
            async for response in self.conversations.Post(posted)
            if response.HasField("entry")
        ]


@asynccontextmanager
async def local(*agents: botmesh.Agent, **settings: str) -> AsyncIterator[LocalMesh]:
    """Run registry, services and `agents`, with a client; all ends with the block, and nothing is kept.

    Args:
        *agents: they are started, and listed when the block begins.
        **settings: by name, as text, of the services and the agents: primary="reception-bot".
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="botmesh-")))
        chosen = load(environ={}, flags=settings)
        mesh_process = MeshProcess(folder, chosen)
        stack.push_async_callback(mesh_process.close, 0.2)
        await mesh_process.open()
        address = mesh_process.address
        theirs = load(environ={}, flags={**settings, "registry": address})
        for agent in agents:
            agent.settings = theirs
            await agent.start()
            stack.push_async_callback(agent.stop, drain=False)
        await asyncio.wait_for(asyncio.gather(*(agent.listed() for agent in agents)), LISTED)
        client = await stack.enter_async_context(botmesh.connect(address, settings=theirs))
        channel = grpc.aio.insecure_channel(
            address, options=CHANNEL_OPTIONS, interceptors=client_interceptors(Endpoint(Telemetry("botmesh-local")))
        )
        await stack.enter_async_context(channel)
        yield LocalMesh(address, client, ConversationServiceStub(channel))
