"""The blocks of clients/python/README.md run, and what it says of the dependencies is true."""

import asyncio
import os
import re
import sys
import tomllib
from contextlib import AsyncExitStack

import pytest

import botmesh
from tests.docs.pages import ROOT, pages
from tests.mesh.processes import Process, _kill

README = pages()["clients/python/README.md"]
BLOCKS = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def block(marker):
    (found,) = [text for text in BLOCKS if marker in text]
    return found


def test_the_bot_has_ten_lines_at_most():
    assert len([line for line in block("Says it louder").splitlines() if line.strip()]) <= 10


async def test_the_bots_answer(tmp_path):
    async with AsyncExitStack() as stack:

        async def start(name, *command, **environment):
            process = await Process(name).start(*command, **environment)
            stack.push_async_callback(_kill, process)
            return re.search(r"127\.0\.0\.1:\d+", process.ready)[0]

        registry = await start("up", "-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json")
        for name, marker in (("shout", "Says it louder"), ("polite", "Dear contact")):
            path = tmp_path / f"{name}.py"
            path.write_text(block(marker))
            await start(name, str(path), BOTMESH_REGISTRY=registry)
        async with botmesh.connect(registry) as mesh:
            assert (await mesh.delegate("polite-bot", "hello", timeout=10)).text == "Dear contact: HELLO"


async def test_the_test_passes(tmp_path):
    (tmp_path / "test_billing.py").write_text(block("test_billing_answers"))
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-o", "asyncio_mode=auto", "test_billing.py"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ,
    )
    out, _ = await asyncio.wait_for(process.communicate(), 90)
    assert b"1 passed" in out, out.decode()


@pytest.mark.parametrize("extra", re.findall(r"`botmesh\[([\w-]+)\]` adds", README))
def test_an_extra_brings_what_the_readme_says(extra):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    brought = {re.match(r"[\w-]+", name)[0] for name in project["optional-dependencies"][extra]}
    if extra == "mesh":
        sentence = re.search(r"`botmesh\[mesh\]` adds (.*?)\.\s", README, re.DOTALL)[1]
        named = {"click", "rich", "pydantic", "pyyaml", "cronsim"}
        assert named <= brought
        assert all(name in sentence for name in named)
        own = {re.match(r"[\w-]+", name)[0] for name in project["dependencies"]}
        assert not named & own
