"""A whole mesh in this process, and the ways to talk to its conversations."""

import pytest

import botmesh
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from tests.in_process import InProcessMesh


class Desk(InProcessMesh):
    """A mesh with conversations, and the ways to talk to it."""

    def __init__(self, folder, **settings):
        super().__init__(folder, **{"turn_timeout": "5", "offer_timeout": "2"} | settings)

    async def __aenter__(self):
        await super().__aenter__()
        self.conversations = await self.stub(ConversationServiceStub)
        return self

    @property
    def all(self):
        return self.part.conversations.conversations

    async def post(self, text, contact="anna", **fields):
        """All that comes back for a message."""
        request = api.PostRequest(contact_id=contact, payload=[botmesh.text(text)], **fields)
        return Answer([response async for response in self.conversations.Post(request, timeout=30)])

    async def transfer(self, conversation_id, to, **fields):
        target = Owner(desk="") if to == "desk" else Owner(agent=to)
        request = api.TransferConversationRequest(conversation_id=conversation_id, target=target, **fields)
        return await self.conversations.TransferConversation(request, timeout=20)

    async def view(self, conversation_id):
        request = api.GetConversationRequest(conversation_id=conversation_id)
        return (await self.conversations.GetConversation(request)).conversation

    async def history(self, conversation_id):
        entries = []
        async for chunk in self.conversations.GetHistory(api.GetHistoryRequest(conversation_id=conversation_id)):
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
