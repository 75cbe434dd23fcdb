"""`botmesh conformance`: what it prints, where it writes, how it refuses."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import botmesh
from botmesh import testing
from tests.conformance.conftest import SCRIPTED, WRONG


async def test_all_passed_is_exit_code_0_and_a_line_for_each_group(conformance):
    code, out, _ = await conformance("--command", SCRIPTED, "--case", "hops/depth-*", "--case", "plain/text")
    assert code == 0
    groups = [line.split() for line in out.splitlines()[:2]]
    assert [group[0] for group in groups] == ["hops", "plain"]
    assert out.splitlines()[-1].endswith(" passed")


async def test_a_failure_is_exit_code_1_and_says_what_was_expected_and_what_came(conformance):
    code, out, _ = await conformance("--command", f"{WRONG} tells_its_bugs", "--case", "errors/bug")
    assert code == 1
    assert "failed errors/bug" in out
    assert "expected" in out
    assert out.splitlines()[-1] == "1 failed"


async def test_junit_is_a_suite_for_each_group(conformance, tmp_path):
    code, out, _ = await conformance(
        "--command", SCRIPTED, "--case", "plain/*", "--format", "junit", "--output", "r.xml"
    )
    assert (code, out) == (0, "")
    (suite,) = ET.parse(tmp_path / "r.xml").getroot()  # noqa: S314 - our own
    assert suite.get("name") == "plain"
    assert suite.get("failures") == "0"
    assert int(suite.get("tests")) == len(suite) > 10


async def test_the_list_names_every_case_with_what_it_proves(conformance):
    code, out, _ = await conformance("--list", "--json")
    listed = json.loads(out)
    assert code == 0
    assert len(listed) >= 250
    assert all(case["title"] for case in listed)
    code, text, _ = await conformance("--list")
    assert text.splitlines()[-1] == f"{len(listed)} cases"


async def test_an_agent_that_runs_already_in_no_mesh_is_held_to_what_needs_none(outcomes):
    async with testing.mesh(_echo()) as mesh:
        (instance,) = next(one for one in mesh.agents() if one.card.name == "echo-bot").instances
        cases = "plain/health", "target/wrong-agent", "errors/bug", "hops/caller-at-5", "kill/mid-call"
        options = (word for case in cases for word in ("--case", case))
        found = await outcomes("--agent", instance.address, "--registry", "127.0.0.1:1", *options)
    assert found["plain/health"][0] == "passed"
    assert found["target/wrong-agent"][0] == "passed"
    assert found["errors/bug"][0] == "failed", "it is no scripted bot"
    assert found["hops/caller-at-5"] == ("left_out", "needs the agent in a registry that answers (--registry)")
    assert found["kill/mid-call"][0] == "left_out"


async def test_wrong_usage_says_what_to_do(conformance):
    for words, text in (
        ((), "either --command COMMAND or --agent IP:PORT"),
        (("--command", "x", "--agent", "127.0.0.1:1"), "either --command COMMAND or --agent IP:PORT"),
        (("--command", SCRIPTED, "--case", "nothing/*"), "`botmesh conformance --list` names all"),
        (("--agent", "nowhere"), "nowhere"),
        (("--command", SCRIPTED, "--output", "/nowhere/at/all.xml"), "/nowhere/at"),
    ):
        code, out, err = await conformance(*words)
        assert (code, out) == (2, "")
        assert text in err


@pytest.mark.alone
async def test_without_an_agent_it_says_so_at_once(conformance):
    for words, text in (
        (("--command", "no-such-program"), "no-such-program cannot be started"),
        (("--command", f"{sys.executable} -c 'raise SystemExit(3)'"), "exit code 3"),
        (("--agent", "127.0.0.1:1"), "127.0.0.1:1 answers GetCard with UNAVAILABLE"),
    ):
        async with asyncio.timeout(15):
            code, out, err = await conformance(*words, "--case", "plain/text")
        assert (code, out) == (1, "")
        assert text in err
        assert "Traceback" not in err


@pytest.mark.alone
async def test_ctrl_c_leaves_no_process_behind(tmp_path):
    mark = f"KIT_TEST_{os.getpid()}"
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "botmesh_cli", "conformance", "--command", SCRIPTED),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, mark: "1"},
        cwd=tmp_path,
    )
    await asyncio.sleep(3)
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert [process.name for process in Path("/proc").glob("[0-9]*") if _has(process, mark)] == []


def _has(process, mark):
    try:
        return mark.encode() in (process / "environ").read_bytes()
    except OSError:
        return False


def _echo():
    agent = botmesh.Agent("echo-bot")

    @agent.on_delegate
    async def echo(task: botmesh.Task) -> botmesh.Reply:
        return botmesh.Reply(task.parts)

    return agent
