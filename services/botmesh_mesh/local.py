"""Runs a whole mesh in this process, on free ports, for examples and for the tests of bot authors.

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

LISTING_SECONDS = 10.0
"""Seconds to wait until the registry lists the agents."""


@dataclass(frozen=True, slots=True)
class LocalMesh:
    """A running mesh of this process, and the clients to use it."""

    address: str
    """The address of the registry and all services, "127.0.0.1:40123"."""
    client: botmesh.Mesh
    conversations: ConversationServiceStub
    """A stub of ConversationService that raises typed errors."""

    async def say(self, contact: str, text: str) -> list[tuple[str, str]]:
        """Post a message of a contact, and return the author and text of each entry that follows.

        The author is an agent, or a person of the desk; it is empty for entries of the mesh itself.
        """
        posted = PostRequest(contact_id=contact, payload=[botmesh.text(text)])
        return [
            (response.entry.author, "".join(part.text for part in response.entry.payload))
            async for response in self.conversations.Post(posted)
            if response.HasField("entry")
        ]


@asynccontextmanager
async def local(*agents: botmesh.Agent, **settings: str) -> AsyncIterator[LocalMesh]:
    """Run a registry, the services and agents until the block ends, and delete their files then.

    Args:
        *agents: are started, and are listed when the block begins.
        **settings: settings of the services and the agents, as text by name: primary="reception-bot".

    Raises:
        TimeoutError: the registry did not list all agents within LISTING_SECONDS.
    """
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="botmesh-")))
        service_settings = load(environ={}, flags=settings)
        mesh_process = MeshProcess(folder, service_settings)
        stack.push_async_callback(mesh_process.close, 0.2)
        await mesh_process.open()
        address = mesh_process.address
        agent_settings = load(environ={}, flags={**settings, "registry": address})
        for agent in agents:
            agent.settings = agent_settings
            await agent.start()
            stack.push_async_callback(agent.stop, drain=False)
        await asyncio.wait_for(asyncio.gather(*(agent.listed() for agent in agents)), LISTING_SECONDS)
        client = await stack.enter_async_context(botmesh.connect(address, settings=agent_settings))
        channel = grpc.aio.insecure_channel(
            address, options=CHANNEL_OPTIONS, interceptors=client_interceptors(Endpoint(Telemetry("botmesh-local")))
        )
        await stack.enter_async_context(channel)
        yield LocalMesh(address, client, ConversationServiceStub(channel))
