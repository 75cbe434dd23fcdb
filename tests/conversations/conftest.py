"""A whole mesh in this process: registry, conversations on a real SQLite log, real gRPC, real bots."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
import pytest

import botmesh
from botmesh import interceptors
from botmesh.interceptors import End
from botmesh.serving import Server
from botmesh.settings import load
from botmesh.telemetry import Telemetry
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh_mesh import SERVICE_NAMES, Embedded
from botmesh_registry import SERVICE_NAME, Registry


class Desk:
    """A mesh with conversations, and the ways to talk to it."""

    def __init__(self, folder, **settings):
        flags = {"turn_timeout": "5", "offer_timeout": "2"} | settings
        self.settings = load(environ={}, flags=flags)
        self.folder = folder
        self.stack = AsyncExitStack()
        self.address = ""
        self.part = None

    async def __aenter__(self):
        self.server = Server("botmesh")
        self.address = self.server.bind(self.address or "127.0.0.1:0")
        self.registry = Registry(lease_duration=2)
        self.registry.add_to(self.server.grpc)
        self.part = Embedded(self.folder, self.settings, self.server)
        await self.server.start(self.address, [SERVICE_NAME, *SERVICE_NAMES])
        await self.registry.open()
        await self.part.open()
        channel = grpc.aio.insecure_channel(self.address, interceptors=interceptors.client(End(Telemetry("test"))))
        await self.stack.enter_async_context(channel)
        self.stub = ConversationServiceStub(channel)
        return self

    async def __aexit__(self, *_):
        await self.stack.aclose()
        await self.part.close()
        await self.registry.close()
        await self.server.stop(0)

    @property
    def all(self):
        return self.part.conversations.conversations

    @asynccontextmanager
    async def bots(self, *agents):
        async with AsyncExitStack() as stack:
            for agent in agents:
                agent.settings = load(environ={}, flags={"registry": self.address})
                await agent.start()
                stack.push_async_callback(agent.stop, drain=False)
            for agent in agents:
                await asyncio.wait_for(agent.listed(), 10)
            yield

    async def post(self, text, contact="anna", **fields):
        """All that comes back for a message."""
        request = api.PostRequest(contact_id=contact, payload=[botmesh.text(text)], **fields)
        return Answer([response async for response in self.stub.Post(request, timeout=30)])

    async def transfer(self, conversation_id, to, **fields):
        target = Owner(desk="") if to == "desk" else Owner(agent=to)
        request = api.TransferConversationRequest(conversation_id=conversation_id, target=target, **fields)
        return await self.stub.TransferConversation(request, timeout=20)

    async def view(self, conversation_id):
        request = api.GetConversationRequest(conversation_id=conversation_id)
        return (await self.stub.GetConversation(request)).conversation

    async def history(self, conversation_id):
        entries = []
        async for chunk in self.stub.GetHistory(api.GetHistoryRequest(conversation_id=conversation_id)):
            entries.extend(chunk.entries)
        return [(entry.author or "mesh", "".join(part.text for part in entry.payload)) for entry in entries]


class Answer:
    """What came back for one message."""

    def __init__(self, responses):
        self.responses = responses
        self.accepted = responses[0].accepted
        self.id = self.accepted.conversation_id
        self.end = responses[-1].end
        entries = [response.entry for response in responses if response.HasField("entry")]
        self.entries = [(one.author or "mesh", "".join(part.text for part in one.payload)) for one in entries]
        self.pieces = [response.partial.part.text for response in responses if response.HasField("partial")]
        self.owners = [response.owner.agent or "desk" for response in responses if response.HasField("owner")]


def bot(name, function=None, **options):
    """A bot whose turns are answered by `function`, or with its name and what was said."""
    agent = botmesh.Agent(name, **options)
    agent.seen = []

    @agent.on_turn
    async def turn(conversation):
        agent.seen.append(conversation)
        if function is not None:
            return await function(conversation)
        return f"{name}: {conversation.text}"

    return agent


@pytest.fixture
def make_desk(tmp_path):
    def make(**settings):
        return Desk(tmp_path, **settings)

    return make
