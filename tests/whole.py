"""A whole mesh in this process: registry and services on real SQLite files, real gRPC, real bots."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager

import grpc

import botmesh
from botmesh import interceptors
from botmesh.interceptors import End
from botmesh.serving import Server
from botmesh.settings import load
from botmesh.telemetry import Telemetry
from botmesh_mesh import SERVICE_NAMES, Embedded
from botmesh_registry import SERVICE_NAME, Registry


class WholeMesh:
    """A mesh in a folder; entered again, it goes on at the same address."""

    def __init__(self, folder, **settings):
        self.settings = load(environ={}, flags=settings)
        self.folder = folder
        self.address = ""
        self.part = None

    async def __aenter__(self):
        self.stack = AsyncExitStack()
        self.server = Server("botmesh", limits=lambda: self.settings.limits)
        self.address = self.server.bind(self.address or "127.0.0.1:0")
        self.registry = Registry(lease_duration=2, limits=self.settings.limits)
        self.registry.add_to(self.server.grpc)
        self.part = Embedded(self.folder, self.settings, self.server)
        await self.server.start(self.address, [SERVICE_NAME, *SERVICE_NAMES])
        await self.registry.open()
        await self.part.open()
        return self

    async def __aexit__(self, *_):
        await self.stack.aclose()
        await self.part.close()
        await self.registry.close()
        await self.server.stop(0)

    async def stub(self, kind):
        """A client of one of the services, with typed errors."""
        channel = grpc.aio.insecure_channel(self.address, interceptors=interceptors.client(End(Telemetry("test"))))
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
