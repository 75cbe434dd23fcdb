"""A registry on a loopback port, bare clients of it, and processes that answer its probes."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from botmesh.names import new_id
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh_registry import Registry
from botmesh_registry.probe import Prober

from .support import LONG, Client, Clock, FakeAgent


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
def make_registry(stack: AsyncExitStack) -> Callable[..., Awaitable[tuple[Registry, Client]]]:
    """Starts registries that probe often, with bare clients."""

    async def make(address: str = "127.0.0.1:0", **options: Any) -> tuple[Registry, Client]:
        options.setdefault("lease_duration", LONG)
        options.setdefault("prober", Prober(recheck_interval=0.02, first_retry=0.02))
        registry = Registry(**options)
        client = Client(await registry.start(address), stack)
        stack.push_async_callback(registry.stop, 0)
        stack.push_async_callback(client.channel.close)
        return registry, client

    return make


@pytest.fixture
def make_agent(stack: AsyncExitStack) -> Callable[..., Awaitable[FakeAgent]]:
    """Starts processes that answer probes."""

    async def make(name: str = "billing-bot", address: str = "127.0.0.1:0", **card: Any) -> FakeAgent:
        agent = FakeAgent(AgentCard(name=name, **card), new_id())
        await agent.start(address)
        stack.push_async_callback(agent.kill)
        return agent

    return make
