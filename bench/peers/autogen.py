"""AutoGen's distributed runtime: a message from one worker to an agent in another, through a host process."""

import socket
from dataclasses import dataclass

from autogen_core import AgentId, MessageContext, RoutedAgent, message_handler, try_get_known_serializers_for_type
from autogen_ext.runtimes.grpc import GrpcWorkerAgentRuntime, GrpcWorkerAgentRuntimeHost

from bench.worker import TEXT, obey, serve_until_told


@dataclass
class Said:
    """The message of request and reply."""

    text: str


class Echo(RoutedAgent):
    """An agent that replies with the text of the request."""

    @message_handler
    async def answer(self, message: Said, ctx: MessageContext) -> Said:  # noqa: ARG002 - its API
        """Reply with the text of the request."""
        return Said(message.text)


async def host() -> None:
    """Run the host between the workers. It cannot report a port that it chose, so this function finds a free one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    host = GrpcWorkerAgentRuntimeHost(address)
    host.start()
    await serve_until_told(address)
    await host.stop(grace=0)


async def server(address: str) -> None:
    """Run a worker with the agent."""
    runtime = await _worker(address)
    await Echo.register(runtime, "echo-bot", lambda: Echo("Echo"))
    await serve_until_told(address)
    await runtime.stop()


async def load(address: str) -> None:
    """Run a worker that sends messages to the agent."""
    runtime = await _worker(address)
    runtime.add_message_serializer(try_get_known_serializers_for_type(Said))
    echo = AgentId("echo-bot", "default")

    async def ask() -> None:
        answer = await runtime.send_message(Said(TEXT), echo)
        if answer.text != TEXT:
            raise RuntimeError(f"no answer: {answer}")

    await ask()
    await obey(ask)
    await runtime.stop()


async def _worker(address: str) -> GrpcWorkerAgentRuntime:
    runtime = GrpcWorkerAgentRuntime(host_address=address)
    await runtime.start()
    return runtime
