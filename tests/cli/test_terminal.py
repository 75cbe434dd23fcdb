"""What a person and a program get where things are odd: hostile names, input that is no text, wrong usage."""

import asyncio
import json
import os
import pty
import sys

import pytest
from tests.cli.test_commands import bot, serving
from tests.mesh.processes import Process, _kill

import botmesh


async def on_a_terminal(cli, *words):
    """Everything that the command prints on a terminal, and its exit code."""
    mine, its = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "botmesh_cli",
            *words,
            stdin=its,
            stdout=its,
            stderr=its,
            env={**os.environ, "BOTMESH_REGISTRY": cli.registry or "127.0.0.1:1", "NO_COLOR": "1", "COLUMNS": "100"},
            cwd=cli.folder,
        )
        code = await asyncio.wait_for(process.wait(), 20)
        return os.read(mine, 65536).decode(), code
    finally:
        os.close(its)
        os.close(mine)


async def test_what_agents_say_of_themselves_is_shown_as_written(up):
    _, cli = up
    skill = botmesh.Skill("odd", "does [x] and [/y]", examples=["[bold]hi"])
    odd = bot(cli, "odd-bot", description="Weird [/nothing] [red] \x1b[2Jcleared", version="[1]", skills=[skill])
    async with serving(cli, odd):
        for words in (["agents"], ["agent", "odd-bot"]):
            out, _ = await cli(*words)
            assert r"Weird [/nothing] [red] \x1b[2Jcleared" in out
            assert "[1]" in out
        assert "does [x] and [/y]" in out
        assert "[bold]hi" in out


async def test_an_answer_cannot_steer_the_terminal_and_reaches_a_program_in_json_as_it_is(up):
    _, cli = up

    async def answers(task):
        return "\x1b]0;title\x07two\nlines"

    async def fails(task):
        raise botmesh.AgentFailed("No invoice [17]: \x1b[2Jask [/again]")

    async with serving(cli, bot(cli, function=answers), bot(cli, "bad-bot", function=fails)):
        out, code = await on_a_terminal(cli, "delegate", "shout-bot", "x")
        assert code == 0
        assert "\\x1b]0;title\\x07two\r\nlines\r\n" in out
        assert (await cli("delegate", "shout-bot", "x"))[0] == "\\x1b]0;title\\x07two\nlines\n"
        out, _ = await cli("delegate", "shout-bot", "x", "--json")
        assert json.loads(out)["text"] == "\x1b]0;title\x07two\nlines"
        out, code = await on_a_terminal(cli, "delegate", "bad-bot", "x")
        assert code == 4
        assert r"No invoice [17]: \x1b[2Jask [/again]" in out


async def test_a_terminal_is_not_read_for_a_text_that_is_missing(bare):
    out, code = await on_a_terminal(bare, "delegate", "shout-bot")
    assert code == 2
    assert "Missing TEXT" in out


async def test_what_is_no_text_is_wrong_usage(bare):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "botmesh_cli", "delegate", "shout-bot", stdin=-1, stderr=-1, cwd=bare.folder
    )
    _, err = await asyncio.wait_for(process.communicate(b"\xff\xfe"), 20)
    assert (process.returncode, b"no UTF-8" in err, b"Traceback" in err) == (2, True, False)
    _, err = await bare("delegate", "shout-bot", os.fsdecode(b"a\xff"), code=2)
    assert "no UTF-8" in err
    _, err = await bare("delegate", "shout-bot", "x", "--context-json", '{"a": NaN}', code=2)
    assert "NaN" in err


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["agnets"], "Did you mean agents"),
        (["agents", "--registy", "x"], "--registry"),
        (["up", "--bind", "nonsense"], "127.0.0.1:7600"),
        (["trace", "0" * 32, "--last", "1"], "not both"),
    ],
)
async def test_wrong_usage_is_json_for_programs(bare, words, expected):
    _, err = await bare(*words, code=2)
    assert expected in err
    _, err = await bare(*words, "--json", code=2)
    error = json.loads(err)["error"]
    assert (error["reason"], error["code"], error["started"]) == ("USAGE", "INVALID_ARGUMENT", False)
    assert expected in error["text"]


async def test_a_port_or_a_folder_that_somebody_has_is_a_failure(up, bare):
    process, cli = up
    folder = json.loads(process.ready)["data"]
    for words, variables in (
        (["up", "--bind", cli.registry], {}),
        (["up", "--bind", "127.0.0.1:0"], {"BOTMESH_DATA_DIR": folder}),
    ):
        _, err = await bare(*words, env=variables, code=4)
        assert len(err.strip().splitlines()) == 1
        _, err = await bare(*words, "--json", env=variables, code=4)
        assert json.loads(err)["error"]["text"]


async def test_a_full_disk_is_one_sentence(bare):
    script = f"{sys.executable} -m botmesh_cli config > /dev/full"
    process = await asyncio.create_subprocess_exec("bash", "-c", script, stderr=-1, cwd=bare.folder)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 4
    assert err.startswith(b"failed: ")
    assert b"Traceback" not in err


async def test_watching_through_a_pipe_shows_each_change(up):
    _, cli = up
    process = await Process("watch").start("-m", "botmesh_cli", "agents", "--watch", BOTMESH_REGISTRY=cli.registry)
    try:
        assert "No agents yet" in process.ready
        async with serving(cli, bot(cli)):
            async with asyncio.timeout(5):
                while b"1 ready" not in await process._process.stdout.readline():
                    pass
    finally:
        await _kill(process)


async def test_the_newest_traces_are_drawn_newest_first(up):
    _, cli = up
    async with serving(cli, bot(cli)):
        ids = [json.loads((await cli("delegate", "shout-bot", "x", "--json"))[0])["trace_id"] for _ in range(3)]
        async with asyncio.timeout(5):
            while len(json.loads((await cli("trace", "--json"))[0])) < 3:
                await asyncio.sleep(0.1)
        out, _ = await cli("trace", "--last", "2")
        assert [line.split()[1] for line in out.splitlines() if line.startswith("trace ")] == [ids[2], ids[1]]
        spans = json.loads((await cli("trace", "--last", "--json"))[0])
        assert {span["trace_id"] for span in spans} == {ids[2]}


async def test_settings_are_shown_as_they_may_be_written(bare):
    out, _ = await bare("config", env={"BOTMESH_REGISTRY": "[fe80::1]:7600", "BOTMESH_CONNECT_TIMEOUT": "500ms"})
    shown = {line.split()[0]: line.split()[1] for line in out.splitlines()[1:]}
    assert (shown["registry"], shown["connect_timeout"]) == ("[fe80::1]:7600", "0.5s")
    assert (shown["max_message_bytes"], shown["enabled"]) == ("1MiB", "true")
    assert (await bare("config", "max_message_bytes"))[0] == "1048576\n"
    assert (await bare("config", "default-timeout"))[0] == "30\n"
