import asyncio
import random
import sys

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from tests.attacks.frames import raw_call

from botmesh import testing
from botmesh.names import new_id
from botmesh.serving import grpc_server
from botmesh.v1.agent_service_pb2 import DelegateRequest, GetCardRequest


async def test_every_server_tells_its_health(make_agent, raw):
    agent = make_agent()
    async with testing.mesh(agent):
        stub = health_pb2_grpc.HealthStub(raw(agent.address).channel)
        for service in ("", "botmesh.v1.AgentService"):
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=service))
            assert answer.status == health_pb2.HealthCheckResponse.SERVING
        await agent._running.server.set_serving(False)
        answer = await stub.Check(health_pb2.HealthCheckRequest())
        assert answer.status == health_pb2.HealthCheckResponse.NOT_SERVING


async def test_every_server_offers_reflection(make_agent):
    agent = make_agent()

    def services(address):
        with grpc.insecure_channel(address) as channel:
            return set(ProtoReflectionDescriptorDatabase(channel).get_services())

    async with testing.mesh(agent):
        found = await asyncio.to_thread(services, agent.address)
    assert {"botmesh.v1.AgentService", "grpc.health.v1.Health"} <= found


async def test_an_agent_says_who_serves(make_agent, raw):
    agent = make_agent(description="loud")
    async with testing.mesh(agent):
        response = await raw(agent.address).stub.GetCard(GetCardRequest())
    assert response.card == agent.card
    assert response.instance_id == agent.instance_id


async def test_servers_bind_loopback_unless_told_otherwise(make_agent):
    agent = make_agent()
    async with testing.mesh(agent):
        assert agent.address.startswith("127.0.0.1:")


async def test_metadata_that_is_no_utf8_writes_nothing_into_the_log(make_agent, caplog):
    agent = make_agent()
    async with testing.mesh(agent):
        found = await raw_call(
            agent.address, "/botmesh.v1.AgentService/Delegate", b"", [("botmesh-account", b"\x80\xff" * 30)]
        )
    assert dict(found)["grpc-status"] == str(grpc.StatusCode.INVALID_ARGUMENT.value[0])
    assert "Invalid encoding" not in caplog.text


async def test_a_trace_that_cannot_be_read_writes_nothing_into_the_log(make_agent, raw, caplog):
    agent = make_agent()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    async with testing.mesh(agent):
        stub = raw(agent.address).stub
        for trace in (
            [("traceparent", "x" * 600)],
            [("traceparent", parent), ("tracestate", "a=b," * 200)],
            [("traceparent", parent), ("tracestate", "A=b,=,c")],
        ):
            await stub.Delegate(DelegateRequest(message={"message_type": 3}), metadata=trace)
    assert not [record for record in caplog.records if record.name.startswith("opentelemetry.trace")]


async def _failing():
    raise RuntimeError("a bug")


def test_a_traceback_says_nothing_of_the_loop_that_is_not_there(monkeypatch):
    monkeypatch.setitem(sys.modules, "uvloop", None)
    with pytest.raises(RuntimeError) as caught:
        grpc_server.run(_failing())
    assert caught.value.__context__ is None


async def _kind_of_loop():
    return type(asyncio.get_running_loop()).__module__.partition(".")[0]


def test_what_only_serves_runs_on_uvloop_where_it_is_there(monkeypatch):
    assert grpc_server.run(_kind_of_loop()) == "uvloop"
    monkeypatch.setitem(sys.modules, "uvloop", None)
    assert grpc_server.run(_kind_of_loop()) == "asyncio"


def test_a_bot_that_seeds_pythons_random_numbers_does_not_repeat_ids():
    made = set()
    for _ in range(3):
        random.seed(7)
        made.add(new_id())
    assert len(made) == 3
