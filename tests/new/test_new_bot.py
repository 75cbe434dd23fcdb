"""`botmesh new bot`: what it writes builds, runs, joins a mesh, answers, and keeps the contract."""

import asyncio
import os
import subprocess
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.languages import CLIENTS, LANGUAGES, scripted
from tests.mesh.processes import team
from tests.waiting import until

import botmesh
from botmesh.settings import load
from botmesh_conformance.processes import AgentProcess

ROOT = CLIENTS.parent
BUILDS = {
    "python": [],
    "go": [["go", "mod", "tidy"], ["go", "build", "-o", "bin/", ".", "./kit"]],
    "node": [["npm", "install", "--silent", "--no-audit", "--no-fund"]],
    "java": [["mvn", "-q", "-B", "-DskipTests", "-f", str(CLIENTS / "java"), "install"], ["./build"]],
}
RUNS = {
    "python": (f"{sys.executable} bot.py", f"{sys.executable} kit.py"),
    "go": ("bin/count-bot", "bin/kit"),
    "node": ("node bot.js", "node kit.js"),
    "java": ("./run Bot", "./run Kit"),
}


def new(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "botmesh_cli", "new", "bot", *words],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    )


@pytest.mark.alone  # the kit measures time
@pytest.mark.timeout(400)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_builds_runs_joins_answers_and_keeps_the_contract(language, tmp_path, monkeypatch):
    scripted(language)  # its SDK is built
    assert new(tmp_path, "count-bot", "--language", language, "--sdk", str(ROOT)).returncode == 0
    project = tmp_path / "count-bot"
    monkeypatch.chdir(project)
    for command in BUILDS[language]:
        done = await asyncio.to_thread(subprocess.run, command, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    bot, kit = RUNS[language]
    async with AsyncExitStack() as stack:
        mesh_processes = await stack.enter_async_context(team())
        process = AgentProcess(bot)
        await process.start({"BOTMESH_REGISTRY": mesh_processes.address})
        stack.push_async_callback(process.stop)
        settings = load(environ={}, flags={"registry": mesh_processes.address})
        mesh = await stack.enter_async_context(botmesh.connect(settings=settings))
        await until(lambda: any(one.card.name == "count-bot" and one.instances for one in mesh.agents()), 20)
        assert (await mesh.delegate("count-bot", "four")).text == "That is 4 letters long."
    groups = ("plain/*", "hops/*", "retry/*", "turns/*")
    cases = [word for group in groups for word in ("--case", group)]
    command = [sys.executable, "-m", "botmesh_cli", "conformance", "--command", kit, *cases]
    done = await asyncio.to_thread(subprocess.run, command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["Count_Bot"], "NAME must be a DNS label"),
        (["count-bot", "--language", "cobol"], "'cobol' is not one of 'python', 'go', 'node', 'java'"),
        (["count-bot", "--sdk", "nowhere"], "'nowhere' does not exist"),
        (["count-bot", "--folder", "full"], "There is something in full already"),
        ([], "Missing argument 'NAME'"),
    ],
)
def test_what_cannot_be_written_is_refused_and_nothing_is_written(words, text, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/kept.txt").write_text("mine")
    done = new(tmp_path, *words)
    assert done.returncode == 2
    assert text in done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["full", "kept.txt"]


def test_without_a_checkout_the_published_sdk_is_named(tmp_path):
    assert new(tmp_path, "count-bot", "--language", "node").returncode == 0
    assert '"botmesh": "^' in Path(tmp_path / "count-bot/package.json").read_text()
