"""A whole mesh in this process, a client of it, and bots that take long."""

import asyncio

import pytest

import botmesh
from tests.in_process import InProcessMesh
from tests.mesh.conftest import journal

__all__ = ["journal"]


class Worker(botmesh.Agent):
    """A bot whose work ends when the test says so."""

    def __init__(self, name="worker", **options):
        super().__init__(name, skills=[botmesh.Skill("dig")], **options)
        self.seen = []
        self.ended = []
        self.go_on = asyncio.Event()
        self.on_delegate(self.dig)

    async def dig(self, task: botmesh.Task):
        self.seen.append(task)
        try:
            yield botmesh.progress("digging", 0.5)
            await self.go_on.wait()
            yield botmesh.Reply(f"{self.name} dug {task.text}")
        finally:
            self.ended.append(task)


@pytest.fixture
def make_mesh(tmp_path):
    def make(**settings):
        return InProcessMesh(tmp_path, **settings)

    return make
