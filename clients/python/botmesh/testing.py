"""Runs real agents and a real client inside one test, without a registry and without ports to choose.

    async with botmesh.testing.mesh(billing, reception) as mesh:
        reply = await mesh.delegate("reception-bot", "I was charged twice")

Calls go over gRPC on loopback through all policies. Only the registry is replaced, by a directory that has the agents
from the start.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from botmesh.agent import Agent
from botmesh.calling.directory import Directory
from botmesh.client import Mesh
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.participant import Participant
from botmesh.settings import Settings, load
from botmesh.v1.instance_pb2 import READINESS_READY, Instance


@asynccontextmanager
async def mesh(*agents: Agent, account: str = DEFAULT_ACCOUNT, settings: Settings | None = None) -> AsyncIterator[Mesh]:
    """Start `agents` and a client that can call each other, yield the client, and stop all at the end.

    Two agents of the same name are two instances of it. The client reads no files and no environment; `settings` are
    the client's, and each agent has its own.
    """
    async with AsyncExitStack() as stack:
        directory = Directory(account)
        for agent in agents:
            address = await agent.start(directory=directory)
            stack.push_async_callback(agent.stop, drain=False)
            directory.put(agent.card, [_instance(agent, address)])
        settings = settings or load(environ={})
        participant = Participant.of_client("botmesh-test", account, settings, directory=directory)
        client = Mesh(participant)
        stack.push_async_callback(client.close)
        yield client


def _instance(agent: Agent, address: str) -> Instance:
    return Instance(
        instance_id=agent.instance_id,
        account_id=agent.card.account_id,
        agent=agent.name,
        address=address,
        readiness=READINESS_READY,
        version=agent.card.version,
        takes_links=agent.settings.links,
    )
