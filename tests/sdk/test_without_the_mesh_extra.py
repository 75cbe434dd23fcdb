"""`pip install botmesh` brings what a bot author needs: nothing in the SDK imports what only a mesh needs."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from botmesh_service.extra import MODULES as EXTRA

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
BLOCKED = f"""
import importlib.abc, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {(*EXTRA, "tzdata")!r}:
            raise ModuleNotFoundError("No module named " + name, name=name)

sys.meta_path.insert(0, Blocker())
"""
"""As if the extra `mesh` was not installed."""
AGENT = """
import asyncio
import botmesh
from botmesh import testing
from botmesh.settings import load

agent = botmesh.Agent("echo-bot", settings=load(environ={}))

@agent.on_delegate
async def answer(task):
    return task.text

async def main():
    async with testing.mesh(agent) as mesh:
        print((await mesh.delegate("echo-bot", "hello")).text)

asyncio.run(main())
"""
MISSING = f"""
import sys

sys.modules.update(dict.fromkeys({EXTRA!r}))
"""
"""As if the extra was not installed, for a program that asks whether it is."""
CONSOLE = f"""
{MISSING}
from botmesh_cli.entry import main
main()
"""
MODULE = f"""
{MISSING}
import runpy

runpy.run_module("%s", run_name="__main__", alter_sys=True)
"""


def run(program):
    return subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)


def test_the_extra_is_what_is_blocked():
    packages = tomllib.loads(PYPROJECT.read_text())["project"]["optional-dependencies"]["mesh"]
    modules = {package.partition(">=")[0].replace("pyyaml", "yaml") for package in packages}
    assert modules == {*EXTRA, "tzdata"}


def test_an_agent_starts_and_answers():
    done = run(BLOCKED + AGENT)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "hello\n"


@pytest.mark.parametrize("module", ["botmesh", "botmesh.testing", "botmesh_conformance.scripted"])
def test_what_a_bot_author_imports_needs_no_extra(module):
    done = run(f"{BLOCKED}\nimport {module}")
    assert done.returncode == 0, done.stderr


def test_every_module_of_the_sdk_can_be_imported():
    walk = "import pkgutil, importlib, botmesh\nfor m in pkgutil.walk_packages(botmesh.__path__, 'botmesh.'):\n"
    done = run(BLOCKED + walk + "    importlib.import_module(m.name)")
    assert done.returncode == 0, done.stderr


def test_the_console_script_says_in_one_sentence_what_to_install():
    done = run(CONSOLE)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert 'pip install "botmesh[mesh]"' in done.stderr


@pytest.mark.parametrize("package", ["botmesh_registry", "botmesh_conversations", "botmesh_tasks"])
def test_a_service_on_its_own_says_in_one_line_what_to_install(package):
    done = run(MODULE % package)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == 'this needs the extra: pip install "botmesh[mesh]"\n'
