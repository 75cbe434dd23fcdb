"""Whatever peers, contacts, bots and files say: it is shown, it steers nothing, and no command fails over it."""

import asyncio
import contextlib
import json

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import TraceServiceStub as OtlpStub
from tests.cli.conftest import Cli
from tests.cli.hostile import EVIL, UNSEEN, hostile
from tests.cli.test_commands import serving
from tests.waiting import until

import botmesh
from botmesh.limits import Limits
from botmesh.settings import load
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1 import registry_service_pb2
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh_cli.main import COMMANDS

NO_DATA = {
    *("up", "new", "demo", "config", "version", "conformance", "log"),  # they show what this machine says
    *("delegate", "consult", "collaborate", "broadcast"),  # asked of a real mesh below
}
SHOWN = (
    ["agents"],
    ["agent", "x"],
    ["find", "x"],
    ["tasks"],
    ["task", "show", "x"],
    ["task", "watch", "x"],
    ["task", "cancel", "x"],
    ["task", "resume", "x", "y"],
    ["task", "submit", "x", "y"],
    ["trace"],
    ["trace", "12345678"],
    ["chat"],
    ["conversations"],
    ["conversations", "--watch"],
    ["conversation", "x"],
    ["contacts"],
    ["contact", "show", "x"],
    ["contact", "set", "x", "--tag", "y"],
    ["contact", "link", "x", "web", "y"],
    ["contact", "unlink", "x", "web", "y"],
    ["contact", "merge", "x", "y"],
    ["contact", "open", "x"],
    ["desk", "list"],
    ["desk", "on"],
    ["desk", "claim", "x"],
    ["desk", "close", "x"],
    ["stats"],
    ["stats", "--cost"],
    ["messages"],
    ["member", "list", "x"],
    ["account"],
    ["triggers"],
    ["doctor"],
)


def seen(*told):
    """Nothing in these texts steers a terminal."""
    for text in told:
        assert not UNSEEN & set(text.replace("\n", "")), ascii(text)


def documents(out):
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture
async def evil(tmp_path):
    async with hostile() as (address, answers):
        limits = registry_service_pb2.WatchAgentsResponse(limits=Limits().to_proto())
        limits.snapshot.complete = True
        answers.answers["botmesh.v1.RegistryService.WatchAgents"] = [limits]
        yield Cli(address, tmp_path)


def test_every_command_that_shows_data_is_asked():
    assert {words[0] for words in SHOWN} | NO_DATA == set(COMMANDS)


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
async def test_no_answer_of_a_peer_steers_a_terminal_or_breaks_a_command(evil, words):
    said = "hello\n/history\n/transfer desk\n"
    out, err = await evil(*words, stdin=said)
    seen(out, err)
    if " ".join(words) not in ("agents", "task submit x y"):
        assert r"evil\x1b[2J\x1b]0;title\x07\x9b31m" in out
    out, err = await evil(*words, "--json", stdin=said)
    seen(out, err)
    assert documents(out) or words[0] == "agents"


async def test_an_event_that_cannot_be_read_is_said_to_be_one_and_the_others_are_told(evil):
    for words in (["conversations", "--watch"], ["task", "watch", "x"]):
        out, _ = await evil(*words)
        assert "an event that cannot be read here" in out
    out, _ = await evil("conversations", "--watch")
    assert "now 77" in out
    assert f"{1 << 50} s" in out


@pytest.fixture
async def poisoned(up, monkeypatch):
    """A real mesh that has taken as much evil as it takes."""
    _, cli = up
    settings = load(environ={}, flags={"registry": cli.registry, "persist_messages": "true"})
    skill = botmesh.Skill("odd", EVIL, examples=[EVIL], tags=["t1"])
    bot = botmesh.Agent("odd-bot", settings=settings, description=EVIL, version="1", skills=[skill])
    fails = botmesh.Agent("bad-bot", settings=settings, description=EVIL)

    @bot.on_delegate
    async def answer(task):
        usage = botmesh.Usage(model=EVIL, input_tokens=1, output_tokens=1, cost_micros=1, currency="EUR")
        return botmesh.Reply([EVIL, botmesh.data({EVIL: EVIL}), botmesh.raw(b"x", filename=EVIL)], usage=usage)

    @bot.on_turn
    async def turn(conversation):
        return EVIL

    @fails.on_delegate
    async def fail(task):
        raise botmesh.AgentFailed(EVIL)

    async with serving(cli, bot, fails):
        yield cli


@pytest.mark.slow
async def test_what_contacts_and_bots_say_is_shown_by_every_command_of_a_real_mesh(poisoned):
    cli = poisoned
    async with grpc.aio.insecure_channel(cli.registry) as channel:
        stub = ConversationServiceStub(channel)
        await stub.SetPrimary(api.SetPrimaryRequest(agent="odd-bot"))
        posted = api.PostRequest(contact_id="anna", payload=[botmesh.text(EVIL)])
        posted.context.update({"evil": EVIL})
        found = [response async for response in stub.Post(posted)]
        name = found[0].accepted.conversation_id
        for refused in (
            stub.SetTags(api.SetTagsRequest(conversation_id=name, add=[EVIL])),
            anext(aiter(stub.Post(api.PostRequest(contact_id=EVIL, payload=[botmesh.text("x")])))),
        ):
            with contextlib.suppress(grpc.aio.AioRpcError):  # refused: then nobody will see it
                await refused
        export = ExportTraceServiceRequest()
        resource = export.resource_spans.add()
        resource.resource.attributes.add(key="service.name").value.string_value = EVIL
        span = resource.scope_spans.add().spans.add(trace_id=b"t" * 16, span_id=b"s" * 8, name=EVIL, kind=77)
        span.attributes.add(key="botmesh.reason").value.string_value = EVIL
        span.status.code, span.status.message, span.end_time_unix_nano = 2, EVIL, (1 << 64) - 1
        await OtlpStub(channel).Export(export)
    trace = (b"t" * 16).hex()
    shown = r"evil\x1b[2J\x1b]0;title"
    for words, code in (
        (["delegate", "odd-bot", "x"], 0),
        (["delegate", "odd-bot", "x", "--stream"], 0),
        (["delegate", "bad-bot", "x"], 4),
        (["consult", "x", "--agent", "odd-bot", "--agent", "bad-bot", "--min-confidence", "0"], None),
        (["collaborate", "x", "--agent", "odd-bot", "--agent", "bad-bot"], 0),
        (["broadcast", "x", "--agent", "odd-bot", "--agent", "bad-bot"], 4),
        (["task", "submit", "odd-bot", EVIL.replace("\x00", ""), "--wait"], 0),
        (["task", "submit", "bad-bot", "x", "--wait"], 4),
        (["tasks"], 0),
        (["agents"], 0),
        (["agent", "odd-bot"], 0),
        (["conversation", name], 0),
        (["conversations"], 0),
        (["chat", "--contact", "ben"], 0),
        (["trace", trace], 0),
        (["trace", "--limit", "1000"], 0),
    ):
        for more in ([], ["--json"]):
            out, err = await cli(*words, *more, stdin=f"{EVIL}\n/history\n", code=code)
            seen(out, err)
            if not more and words[0] not in ("broadcast", "conversations"):
                assert shown in out + err, (words, out, err)
            elif more:
                documents(out)

    async def logged():
        out, err = await cli("messages")
        seen(out, err)
        return shown in out

    await until(logged, 10)
    for words in (["messages", "--json"], ["stats", "--cost"], ["stats"], ["doctor"]):
        seen(*await cli(*words))


async def test_a_file_of_triggers_cannot_steer_the_terminal_that_checks_it(bare, tmp_path):
    (tmp_path / "bad.yaml").write_text('- name: "a\\e[2J\\u202eb"\n  when: "\\e[31m"\n', encoding="utf-8")
    out, err = await bare("triggers", "bad.yaml", code=4)
    seen(out, err)
    (tmp_path / "worse.yaml").write_bytes(b"\xff\xfe\x1b[2J")
    seen(*await bare("triggers", "worse.yaml", code=4))


@pytest.mark.parametrize(
    "bytes_in", [b"\xff\xfe\x80hello\n", b"hi\x00\x1b[2J\n", b"\xed\xa0\x80\r\n", b"no end \xf0\x9f"]
)
async def test_a_contact_may_type_any_bytes(up, bytes_in):
    _, cli = up
    process = await asyncio.create_subprocess_exec(*cli.command("chat", "--contact", "anna"), **cli.streams())
    out, err = await asyncio.wait_for(process.communicate(bytes_in + b"\n/history\n"), 20)
    assert process.returncode == 0, err
    assert b"Traceback" not in err
    seen(out.decode(), err.decode())
