"""Contacts in conversations: durable turns, lists and transfers."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import grpc

import botmesh
from bench.sides.mesh import agent_of, serve
from bench.worker import TEXT, obey
from botmesh.names import new_id
from botmesh.parts import text
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub

CONTACTS = 64


async def server(registry: str, name: str) -> None:
    """Serve a bot that replies to each turn with the text of the contact."""
    agent = agent_of(name, registry)

    @agent.on_turn
    async def answer(conversation: botmesh.Conversation) -> str:
        return conversation.text

    await serve(agent)


async def load(address: str) -> None:
    """Post messages of 64 contacts and wait for each reply; a contact has one message at a time."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = ConversationServiceStub(channel)
        free: asyncio.Queue[str] = asyncio.Queue()
        for _ in range(CONTACTS):
            free.put_nowait(new_id())

        async def say() -> None:
            contact = await free.get()
            request = api.PostRequest(contact_id=contact, payload=[text(TEXT)])
            async for _ in stub.Post(request, timeout=30):
                pass
            free.put_nowait(contact)

        await obey(say)


async def speak(address: str, messages: str = "0") -> None:
    """Measure turns: each in a new conversation, or all in one that already has `messages` messages."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = ConversationServiceStub(channel)
        always = new_id() if int(messages) else ""

        async def say() -> None:
            talk = always or new_id()
            request = api.PostRequest(conversation_id=talk, contact_id=talk, payload=[text(TEXT)])
            async for _ in stub.Post(request, timeout=30):
                pass

        for _ in range(int(messages) // 2):
            await say()
        await obey(say)


async def pages(address: str) -> None:
    """Read the first page of the list of conversations."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = ConversationServiceStub(channel)
        await obey(lambda: stub.ListConversations(api.ListConversationsRequest(page_size=50), timeout=30))


async def transfer(address: str, to: str) -> None:
    """Measure the time from a transfer's request to the new owner's first reply, each in a new conversation."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = ConversationServiceStub(channel)

        async def move() -> float:
            talk = new_id()
            post = api.PostRequest(conversation_id=talk, contact_id=talk, payload=[text(TEXT)])
            async for _ in stub.Post(post, timeout=30):
                pass
            watch = stub.WatchConversations(api.WatchConversationsRequest(conversation_id=talk, only_new=True))
            await asyncio.sleep(0.01)  # the watch is on its way
            request = api.TransferConversationRequest(conversation_id=talk, target=Owner(agent=to))
            began = time.perf_counter()
            asked = asyncio.ensure_future(stub.TransferConversation(request, timeout=30))
            async with aclosing(_answers(watch, to)) as answers:
                await anext(answers)
            took = time.perf_counter() - began
            await asked
            watch.cancel()
            return took

        await obey(move)


async def _answers(watch: Any, agent: str) -> AsyncGenerator[api.WatchConversationsResponse, None]:
    async for response in watch:
        if response.event.turn_finished.agent == agent:
            yield response
