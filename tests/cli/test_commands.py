"""The command line as a person and as a program meet it, against a real mesh."""

import asyncio
import json
import signal
import sys
from contextlib import asynccontextmanager

import pytest
from tests.mesh.processes import Process, _kill

import botmesh
from botmesh.settings import load


@asynccontextmanager
async def serving(cli, *agents):
    """Agents in this process, listed in the mesh that `cli` talks to."""
    for agent in agents:
        await agent.start()
    try:
        for agent in agents:
            await asyncio.wait_for(agent.listed(), 10)
        yield
    finally:
        for agent in agents:
            await agent.stop(drain=False)


def bot(cli, name="shout-bot", function=None, **options):
    agent = botmesh.Agent(
        name, settings=load(environ={}, flags={"registry": cli.registry, "orphan_grace": "60"}), **options
    )

    @agent.on_delegate
    async def shout(task):
        return task.text.upper()

    if function is not None:
        agent.on_delegate(function)
    return agent


async def test_up_says_what_runs_and_stops_cleanly(up):
    process, cli = up
    facts = json.loads(process.ready)
    assert facts["registry"] == facts["traces"] == cli.registry
    assert await process.stop(signal.SIGTERM) == 0
    assert "Traceback" not in process.log()


async def test_up_in_words_names_the_next_step():
    process = await Process("up").start("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0")
    try:
        rest = await asyncio.wait_for(process._process.stdout.read(400), 5)
        assert "registry" in rest.decode()
        assert await process.stop(signal.SIGINT) == 0
    finally:
        await _kill(process)


async def test_a_port_in_use_is_one_clear_sentence(up):
    _, cli = up
    _, err = await cli("up", "--bind", cli.registry, code=4)
    assert "in use" in err
    assert len(err.strip().splitlines()) == 1


async def test_an_empty_mesh_says_how_to_start_a_bot(up):
    _, cli = up
    out, _ = await cli("agents")
    assert "No agents yet" in out
    assert json.loads((await cli("agents", "--json"))[0]) == []
    assert "No traces yet" in (await cli("trace", "--last"))[0]


async def test_agents_and_one_agent(up):
    _, cli = up
    skill = botmesh.Skill("shout", "Says it louder", examples=["louder please"], idempotent=True)
    async with serving(cli, bot(cli, skills=[skill], description="Shouts", version="1.2")):
        out, _ = await cli("agents")
        assert "shout-bot" in out
        assert "1 ready" in out
        (found,) = json.loads((await cli("agents", "--json"))[0])
        assert found["card"]["name"] == "shout-bot"
        out, _ = await cli("agent", "shout-bot")
        for word in ("shout-bot", "1.2", "Shouts", "louder please", "127.0.0.1:", "ready", "yes"):
            assert word in out
        _, err = await cli("agent", "shot-bot", code=3)
        assert "Did you mean shout-bot?" in err


async def test_watching_agents_as_json_gives_a_line_per_change(up):
    _, cli = up
    process = await Process("watch").start(
        "-m", "botmesh_cli", "agents", "--watch", "--json", BOTMESH_REGISTRY=cli.registry
    )
    try:
        assert json.loads(process.ready) == []
        async with serving(cli, bot(cli)):
            line = await asyncio.wait_for(process._process.stdout.readline(), 5)
            while not json.loads(line):
                line = await asyncio.wait_for(process._process.stdout.readline(), 5)
            assert json.loads(line)[0]["card"]["name"] == "shout-bot"
        assert await process.stop(signal.SIGINT) == 130
        assert "Traceback" not in process.log()
    finally:
        await _kill(process)


async def test_delegate_prints_the_answer_and_nothing_else_on_standard_output(up):
    _, cli = up
    async with serving(cli, bot(cli)):
        out, err = await cli("delegate", "shout-bot", "hello there")
        assert out == "HELLO THERE\n"
        assert "shout-bot" in err
        assert "trace" in err
        assert (await cli("delegate", "shout-bot", stdin="from a pipe\n"))[0] == "FROM A PIPE\n"
        assert (await cli("delegate", "shout-bot", "-", stdin="ü"))[0] == "Ü\n"
        found = json.loads((await cli("delegate", "shout-bot", "x", "--json"))[0])
        assert (found["text"], found["agent"]) == ("X", "shout-bot")


async def test_delegate_passes_context_skill_and_conversation(up):
    _, cli = up

    async def tells(task):
        return {"context": task.context, "skill": task.skill, "conversation": task.conversation_id}

    async with serving(cli, bot(cli, function=tells)):
        words = [
            "--context",
            "customer=17",
            "--context-json",
            '{"deep": {"n": 1}}',
            "--skill",
            "s",
            "--conversation",
            "c",
        ]
        found = json.loads((await cli("delegate", "shout-bot", "x", *words, "--json"))[0])
    assert found["parts"][0]["data"] == {
        "context": {"customer": "17", "deep": {"n": 1}},
        "skill": "s",
        "conversation": "c",
    }


async def test_delegate_streams(up):
    _, cli = up

    async def counts(task):
        yield botmesh.progress("counting", 0.5)
        for number in range(3):
            yield f"{number} "

    async with serving(cli, bot(cli, function=counts)):
        out, err = await cli("delegate", "shout-bot", "x", "--stream")
        assert out == "0 1 2 \n"
        assert "counting (50%)" in err
        lines = [
            json.loads(line) for line in (await cli("delegate", "shout-bot", "x", "--stream", "--json"))[0].splitlines()
        ]
        assert "".join(line["text"] for line in lines[:-1]) == "0 1 2 "
        assert lines[-1]["text"] == "0 1 2 "


async def test_exit_codes_tell_usage_refusal_and_failure_apart(up):
    _, cli = up

    async def fails(task):
        raise botmesh.AgentFailed("No invoice 17")

    async with serving(cli, bot(cli, function=fails)):
        await cli("delegate", "shout-bot", "x", "--timeout", "soon", code=2)
        await cli("delegate", "shout-bot", "x", "--context", "nothing", code=2)
        await cli("delegate", "shout-bot", "x", "--context-json", "[]", code=2)
        await cli("delegate", "Shout", "x", code=3)
        _, err = await cli("delegate", "shuot-bot", "x", code=3)
        assert "Did you mean shout-bot?" in err
        await cli("delegate", "shout-bot", "x", "--timeout", "400", code=3)
        _, err = await cli("delegate", "shout-bot", "x", code=4)
        assert "No invoice 17" in err
        assert "botmesh trace" in err
        _, err = await cli("delegate", "shout-bot", "x", "--json", code=4)
        error = json.loads(err)["error"]
        assert (error["reason"], error["code"], error["agent"]) == ("AGENT_FAILED", "FAILED_PRECONDITION", "shout-bot")


async def test_without_a_mesh_the_error_names_the_next_step(bare):
    for words in (["agents"], ["agent", "x"], ["delegate", "x", "y"], ["trace", "--last"]):
        _, err = await bare(*words, "--registry", "127.0.0.1:1", code=3)
        assert "botmesh up" in err


async def test_ctrl_c_cancels_the_callee(up):
    _, cli = up
    began, ended = asyncio.Event(), asyncio.Event()

    async def waits(task):
        began.set()
        try:
            await asyncio.sleep(20)
        finally:
            ended.set()

    async with serving(cli, bot(cli, function=waits)):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "botmesh_cli",
            "delegate",
            "shout-bot",
            "x",
            "--registry",
            cli.registry,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await asyncio.wait_for(began.wait(), 10)
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(ended.wait(), 10)
        _, err = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 130
        assert b"Traceback" not in err


async def test_a_trace_is_drawn_as_a_tree(up):
    _, cli = up

    async def asks(task):
        return await task.delegate("leaf-bot", task.text)

    async def fails(task):
        raise botmesh.AgentFailed("no")

    async with serving(cli, bot(cli, "top-bot", asks), bot(cli, "leaf-bot"), bot(cli, "bad-bot", fails)):
        found = json.loads((await cli("delegate", "top-bot", "x", "--json"))[0])
        await asyncio.sleep(1)
        out, _ = await cli("trace", found["trace_id"][:8])
        lines = out.splitlines()
        assert found["trace_id"] in lines[0]
        assert "2 calls, 2 agents" in lines[0]
        assert "botmesh-cli → top-bot" in lines[1]
        assert lines[2].startswith("    └── top-bot → leaf-bot")
        assert lines[2].rstrip().endswith("ok")
        spans = json.loads((await cli("trace", found["trace_id"], "--json"))[0])
        assert len(spans) == 4
        assert {span["service"] for span in spans} == {"botmesh-cli", "top-bot", "leaf-bot"}

        await cli("delegate", "bad-bot", "x", code=4)
        await cli("delegate", "none-bot", "x", code=3)
        await asyncio.sleep(1)
        assert "refused: unknown agent" in (await cli("trace", "--last"))[0]
        listed, _ = await cli("trace")
        assert "agent failed" in listed
        assert "unknown agent" in listed
        assert len(json.loads((await cli("trace", "--json", "--limit", "2"))[0])) == 2

    _, err = await cli("trace", "0" * 32, code=3)
    assert "botmesh trace" in err
    await cli("trace", "abc", code=3)
    await cli("trace", "0" * 32, "--last", code=2)


async def test_config_shows_values_and_where_they_come_from(bare):
    out, _ = await bare("config", env={"BOTMESH_MAX_HOPS": "3"})
    assert "environment BOTMESH_MAX_HOPS" in out
    assert "built-in" in out
    assert (await bare("config", "max-hops", env={"BOTMESH_MAX_HOPS": "3"}))[0] == "3\n"
    found = json.loads((await bare("config", "--json"))[0])
    assert found["max_hops"] == {"value": 5, "source": "built-in"}


async def test_unknown_things_suggest_the_nearest(bare):
    for words, environment, expected in (
        (["agnets"], {}, "agents"),
        (["config", "max_hop"], {}, "max_hops"),
        (["config"], {"BOTMESH_MAX_HOP": "3"}, "BOTMESH_MAX_HOPS"),
        (["agents", "--registy", "x"], {}, "--registry"),
    ):
        _, err = await bare(*words, env=environment, code=2)
        assert f"{expected}" in err, err


async def test_a_settings_file_is_read_and_checked(bare):
    path = bare.folder / "botmesh.toml"
    path.write_text('max_hops = 2\nregistry = "127.0.0.1:9999"\n')
    found = json.loads((await bare("config", "--json"))[0])
    assert found["max_hops"]["value"] == 2
    assert "botmesh.toml" in found["registry"]["source"]
    path.write_text("max_hop = 2\n")
    _, err = await bare("config", code=2)
    assert "max_hops" in err
    path.write_text("this is not toml")
    await bare("config", code=2)
    await bare("config", "--config", "missing.toml", code=2)


async def test_version_and_help(bare):
    assert (await bare("version"))[0].startswith("botmesh 0.1.0\n")
    assert set(json.loads((await bare("version", "--json"))[0])) >= {"botmesh", "python", "grpcio"}
    out, _ = await bare("--help")
    for command in ("up", "agents", "agent", "delegate", "trace", "config", "version", "demo"):
        assert f"  {command} " in out
    assert "Exit codes" in out
    for command in ("up", "agents", "delegate", "trace", "config"):
        assert "--json" in (await bare(command, "--help"))[0]


@pytest.mark.parametrize("words", [["config"], ["config", "--json"]])
async def test_a_reader_that_leaves_hears_no_complaint(bare, words):
    script = f"{sys.executable} -m botmesh_cli {' '.join(words)} | true"
    process = await asyncio.create_subprocess_exec(
        "bash", "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=bare.folder
    )
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert err == b""
