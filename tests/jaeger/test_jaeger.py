"""Chains and transfers as the real Jaeger keeps them: exported by OTLP, read back by its query API."""

import asyncio
import json
import shlex
import signal
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
import pytest

import botmesh
from botmesh import errors
from botmesh.parts import from_value
from botmesh.settings import load
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh_cli.demo import TEAM
from botmesh_conformance.processes import AgentProcess
from tests.languages import scripted
from tests.mesh.processes import Process, _kill
from tests.waiting import until

pytestmark = pytest.mark.jaeger


@asynccontextmanager
async def team(jaeger):
    """The demo's team, all of whose spans go to Jaeger when it has stopped; where its registry is."""
    async with AsyncExitStack() as stack:

        async def start(name, *command, **environment):
            process = await Process(name).start(*command, **environment)
            stack.push_async_callback(_kill, process)
            stack.push_async_callback(process.stop)  # which sends what is not sent yet
            return process

        up = "-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json"
        elsewhere = {"BOTMESH_PRIMARY": "reception-bot", "OTEL_EXPORTER_OTLP_ENDPOINT": jaeger.otlp}
        registry = json.loads((await start("up", *up, **elsewhere)).ready)["registry"]
        await asyncio.gather(*(start(name, "-m", module, BOTMESH_REGISTRY=registry) for name, module in TEAM.items()))
        yield registry


@asynccontextmanager
async def client(registry):
    async with botmesh.connect(settings=load(environ={}, flags={"registry": registry}), name="you") as mesh:
        await until(lambda: set(TEAM) <= {one.card.name for one in mesh.agents() if one.instances}, 15)
        yield mesh


def one(spans, operation, **tags):
    (found,) = [
        span
        for span in spans
        if span["operationName"] == operation and all(span["tags"].get(key) == tags[key] for key in tags)
    ]
    return found


async def test_a_chain_over_four_processes_is_one_trace_with_right_parents(jaeger):
    async with team(jaeger) as registry, client(registry) as mesh:
        reply = await mesh.delegate(
            "reception-bot", "The internet was down. Do I get a refund?", context={"customer": 17}
        )
    spans = await jaeger.trace(reply.trace_id, 6)
    assert {span["traceID"] for span in spans} == {reply.trace_id}
    assert {span["service"] for span in spans} == {"you", "reception-bot", "tech-support-bot", "billing-bot"}
    by_id = {span["spanID"]: span for span in spans}
    path = []
    span = one(spans, "botmesh.v1.AgentService/Delegate", **{"span.kind": "server", "botmesh.agent": "billing-bot"})
    assert span["tags"]["botmesh.path"] == json.dumps(["reception-bot", "tech-support-bot"], separators=(",", ":"))
    assert span["tags"]["botmesh.hop"] == 2
    while span is not None:
        path.append((span["service"], span["tags"]["span.kind"]))
        span = by_id.get(span["parent"])
    assert path == [
        ("billing-bot", "server"),
        ("tech-support-bot", "client"),
        ("tech-support-bot", "server"),
        ("reception-bot", "client"),
        ("reception-bot", "server"),
        ("you", "client"),
    ]


@pytest.mark.languages
@pytest.mark.timeout(300)
async def test_a_chain_over_all_languages_is_one_trace(jaeger):
    chain = ["python", "go", "node", "java", "python"]
    names = [f"{language}-{place}" for place, language in enumerate(chain)]
    commands = [shlex.split(scripted(language)) for language in chain]
    script: list = [{"op": "report"}]
    for name in reversed(names[1:]):
        script = [{"op": "delegate", "to": name, "text": "go", "context": {"script": script}}]
    async with AsyncExitStack() as stack:
        mesh = await Process("up").start(
            *("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json"), OTEL_EXPORTER_OTLP_ENDPOINT=jaeger.otlp
        )
        stack.push_async_callback(_kill, mesh)
        registry = json.loads(mesh.ready)["registry"]
        for name, command in zip(names, commands, strict=True):
            process = AgentProcess(shlex.join(command))
            await process.start(
                {"BOTMESH_REGISTRY": registry, "BOTMESH_KIT_NAME": name, "OTEL_EXPORTER_OTLP_ENDPOINT": jaeger.otlp}
            )
            stack.push_async_callback(process.stop)
            stack.push_async_callback(_drain, process)  # which sends what is not sent yet
        settings = load(environ={}, flags={"registry": registry})
        async with botmesh.connect(settings=settings, name="you") as mesh_client:
            await until(lambda: set(names) <= {one.card.name for one in mesh_client.agents() if one.instances}, 30)
            reply = await mesh_client.delegate(names[0], "go", context={"script": script})
    seen = from_value(reply.parts[0].data)
    while "results" in seen:
        assert seen["results"][0]["ok"], seen
        seen = seen["results"][0]["data"]
    assert seen["path"] == names[:-1]
    assert seen["trace_id"] == reply.trace_id
    spans = await jaeger.trace(reply.trace_id, 2 * len(names))
    by_id = {span["spanID"]: span for span in spans}
    span = one(spans, "botmesh.v1.AgentService/Delegate", **{"span.kind": "server", "botmesh.agent": names[-1]})
    way = []
    while span is not None:
        way.append((span["service"], span["tags"]["span.kind"], span["tags"]["botmesh.hop"]))
        span = by_id.get(span["parent"])
    callers = ["you", *names]
    expected = [
        entry
        for hop, (caller, callee) in enumerate(zip(callers, names, strict=False))
        for entry in ((caller, "client", hop), (callee, "server", hop))
    ]
    assert way == expected[::-1]
    assert not any("error" in span["tags"] for span in spans)


async def _drain(process):
    process.signal(signal.SIGTERM)
    await until(lambda: not process.running, 15)


async def test_a_refusal_and_a_failure_are_marked_as_errors(jaeger):
    async with team(jaeger) as registry, client(registry) as mesh:
        with pytest.raises(errors.AgentFailed) as failed:
            await mesh.delegate("billing-bot", "What is invoice 1 for?", context={"customer": 17})
        with pytest.raises(errors.UnknownAgent) as refused:
            await mesh.delegate("biling-bot", "What is invoice 1 for?")
    for error, reason, count in ((failed.value, "AGENT_FAILED", 2), (refused.value, "UNKNOWN_AGENT", 1)):
        spans = await jaeger.trace(error.trace_id, count)
        assert [span["tags"]["error"] for span in spans] == [True] * count
        assert {span["tags"]["botmesh.reason"] for span in spans} == {reason}


async def test_a_transfer_links_both_owners_turns(jaeger):
    async with team(jaeger) as registry, client(registry), grpc.aio.insecure_channel(registry) as channel:
        stub = ConversationServiceStub(channel)
        request = api.PostRequest(contact_id="anna", payload=[botmesh.text("I was charged twice")])
        request.context.update({"customer": "17"})
        accepted = None
        async for response in stub.Post(request, timeout=30):
            accepted = accepted or response.accepted
        traces = set()
        async for response in stub.WatchConversations(
            api.WatchConversationsRequest(conversation_id=accepted.conversation_id)
        ):
            if response.event.HasField("owner_changed"):
                traces.add(response.event.trace_id)
            if response.event.HasField("turn_finished") and response.event.turn_finished.agent:
                break
    (trace_id,) = traces
    spans = await jaeger.trace(trace_id, 9)
    by_id = {span["spanID"]: span for span in spans}
    transfer = one(spans, "transfer billing-bot")
    first, second = one(spans, "turn reception-bot"), one(spans, "turn billing-bot")
    offer = one(spans, "botmesh.v1.AgentService/Transfer")
    assert transfer["tags"]["botmesh.transfer.reason"] == "a dispute"
    assert first["parent"] == ""
    assert second["parent"] == transfer["spanID"]
    assert offer["service"] == "billing-bot"
    assert by_id[offer["parent"]]["parent"] == transfer["spanID"]
    assert {span["tags"]["botmesh.conversation_id"] for span in (first, transfer, second)} == {accepted.conversation_id}
