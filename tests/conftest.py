"""What all tests share: an environment without settings, and agents that can be called raw."""

import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import grpc
import pytest

import botmesh
from botmesh.settings import load
from botmesh.status import from_rpc_error
from botmesh.v1.agent_service_pb2_grpc import AgentServiceStub
from tests.fuzz.left_over import left_over, look
from tests.recorded import Recorded

for _name in [name for name in os.environ if name.startswith(("BOTMESH_", "OTEL_"))]:
    del os.environ[_name]

# A shell that starts these tests in the background may have them ignore Ctrl-C, and all that they start with them.
signal.signal(signal.SIGINT, signal.default_int_handler)


class Raw:
    """A bare gRPC client of one agent: goes round the SDK, as any careless caller can."""

    def __init__(self, address: str) -> None:
        # No limit of its own: what the callee refuses is to be seen.
        self.channel = grpc.aio.insecure_channel(
            address,
            options=[("grpc.max_send_message_length", -1), ("grpc.max_receive_message_length", -1)],
        )
        self.stub: Any = AgentServiceStub(self.channel)

    async def refusal(self, call: Any) -> botmesh.BotmeshError:
        """The typed error that a call ends with."""
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            if hasattr(call, "__aiter__"):
                async for _ in call:
                    pass
            else:
                await call
        return from_rpc_error(caught.value)


@pytest.fixture(scope="module", autouse=True)
def readable_logs(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the module's meshes have left behind can be read, and lists can be told from it anew (fuzz/left_over.py)."""
    yield
    found = [] if getattr(request.module, "PLANTS_UNREADABLE", False) else look(left_over.take())
    left_over.take()
    left_over.forget()
    assert not found, "\n".join(found)


@pytest.fixture
def recorded() -> Recorded:
    """Spans, once it watches some part of the mesh."""
    return Recorded()


@pytest.fixture
def make_agent() -> Callable[..., botmesh.Agent]:
    """Makes an agent that answers with its text in capitals."""

    def make(name: str = "shout-bot", **options: Any) -> botmesh.Agent:
        agent = botmesh.Agent(name, settings=load(environ={}), **options)

        @agent.on_delegate
        async def answer(task: botmesh.Task) -> str:
            return task.text.upper()

        return agent

    return make


@pytest.fixture
async def raw() -> AsyncIterator[Callable[[str], Raw]]:
    """Makes bare clients and closes them at the end."""
    async with AsyncExitStack() as stack:

        def make(address: str) -> Raw:
            client = Raw(address)
            stack.push_async_callback(client.channel.close)
            return client

        yield make
