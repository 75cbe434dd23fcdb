"""Every command and example in the README does what it says. `make test` is the one that runs this."""

import asyncio
import os
import re
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.mesh.processes import Process, _kill

from botmesh.limits import Limits
from botmesh.settings import SETTINGS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
COMMANDS = [text.strip() for kind, text in BLOCKS if kind == "bash"]
BIN = Path(sys.executable).parent


def example(marker):
    (found,) = [text for text in PYTHON if marker in text]
    return found


def grpcurl():
    """The real grpcurl; without Go there is none, which CI does not excuse."""
    found = BIN / "grpcurl"
    if found.exists():
        return found
    if os.environ.get("CI"):
        pytest.fail("grpcurl is missing: make test builds it where Go is installed")
    pytest.skip("grpcurl needs Go to be built")


@pytest.fixture
async def mesh(tmp_path):
    """`botmesh up` at the default address of this test, and both bots of the README."""
    async with AsyncExitStack() as stack:

        async def start(name, *command, **environment):
            process = await Process(name).start(*command, **environment)
            stack.push_async_callback(_kill, process)
            return re.search(r"127\.0\.0\.1:\d+", process.ready)[0]

        up = ["-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json"]
        registry = await start("up", *up, BOTMESH_PRIMARY="polite-bot")
        addresses = {}
        for name, marker in (("shout", "Says it louder"), ("polite", "Dear customer"), ("front", "front-bot")):
            path = tmp_path / f"{name}.py"
            path.write_text(example(marker).strip() + "\n")
            addresses[name] = await start(name, str(path), BOTMESH_REGISTRY=registry)
        yield registry, addresses["shout"]


async def shell(command, folder, **environment):
    path = f"{BIN}:{os.environ['PATH']}"
    process = await asyncio.create_subprocess_shell(
        command,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PATH": path, **environment},
    )
    out, err = await asyncio.wait_for(process.communicate(), 90)
    assert process.returncode == 0, (command, out.decode(), err.decode())
    return out.decode()


def test_the_bot_is_as_short_as_promised():
    lines = [line for line in example("Says it louder").splitlines() if line.strip()]
    assert len(lines) <= 10


async def test_the_commands_for_a_running_mesh(mesh, tmp_path):
    registry, bot = mesh
    environment = {"BOTMESH_REGISTRY": registry, "BOT": bot}
    ran = 0
    for block in COMMANDS:
        if "make demo" in block:
            continue  # below
        if "grpcurl" in block:
            grpcurl()
        for line in block.splitlines():
            out = await shell(line, tmp_path, **environment)
            ran += 1
            if "delegate" in line:
                assert out == "HELLO THERE\n"
                await asyncio.sleep(1)
            if "trace" in line:
                assert "shout-bot" in out
            if "chat" in line:
                assert "polite-bot  Dear customer: HELLO THERE" in out
            if "conversations" in line:
                assert "anna" in out
            if "grpcurl" in line:
                assert '"text": "HI"' in out
    assert ran >= 9


async def test_the_clients_example(mesh, tmp_path):
    registry, _ = mesh
    path = tmp_path / "client.py"
    path.write_text(example("asyncio.run(main())"))
    out = await shell(f"{sys.executable} {path}", tmp_path, BOTMESH_REGISTRY=registry)
    first, second, third = out.strip().splitlines()
    assert first.startswith("Dear customer: HELLO THERE · trace ")
    assert second == "PIECE BY PIECE"
    assert "Did you mean shout-bot?" in third


async def test_the_test_example(tmp_path):
    (tmp_path / "test_billing.py").write_text(example("test_billing_answers"))
    out = await shell(f"{sys.executable} -m pytest -q -o asyncio_mode=auto test_billing.py", tmp_path)
    assert "1 passed" in out


@pytest.mark.alone
async def test_make_demo_answers_what_it_is_given(tmp_path):
    (command,) = [block for block in COMMANDS if "make demo" in block]
    out = await shell(command, ROOT)
    assert "charged twice" in out
    assert "billing-bot" in out


def test_every_target_that_is_named_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)", README))
    assert named <= targets | {"it"}, named - targets


def test_every_file_that_is_linked_exists():
    for link in re.findall(r"\]\(([^)#]+)\)", README):
        assert "://" in link or (ROOT / link).exists(), link


def test_the_table_of_defaults_is_true():
    rows = dict(re.findall(r"^\| `(\w+)` \| ([^|]+?) \|", README, re.MULTILINE))
    limits = Limits()
    assert set(rows) == set(limits.to_proto().DESCRIPTOR.fields_by_name)
    for name, text in rows.items():
        value = text.strip("`").removesuffix(" s").replace(" ", "")
        assert SETTINGS[name].parse(value) == getattr(limits, name), name
