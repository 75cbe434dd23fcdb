"""Every command of docs/contacts.md, run against a real mesh, prints what the page says."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest
from tests.cli.conftest import Cli
from tests.cli.test_commands import serving
from tests.mesh.processes import Process, _kill
from tests.readme.test_readme import BIN, grpcurl

import botmesh
from botmesh.settings import load

PAGE = (Path(__file__).parents[2] / "docs" / "contacts.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^```bash\n(.*?)^```\n+^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
(TRIGGERS,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
BOTMESH = 'botmesh() { "$PYTHON" -m botmesh_cli "$@"; }\n'


@pytest.fixture
async def mesh(tmp_path):
    """A mesh with the page's triggers and bots; the environment of a shell that uses it."""
    grpcurl()
    folder = tmp_path / "triggers"
    folder.mkdir()
    (folder / "default.yaml").write_text(TRIGGERS, encoding="utf-8")
    up = await Process("up").start(
        *("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json"),
        BOTMESH_PRIMARY="front-bot",
        BOTMESH_TRIGGERS=str(folder),
    )
    cli = Cli(json.loads(up.ready)["registry"], tmp_path)
    try:
        async with serving(cli, *(echo(cli, name) for name in ("front-bot", "campaign-bot"))):
            yield cli
    finally:
        await _kill(up)


def echo(cli, name):
    agent = botmesh.Agent(name, settings=load(environ={}, flags={"registry": cli.registry}))

    @agent.on_turn
    async def turn(conversation):
        return f"{name}: {conversation.text}"

    return agent


async def run(cli, command):
    process = await asyncio.create_subprocess_shell(
        BOTMESH + command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={
            **os.environ,
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "PYTHON": cli.command()[0],
            "BOTMESH_REGISTRY": cli.registry,
            "REGISTRY": cli.registry,
            "NO_COLOR": "1",
        },
        cwd=cli.folder,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 120)
    return out.decode()


async def test_each_block_of_commands_prints_what_the_page_says(mesh):
    assert len(STEPS) == PAGE.count("```bash") > 8
    for block, expected in STEPS:
        out = await run(mesh, block)
        assert "Usage:" not in out, out
        assert "Traceback" not in out, out
        for words in expected.splitlines():
            assert words.strip() in out, f"{words}\n{block}\n{out}"
