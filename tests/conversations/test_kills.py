"""kill -9 of the service at random moments under load: nothing acknowledged is lost, one owner, one final reply.

Seven kills here; `make test-long` runs 200 (KILLS=200).
"""

import asyncio
import os
import random
import signal
import tempfile
from collections import Counter
from pathlib import Path

import grpc
import pytest

import botmesh
from botmesh.settings import load
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import TURN_OUTCOME_ANSWERED, Owner
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh_conversations.event_stream import decode
from botmesh_conversations.model.fold import apply, fold
from botmesh_conversations.model.state import State
from botmesh_log.sqlite_log import open_log
from tests.mesh.processes import Process, _kill

pytestmark = pytest.mark.slow
KILLS = int(os.environ.get("KILLS", "7"))
CONTACTS = 6


class Contacts:
    """People who write all the time, and remember what was acknowledged."""

    def __init__(self, address):
        self.address = address
        self.acknowledged = {}
        self.stopped = False

    async def write(self, contact):
        number = 0
        while not self.stopped:
            number += 1
            message_id = f"{contact}-{number}"
            while not self.stopped:
                try:
                    async with grpc.aio.insecure_channel(self.address) as channel:
                        await self._post(ConversationServiceStub(channel), contact, message_id)
                    break
                except grpc.aio.AioRpcError:
                    await asyncio.sleep(0.1)

    async def _post(self, stub, contact, message_id):
        request = api.PostRequest(contact_id=contact, message_id=message_id, payload=[botmesh.text(message_id)])
        async for response in stub.Post(request, timeout=20):
            if response.HasField("accepted"):
                self.acknowledged[message_id] = response.accepted.conversation_id
            if response.HasField("end"):
                return

    async def transfer(self):
        """An operator who moves conversations to and fro."""
        while not self.stopped:
            await asyncio.sleep(random.uniform(0.05, 0.3))
            known = sorted(set(self.acknowledged.values()))
            if not known:
                continue
            target = random.choice(["first", "second"])
            request = api.TransferConversationRequest(
                conversation_id=random.choice(known), target=Owner(agent=target), reason="moved"
            )
            try:
                async with grpc.aio.insecure_channel(self.address) as channel:
                    await ConversationServiceStub(channel).TransferConversation(request, timeout=5)
            except grpc.aio.AioRpcError:
                continue


async def start_service(folder, address):
    return await Process("up").start(
        "-m",
        "botmesh_cli",
        "up",
        "--bind",
        address,
        "--json",
        BOTMESH_DATA_DIR=str(folder),
        BOTMESH_PRIMARY="first",
        BOTMESH_LEASE_DURATION="2",
        BOTMESH_LOG_LEVEL="warning",
    )


def bots(address):
    for name in ("first", "second"):
        agent = botmesh.Agent(name, settings=load(environ={}, flags={"registry": address}))

        @agent.on_turn
        async def answer(conversation):
            await asyncio.sleep(random.uniform(0, 0.05))
            return f"answer to {conversation.text}"

        yield agent


async def test_kill_9_at_random_moments_loses_nothing():
    with tempfile.TemporaryDirectory(prefix="botmesh-kills-") as folder:
        service = await start_service(Path(folder), "127.0.0.1:0")
        address = service.ready.split('"registry": "')[1].split('"')[0]
        team = list(bots(address))
        try:
            for agent in team:
                await agent.start()
                await asyncio.wait_for(agent.listed(), 15)
            contacts = Contacts(address)
            writing = [asyncio.create_task(contacts.write(f"c{n}")) for n in range(CONTACTS)]
            writing.append(asyncio.create_task(contacts.transfer()))
            for number in range(KILLS):
                await asyncio.sleep(random.uniform(0.1, 1.5))
                await service.stop(signal.SIGKILL)
                service.forget_log()
                if number % 3 == 2:
                    for leftover in Path(folder).glob("projection.sqlite*"):
                        leftover.unlink()
                service = await start_service(Path(folder), address)
            await asyncio.sleep(1)
            contacts.stopped = True
            await asyncio.wait_for(asyncio.gather(*writing, return_exceptions=True), 60)
            await everything_is_answered(address, set(contacts.acknowledged.values()))
            assert await service.stop(signal.SIGTERM) == 0
            await check_the_log(Path(folder), contacts.acknowledged)
        finally:
            for agent in team:
                await agent.stop(drain=False)
            await _kill(service)


async def everything_is_answered(address, conversations):
    async with grpc.aio.insecure_channel(address) as channel, asyncio.timeout(30):
        stub = ConversationServiceStub(channel)
        for conversation_id in conversations:
            while True:
                request = api.GetConversationRequest(conversation_id=conversation_id)
                view = (await stub.GetConversation(request)).conversation
                if not view.unanswered and not view.turn_id and not view.HasField("transfer"):
                    break
                await asyncio.sleep(0.1)


async def check_the_log(folder, acknowledged):
    log = open_log(folder / "events.sqlite")
    try:
        assert len(acknowledged) > CONTACTS
        for conversation_id in set(acknowledged.values()):
            events = [decode(record) for record in await log.read(conversation_id, 1, 100_000)]
            state = fold(events)
            assert [event.sequence for event in events] == list(range(1, len(events) + 1))
            assert state.view.owner.WhichOneof("owner") == "agent"
            check_replies(events)
            check_epochs(events)
            mine = {key for key, where in acknowledged.items() if where == conversation_id}
            posted = {event.message_posted.message_id for event in events}
            assert mine <= posted
            assert not state.waiting
    finally:
        await log.close()


def check_replies(events):
    """One final reply for each turn, and each at the epoch that held then."""
    finished = [event.turn_finished for event in events if event.HasField("turn_finished")]
    assert max(Counter(one.turn_id for one in finished).values()) == 1
    started = {event.turn_started.turn_id: event.turn_started for event in events if event.HasField("turn_started")}
    state = State()
    for event in events:
        if event.HasField("turn_finished") and event.turn_finished.outcome == TURN_OUTCOME_ANSWERED:
            assert started[event.turn_finished.turn_id].epoch == state.view.epoch
        apply(state, event)


def check_epochs(events):
    """The epoch counts the changes of owner, one by one."""
    epochs = [event.owner_changed.epoch for event in events if event.HasField("owner_changed")]
    assert epochs == list(range(2, len(epochs) + 2))
