"""The A2A project's SDK with its gRPC transport: SendMessage to an agent that replies at once."""

from typing import Any

import grpc
from a2a.client.transports.grpc import GrpcTransport
from a2a.helpers.proto_helpers import get_message_text, new_text_message
from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.events import EventQueue
from a2a.server.request_handlers import DefaultRequestHandler, GrpcHandler
from a2a.server.tasks import InMemoryTaskStore
from a2a.types import a2a_pb2 as pb
from a2a.types.a2a_pb2_grpc import add_A2AServiceServicer_to_server

from bench.worker import TEXT, obey, serve_until_told

CARD = pb.AgentCard(
    name="echo-bot",
    description="Echo",
    version="1",
    supported_interfaces=[pb.AgentInterface(url="127.0.0.1", protocol_binding="GRPC", protocol_version="1.0")],
    capabilities=pb.AgentCapabilities(streaming=True),
    default_input_modes=["text/plain"],
    default_output_modes=["text/plain"],
    skills=[pb.AgentSkill(id="echo", name="Echo", description="Says the same", tags=["echo"])],
)


class Echo(AgentExecutor):
    """Replies with a message and no task, which is the shortest way in this SDK."""

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Reply with the text of the request."""
        said = get_message_text(context.message)
        await event_queue.enqueue_event(new_text_message(said, context_id=context.context_id))

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        """Do nothing: no request lasts long enough to be cancelled."""


async def server() -> None:
    """Serve the agent."""
    server = grpc.aio.server()
    handler = DefaultRequestHandler(agent_executor=Echo(), task_store=InMemoryTaskStore(), agent_card=CARD)
    add_A2AServiceServicer_to_server(GrpcHandler(handler), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    await serve_until_told(f"127.0.0.1:{port}")
    await server.stop(0)


async def load(address: str) -> None:
    """Send messages and wait for each reply."""
    async with grpc.aio.insecure_channel(address) as channel:
        transport = GrpcTransport(channel, CARD)

        async def ask() -> Any:
            message = new_text_message(TEXT, role=pb.ROLE_USER)
            response = await transport.send_message(pb.SendMessageRequest(message=message))
            if get_message_text(response.message) != TEXT:
                raise RuntimeError(f"no answer: {response}")

        await ask()
        await obey(ask)
