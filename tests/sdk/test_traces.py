import pytest
from opentelemetry.trace import SpanKind, StatusCode

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateRequest
from botmesh.v1.instance_pb2 import READINESS_READY, Instance


def relay(name, follower=None):
    agent = botmesh.Agent(name, settings=load(environ={}))

    @agent.on_delegate
    async def answer(task):
        if follower:
            return await task.delegate(follower)
        if task.text == "fail":
            raise botmesh.AgentFailed("no")
        usage = botmesh.Usage(model="m", input_tokens=3, output_tokens=4)
        return botmesh.Reply("ok", usage=usage)

    return agent


async def test_a_chain_is_one_trace_with_two_spans_a_hop(recorded):
    team = [relay("a", "b"), relay("b", "c"), relay("c")]
    async with testing.mesh(*team) as mesh:
        recorded.watch(mesh._participant.endpoint.telemetry, *(agent._running.endpoint.telemetry for agent in team))
        reply = await mesh.delegate("a", conversation_id="c1")
    assert {format(span.context.trace_id, "032x") for span in recorded.spans} == {reply.trace_id}
    assert len(recorded.spans) == 6
    parent = None
    for hop, name in enumerate("abc"):
        client, server = recorded.one(SpanKind.CLIENT, name), recorded.one(SpanKind.SERVER, name)
        assert (client.parent and client.parent.span_id) == parent
        assert server.parent.span_id == client.context.span_id
        parent = server.context.span_id
        for span in (client, server):
            assert span.attributes["botmesh.hop"] == hop
            assert span.attributes["botmesh.path"] == tuple("abc"[:hop])
            assert span.attributes["botmesh.conversation_id"] == "c1"
            assert span.attributes["botmesh.correlation_id"] == reply.correlation_id
            assert span.attributes["rpc.response.status_code"] == "OK"
        assert client.name == f"invoke_agent {name}"
        assert server.name == "botmesh.v1.AgentService/Delegate"
    assert recorded.one(SpanKind.CLIENT, "c").attributes["gen_ai.usage.output_tokens"] == 4


async def test_a_failure_is_marked_with_its_reason_all_the_way_up(recorded):
    team = [relay("a", "b"), relay("b")]

    @team[0].on_delegate
    async def asks(task):
        return await task.delegate("b", "fail")

    async with testing.mesh(*team) as mesh:
        recorded.watch(mesh._participant.endpoint.telemetry, *(agent._running.endpoint.telemetry for agent in team))
        with pytest.raises(botmesh.AgentFailed):
            await mesh.delegate("a")
    assert len(recorded.spans) == 4
    for span in recorded.spans:
        assert span.status.status_code is StatusCode.ERROR
        assert span.attributes["botmesh.reason"] == "AGENT_FAILED"
        assert span.attributes["botmesh.raised_by"] == "b"


async def test_refusals_are_spans_too(recorded, raw):
    agent = relay("a")
    async with testing.mesh(agent) as mesh:
        recorded.watch(mesh._participant.endpoint.telemetry, agent._running.endpoint.telemetry)
        with pytest.raises(errors.UnknownAgent):
            await mesh.delegate("nobody")
        client = raw(agent.address)
        await client.refusal(client.stub.Delegate(DelegateRequest(), metadata=(("botmesh-path", "a"),)))
    refused = [(span.kind, span.attributes["botmesh.reason"]) for span in recorded.spans]
    assert refused == [(SpanKind.CLIENT, "UNKNOWN_AGENT"), (SpanKind.SERVER, "LOOP")]


async def test_retries_are_events_on_one_client_span(recorded):
    agent = relay("a")
    async with testing.mesh(agent) as mesh:
        recorded.watch(mesh._participant.endpoint.telemetry, agent._running.endpoint.telemetry)
        gone = Instance(
            instance_id="gone", account_id="default", agent="a", address="127.0.0.1:1", readiness=READINESS_READY
        )
        mesh.directory.put(agent.card, [gone])
        mesh.directory._entries["default", "a"].instances = {"gone": gone} | mesh.directory._entries[
            "default", "a"
        ].instances
        for _ in range(10):
            await mesh.delegate("a")
            mesh._client.peers._peers.pop("gone", None)
    retried = [span for span in recorded.spans if span.kind is SpanKind.CLIENT and span.events]
    assert retried
    assert retried[0].events[0].name == "botmesh.retry"
    assert retried[0].events[0].attributes["botmesh.reason"] == "UNREACHABLE"
    assert retried[0].status.status_code is StatusCode.UNSET


async def test_a_trace_goes_on_through_a_long_stream(recorded):
    agent, leaf = botmesh.Agent("a", settings=load(environ={})), relay("b")

    @agent.on_delegate
    async def streams(task):
        for _ in range(3):
            yield (await task.delegate("b")).text

    async with testing.mesh(agent, leaf) as mesh:
        endpoints = (mesh._participant.endpoint, agent._running.endpoint, leaf._running.endpoint)
        recorded.watch(*(endpoint.telemetry for endpoint in endpoints))
        async for _ in mesh.stream("a"):
            pass
    assert len({span.context.trace_id for span in recorded.spans}) == 1
    assert len(recorded.spans) == 8


async def test_a_callers_traceparent_is_continued(recorded, raw):
    agent = relay("a")
    trace = "0af7651916cd43dd8448eb211c80319c"
    async with testing.mesh(agent):
        recorded.watch(agent._running.endpoint.telemetry)
        metadata = (("traceparent", f"00-{trace}-b7ad6b7169203331-01"),)
        await raw(agent.address).stub.Delegate(DelegateRequest(), metadata=metadata)
    (span,) = recorded.spans
    assert format(span.context.trace_id, "032x") == trace
    assert format(span.parent.span_id, "016x") == "b7ad6b7169203331"
