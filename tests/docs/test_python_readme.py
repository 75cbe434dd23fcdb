"""The blocks of clients/python/README.md run."""

import asyncio
import os
import re
import sys
from contextlib import AsyncExitStack

import botmesh
from tests.docs.pages import pages
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
