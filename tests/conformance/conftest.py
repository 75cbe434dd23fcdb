import asyncio
import json
import os
import shlex
import sys
from pathlib import Path

import pytest

SCRIPTED = f"{shlex.quote(sys.executable)} -m botmesh_conformance.scripted"
WRONG = f"{shlex.quote(sys.executable)} {shlex.quote(str(Path(__file__).parent / 'wrong.py'))}"


@pytest.fixture
def conformance(tmp_path):
    """Runs `botmesh conformance` as a process of its own: its exit code, standard output, standard error."""

    async def run(*words):
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "botmesh_cli", "conformance", *words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1"},
            cwd=tmp_path,
        )
        try:
            out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return process.returncode, out.decode(), err.decode()

    return run


@pytest.fixture
def outcomes(conformance):
    """The outcome of each case that ran: id to (outcome, text)."""

    async def run(*words):
        _, out, err = await conformance(*words, "--format", "json")
        assert out, err
        return {case["id"]: (case["outcome"], case["text"]) for case in json.loads(out)["cases"]}

    return run
