"""A mesh in the process of the test: registry and services on SQLite files, called over gRPC by real bots."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import grpc

import botmesh
from botmesh.policies import Endpoint
from botmesh.telemetry.telemetry import Telemetry
from botmesh.transport.adapter import client_interceptors
from botmesh_mesh import MeshProcess
from botmesh_registry import Registry
from botmesh_service.settings import load
from tests.fuzz.left_over import left_over


class InProcessMesh:
    """A mesh with its data in a folder; entered again, it continues there at the same address."""

    def __init__(self, folder, **settings):
        self.settings = load(environ={}, flags=settings)
        self.folder = folder
        self.address = ""
        self.part = None

    async def __aenter__(self):
        self.stack = AsyncExitStack()
        registry = Registry(lease_duration=2, limits=self.settings.limits)
        self.process = MeshProcess(self.folder, self.settings, self.address or "127.0.0.1:0", lambda _: registry)
        self.address = self.process.address
        self.registry = registry
        self.part = self.process.services
        await self.process.open()
        return self

    async def __aexit__(self, *_):
        await self.stack.aclose()
        await self.process.close(grace=0)
        left_over.note(self.folder)

    async def stub(self, kind):
        """A client of one of the services, with typed errors."""
        channel = grpc.aio.insecure_channel(self.address, interceptors=client_interceptors(Endpoint(Telemetry("test"))))
        await self.stack.enter_async_context(channel)
        return kind(channel)

    @asynccontextmanager
    async def bots(self, *agents):
        async with AsyncExitStack() as stack:
            for agent in agents:
                await self.start(agent)
                stack.push_async_callback(agent.stop, drain=False)
            yield

    async def start(self, agent):
        """Start a bot, and return when others can call it."""
        agent.settings = load(environ={}, flags={"registry": self.address})
        await agent.start()
        await asyncio.wait_for(agent.listed(), 10)

    def connect(self):
        return botmesh.connect(self.address, settings=load(environ={}, flags={"registry": self.address}))
