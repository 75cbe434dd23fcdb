"""Every command of docs/grpcurl.md, run with the real grpcurl against a real mesh, prints what the page says."""

import asyncio
import json
import os
import re
from pathlib import Path

import pytest
from tests.mesh.processes import Process, _kill
from tests.readme.test_readme import BIN, example, grpcurl

PAGE = (Path(__file__).parents[2] / "docs" / "grpcurl.md").read_text(encoding="utf-8")
STEPS = re.findall(r"^```bash\n(.*?)^```\n+^```text\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


async def run(command, **environment):
    process = await asyncio.create_subprocess_shell(
        command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **environment},
    )
    out, _ = await asyncio.wait_for(process.communicate(), 30)
    return out.decode()


@pytest.fixture
async def mesh(tmp_path):
    grpcurl()
    up, bot = Process("up"), Process("shout")
    try:
        await up.start("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json", BOTMESH_PRIMARY="shout-bot")
        registry = json.loads(up.ready)["registry"]
        (tmp_path / "shout.py").write_text(example("Says it louder"))
        await bot.start(str(tmp_path / "shout.py"), BOTMESH_REGISTRY=registry)
        yield {"REGISTRY": registry, "BOT": re.search(r"127\.0\.0\.1:\d+", bot.ready)[0]}
    finally:
        await _kill(bot)
        await _kill(up)


async def test_each_command_prints_what_the_page_says_and_registers_nobody(mesh):
    assert len(STEPS) == PAGE.count("```bash")
    everybody = "grpcurl -plaintext $REGISTRY botmesh.v1.RegistryService/ListAgents"
    before = await run(everybody, **mesh)
    for command, expected in STEPS:
        for line in command.splitlines():
            out = await run(line, **mesh)
            for words in expected.splitlines():
                assert words.strip() in out, f"{line}\n{out}"
    assert await run(everybody, **mesh) == before
    assert "evil-bot" not in before
