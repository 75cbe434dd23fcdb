"""`botmesh up` as a real process on a folder of the test's, on uvloop or on asyncio's own loop."""

import json
from contextlib import asynccontextmanager

import grpc
import pytest

from botmesh.status import from_rpc_error
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.journal_service_pb2_grpc import JournalServiceStub
from botmesh.v1.problem_service_pb2 import ListProblemsRequest
from botmesh.v1.problem_service_pb2_grpc import ProblemServiceStub
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub
from botmesh.v1.task_service_pb2_grpc import TaskServiceStub
from botmesh.v1.team_service_pb2_grpc import TeamServiceStub
from tests.mesh.processes import Process, _kill

LOOPS = ["uvloop", "asyncio"]
_WITHOUT = "import sys; sys.modules['uvloop'] = None; from botmesh_cli.main import main; main()"


class Up:
    """A mesh in a process, called raw: whatever a careless or hostile caller sends goes out as it is."""

    def __init__(self, process, address, channel):
        self.process = process
        self.address = address
        self.channel = channel
        self.conversations = ConversationServiceStub(channel)
        self.tasks = TaskServiceStub(channel)
        self.registry = RegistryServiceStub(channel)
        self.journal = JournalServiceStub(channel)
        self.team = TeamServiceStub(channel)
        self.problems_service = ProblemServiceStub(channel)

    async def problems(self):
        return list((await self.problems_service.ListProblems(ListProblemsRequest(), timeout=10)).problems)


async def refusal(call):
    """The typed error that a call ends with."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        if hasattr(call, "__aiter__"):
            async for _ in call:
                pass
        else:
            await call
    return from_rpc_error(caught.value)


@asynccontextmanager
async def up(folder, loop="uvloop", **environment):
    """Start it, and end it as an operator would; it must start, and leave no traceback behind."""
    command = ["-m", "botmesh_cli"] if loop == "uvloop" else ["-c", _WITHOUT]
    process = await Process("up").start(
        *command, "up", "--bind", "127.0.0.1:0", "--json", BOTMESH_DATA_DIR=str(folder), **environment
    )
    address = json.loads(process.ready)["registry"]
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            yield Up(process, address, channel)
        assert await process.stop() == 0
        assert "Traceback" not in process.log(), process.log()[-6_000:]
        assert "never retrieved" not in process.log()
    finally:
        await _kill(process)
