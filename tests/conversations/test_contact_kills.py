"""kill -9 of the service while contacts are stopped, merged and written to: what was acknowledged holds.

Seven kills here; `make test-long` runs 200 (KILLS=200).
"""

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field

import grpc
import pytest

import botmesh
from botmesh.v1 import contact_service_pb2 as contacts_api
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.contact_pb2 import ContactKey
from botmesh.v1.contact_service_pb2_grpc import ContactServiceStub
from botmesh.v1.conversation_pb2 import Address
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from tests.conversations.test_kills import bots, start_service
from tests.mesh.processes import _kill

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KILLS", "7"))
PEOPLE = 5
CHANNELS = ("web", "sms")


@dataclass
class Operator:
    """Changes contacts all the time, and remembers what was acknowledged."""

    address: str
    statuses: dict[str, int] = field(default_factory=dict)
    """By contact: the status that was acknowledged last."""
    tags: set[tuple[str, str]] = field(default_factory=set)
    merged: dict[str, str] = field(default_factory=dict)
    opened: dict[str, str] = field(default_factory=dict)
    """By conversation: the contact for which it was opened."""
    messages: dict[str, str] = field(default_factory=dict)
    """By message id: the conversation that took it in."""
    stopped: bool = False
    number: int = 0

    async def keep_trying(self, call):
        """Repeat a call until the service answers it."""
        while not self.stopped:
            try:
                async with grpc.aio.insecure_channel(self.address) as channel:
                    return await call(ConversationServiceStub(channel), ContactServiceStub(channel))
            except grpc.aio.AioRpcError as error:
                if error.code() not in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
                    return None  # refused: it stands otherwise by now
                await asyncio.sleep(0.1)
        return None

    async def work(self, person):
        while not self.stopped:
            await random.choice([self.set_status, self.tag, self.post, self.open, self.merge, self.close])(person)

    async def set_status(self, person):
        status = random.choice([pb.CONVERSATION_STATUS_ACTIVE, pb.CONVERSATION_STATUS_STOPPED])
        request = api.SetStatusRequest(contact=ContactKey(contact_id=person), status=status)
        if await self.keep_trying(lambda stub, _: stub.SetStatus(request, timeout=20)):
            self.statuses[person] = status

    async def tag(self, person):
        self.number += 1
        tag = f"tag {self.number % 200}"
        request = api.SetTagsRequest(contact=ContactKey(contact_id=person), add=[tag])
        if await self.keep_trying(lambda stub, _: stub.SetTags(request, timeout=20)):
            self.tags.add((person, tag))

    async def post(self, person):
        self.number += 1
        message_id = f"{person}-{self.number}"
        request = api.PostRequest(
            contact_id=person,
            channel=random.choice(CHANNELS),
            message_id=message_id,
            payload=[botmesh.text(message_id)],
        )

        async def call(stub, _):
            responses = stub.Post(request, timeout=20)
            accepted = (await anext(aiter(responses))).accepted
            responses.cancel()
            return accepted

        accepted = await self.keep_trying(call)
        if accepted:
            self.messages[message_id] = accepted.conversation_id

    async def open(self, person):
        self.number += 1
        request = api.OpenConversationRequest(
            contact=ContactKey(contact_id=person),
            channel=f"campaign {self.number}",
            conversation_id=f"{person}-opened-{self.number}",
        )
        if await self.keep_trying(lambda stub, _: stub.OpenConversation(request, timeout=20)):
            self.opened[request.conversation_id] = person

    async def merge(self, person):
        self.number += 1
        address = Address(channel="mail", text=f"{person}-{self.number}@example.com")

        async def make(stub, contacts):
            key = ContactKey(address=address)
            return await contacts.UpdateContact(contacts_api.UpdateContactRequest(contact=key), timeout=20)

        made = await self.keep_trying(make)
        if not made:
            return
        request = contacts_api.MergeContactsRequest(
            contact=ContactKey(contact_id=person), merged=ContactKey(contact_id=made.contact.contact_id)
        )
        if await self.keep_trying(lambda _, contacts: contacts.MergeContacts(request, timeout=20)):
            self.merged[made.contact.contact_id] = person

    async def close(self, person):
        conversations = [where for message, where in self.messages.items() if message.startswith(person)]
        if conversations:
            request = api.CloseConversationRequest(conversation_id=conversations[-1], person="eva")
            await self.keep_trying(lambda stub, _: stub.CloseConversation(request, timeout=20))


async def test_what_was_acknowledged_of_a_contact_survives_kill_9(tmp_path):
    folder = tmp_path / "data"
    service = await start_service(folder, "127.0.0.1:0")
    address = service.ready.split('"registry": "')[1].split('"')[0]
    team = list(bots(address))
    try:
        for agent in team:
            await agent.start()
            await asyncio.wait_for(agent.listed(), 15)
        operator = Operator(address)
        people = [f"p{number}" for number in range(PEOPLE)]
        working = [asyncio.create_task(operator.work(person)) for person in people]
        for number in range(KILLS):
            await asyncio.sleep(random.uniform(0.1, 1.5))
            await service.stop(signal.SIGKILL)
            service.forget_log()
            if number % 3 == 2:
                for leftover in folder.glob("projection.sqlite*"):
                    leftover.unlink()
            service = await start_service(folder, address)
        await asyncio.sleep(1)
        operator.stopped = True
        await asyncio.wait_for(asyncio.gather(*working), 60)
        async with grpc.aio.insecure_channel(address) as channel:
            await check(operator, ConversationServiceStub(channel), ContactServiceStub(channel))
        assert await service.stop(signal.SIGTERM) == 0
    finally:
        for agent in team:
            await agent.stop(drain=False)
        await _kill(service)


async def check(operator, conversations, contacts):
    """Each contact, and each of its open conversations, is as it was acknowledged last."""
    assert operator.messages
    assert operator.opened
    assert operator.merged

    async def get(contact_id):
        request = contacts_api.GetContactRequest(contact=ContactKey(contact_id=contact_id))
        return (await contacts.GetContact(request, timeout=10)).contact

    async def view(conversation_id):
        request = api.GetConversationRequest(conversation_id=conversation_id)
        return (await conversations.GetConversation(request, timeout=10)).conversation

    for person, status in operator.statuses.items():
        contact = await get(person)
        assert contact.status == status
        tags = [tag for owner, tag in operator.tags if owner == person]
        assert set(tags) <= set(contact.tags)
        for known in contact.conversations:
            carried = await view(known.conversation_id)
            assert (carried.status, list(carried.tags)) == (status, list(contact.tags))
    for merged, person in operator.merged.items():
        contact = await get(merged)
        assert contact.contact_id == person
        assert merged in contact.merged_ids
    for conversation_id, person in operator.opened.items():
        assert (await view(conversation_id)).contact_id == person
    for message_id, conversation_id in operator.messages.items():
        request = api.GetHistoryRequest(conversation_id=conversation_id)
        ids = []
        async for chunk in conversations.GetHistory(request, timeout=10):
            ids += [entry.message_id for entry in chunk.entries]
        assert ids.count(message_id) == 1
