"""`python -m botmesh_registry`, and a registry that shares its server."""

import asyncio
import signal
import sys

import grpc
import pytest

from botmesh.errors import InvalidField
from botmesh.serving.grpc_server import Server
from botmesh_registry import SERVICE_NAME, Registry

from .support import Client, until


async def run(*arguments):
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "botmesh_registry",
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_serves_until_it_is_told_to_stop(number, stack, make_agent):
    process = await run("--bind", "127.0.0.1:0")
    line = (await process.stdout.readline()).decode()
    assert line.startswith("registry ready at 127.0.0.1:")
    client = Client(line.split()[-1], stack)
    agent = await make_agent()
    beats = client.heartbeats(agent, (await client.register(agent)).lease.token)
    await beats.beat()
    watch = client.watch()
    await watch.sees(agent.instance_id)
    process.send_signal(number)
    _, errors = await asyncio.wait_for(process.communicate(), 10)
    assert process.returncode == 0
    assert b"Traceback" not in errors
    await watch.task
    await client.channel.close()


async def test_a_port_in_use_is_one_clear_sentence(make_registry):
    _, client = await make_registry()
    process = await run("--bind", client.address)
    output, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert output == b""
    assert errors.decode().strip().splitlines()[-1].startswith(f"botmesh_registry: cannot listen at {client.address}")
    assert b"Traceback" not in errors


async def test_a_malformed_setting_is_one_clear_sentence():
    process = await run("--bind", "127.0.0.1:0", "--lease-duration", "soon")
    _, errors = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 1
    assert b"lease_duration" in errors
    assert b"Traceback" not in errors


async def test_a_port_in_use_leaves_nothing_running(make_registry):
    _, client = await make_registry()
    other = Registry()
    with pytest.raises(InvalidField):
        await other.start(client.address)
    assert other._sweeper is None


@pytest.mark.parametrize("options", [{"lease_duration": 0}, {"max_heartbeats_per_second": 0}, {"probe_ranges": "x"}])
def test_settings_out_of_range_are_refused(options):
    with pytest.raises(InvalidField) as caught:
        Registry(**options)
    assert caught.value.metadata["field"] in options


async def test_a_registry_can_share_a_server(stack, make_agent):
    server = Server("test")

    async def echo(request, _context):
        return request

    handler = grpc.method_handlers_generic_handler("other.Service", {"Echo": grpc.unary_unary_rpc_method_handler(echo)})
    server.grpc.add_generic_rpc_handlers((handler,))
    registry = Registry()
    registry.add_to(server.grpc)
    address = await server.start("127.0.0.1:0", [SERVICE_NAME])
    registry.set_trace_endpoint(address)
    await registry.open()
    client = Client(address, stack)
    agent = await make_agent()
    assert (await client.register(agent)).trace_endpoint == address
    await client.listed(agent)
    watch = client.watch()
    await until(lambda: watch.complete)
    assert watch.responses[0].trace_endpoint == address
    await registry.close()
    await watch.task
    await server.stop(0)
    await client.channel.close()


async def test_a_sweep_that_fails_is_not_the_last(make_registry, monkeypatch):
    registry, _ = await make_registry(lease_duration=0.2)
    swept = []

    def sweep():
        swept.append(1)
        raise RuntimeError("a bug")

    monkeypatch.setattr(registry, "sweep", sweep)
    await until(lambda: len(swept) > 2)
    assert [one.subject for one in registry.problems.newest(10)] == ["sweep"]
