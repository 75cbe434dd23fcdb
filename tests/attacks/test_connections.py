"""Connections that say nothing, calls without a message, calls taken back, and thousands of calls at once."""

import asyncio
import collections
import functools
import json
import os
import time
from pathlib import Path

import grpc
import pytest

from botmesh import testing
from botmesh.serving import descriptors, grpc_server
from botmesh.settings import load
from botmesh.transport import adapter, arrivals
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_service_pb2 import GetCardRequest
from botmesh.v1.conversation_service_pb2 import PostRequest
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.part_pb2 import Part
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub
from tests.attacks.frames import PREFACE, Wire
from tests.mesh.processes import Process, _kill
from tests.waiting import until

pytestmark = pytest.mark.slow
FEW = 1024
_UP = "from botmesh_cli.main import main; main()"
_OWN = [("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0)]


async def start_up(loop="uvloop", limits=""):
    without = "import sys; sys.modules['uvloop'] = None; " if loop == "asyncio" else ""
    process = await Process("up").start("-c", limits + without + _UP, "up", "--bind", "127.0.0.1:0", "--json")
    return process, json.loads(process.ready)["registry"]


async def list_agents(address):
    async with grpc.aio.insecure_channel(address, options=_OWN) as channel:
        return await RegistryServiceStub(channel).ListAgents(pb.ListAgentsRequest(), timeout=5)


async def answers_again(ask, within):
    """The seconds until a new caller gets an answer."""
    began = time.monotonic()
    while True:
        try:
            await ask()
        except grpc.aio.AioRpcError:
            assert time.monotonic() - began < within, "no answer to a new caller"
            await asyncio.sleep(0.1)
        else:
            return time.monotonic() - began


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
@pytest.mark.parametrize("greeting", [b"", PREFACE], ids=["silent", "preface"])
async def test_fifteen_hundred_idle_connections_lock_nobody_out(greeting, loop, make_agent):
    process, address = await start_up(loop, f"import resource; resource.setrlimit(7, ({FEW}, {FEW})); ")
    host, _, port = address.rpartition(":")
    idle = []
    try:
        for _ in range(15):
            opening = (asyncio.open_connection(host, int(port)) for _ in range(100))
            idle += [one[1] for one in await asyncio.gather(*opening, return_exceptions=True) if isinstance(one, tuple)]
        for writer in idle:
            writer.write(greeting)
        await answers_again(lambda: list_agents(address), within=8)
        async with grpc.aio.insecure_channel(address, options=_OWN) as channel:
            post = ConversationServiceStub(channel).Post(PostRequest(contact_id="anna", payload=[Part(text="hello")]))
            assert await asyncio.wait_for(post.read(), 10) is not grpc.aio.EOF  # kept in a file
        agent = make_agent()
        agent.settings = load(environ={}, flags={"registry": address})
        await agent.start()
        await asyncio.wait_for(agent.listed(), 15)  # dialled
        await agent.stop(drain=False)
        assert _open_files(process.pid) < FEW - FEW // 8
    finally:
        for writer in idle:
            writer.close()
        await _kill(process)


async def test_a_thousand_idle_connections_that_greet_well_lock_nobody_out():
    process, address = await start_up(limits=f"import resource; resource.setrlimit(7, ({FEW}, {FEW})); ")
    wires = []
    try:
        for _ in range(1_000):
            try:
                wires.append(await Wire.dial(address))
            except (OSError, EOFError):
                continue  # no place for this one
        await answers_again(lambda: list_agents(address), within=15)
    finally:
        for wire in wires:
            await wire.close()
        await _kill(process)


def test_what_only_serves_may_open_as_many_files_as_the_system_lets_it(monkeypatch):
    asked = []
    monkeypatch.setattr(descriptors.resource, "getrlimit", lambda _: (256, 4096))
    monkeypatch.setattr(descriptors.resource, "setrlimit", lambda _, limits: asked.append(limits))
    grpc_server.run(asyncio.sleep(0))
    assert asked == [(4096, 4096)]


@pytest.mark.parametrize(("soft", "most"), [(256, 192), (1024, 768), (20_000, 15_904), (-1, (1 << 20) - 4096)])
def test_connections_leave_descriptors_for_everything_else(soft, most, monkeypatch):
    monkeypatch.setattr(descriptors.resource, "getrlimit", lambda _: (soft, soft))
    assert descriptors.max_connections() == most


async def test_looking_at_connections_leaks_no_descriptor():
    before = _open_files("self")
    for _ in range(3):
        list(descriptors._connections(1))
    assert _open_files("self") <= before


async def test_a_call_whose_request_never_comes_is_ended(make_agent, raw, monkeypatch):
    monkeypatch.setattr(adapter, "Arrivals", functools.partial(arrivals.Arrivals, 0.3))
    agent = make_agent()
    async with testing.mesh(agent):
        wire = await Wire.dial(agent.address)
        await wire.half_calls("/botmesh.v1.AgentService/Delegate", 50)
        before = wire.received
        await until(lambda: wire.received > before + 50 * 9)
        assert not wire.closed
        await raw(agent.address).stub.GetCard(GetCardRequest())
        await wire.close()


async def test_twenty_thousand_half_calls_of_one_connection_cost_what_a_thousand_do():
    process, address = await start_up()
    try:
        await list_agents(address)
        before = _resident(process.pid)
        wire = await Wire.dial(address)
        await wire.half_calls("/botmesh.v1.RegistryService/GetAgent", 20_000)
        await asyncio.sleep(1)
        await list_agents(address)
        assert _resident(process.pid) - before < 80
        await wire.close()
    finally:
        await _kill(process)


def _open_files(pid):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def _resident(pid):
    """MiB."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20


@pytest.mark.parametrize("loop", ["uvloop", "asyncio"])
async def test_calls_taken_back_at_once_cancel_nobody_elses(loop):
    process, address = await start_up(loop)
    outcomes = collections.Counter()
    try:
        wires = [await Wire.dial(address) for _ in range(2)]
        async with grpc.aio.insecure_channel(address, options=_OWN) as channel:
            stub = RegistryServiceStub(channel)
            await stub.ListAgents(pb.ListAgentsRequest(), timeout=10)

            async def attack(wire):
                for _ in range(60):
                    await wire.rapid_resets("/botmesh.v1.RegistryService/ListAgents", 1_000)
                    await asyncio.sleep(0.01)

            attacking = [asyncio.create_task(attack(wire)) for wire in wires]
            while not all(task.done() for task in attacking):
                try:
                    await stub.ListAgents(pb.ListAgentsRequest(), timeout=30)
                    outcomes["OK"] += 1
                except grpc.aio.AioRpcError as error:
                    outcomes[error.code().name] += 1
        for wire in wires:
            await wire.close()
    finally:
        await _kill(process)
    assert set(outcomes) == {"OK"}


async def test_ten_thousand_calls_at_once_on_one_channel_all_succeed():
    process, address = await start_up()
    outcomes = collections.Counter()
    try:
        async with grpc.aio.insecure_channel(address, options=_OWN) as channel:
            stub = RegistryServiceStub(channel)

            async def ask():
                try:
                    await stub.ListAgents(pb.ListAgentsRequest(), timeout=60)
                    outcomes["OK"] += 1
                except grpc.aio.AioRpcError as error:
                    outcomes[error.code().name] += 1

            await asyncio.gather(*(ask() for _ in range(10_000)))
    finally:
        await _kill(process)
    assert outcomes == {"OK": 10_000}
