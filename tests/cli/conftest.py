import asyncio
import json
import os
import sys

import pytest
from tests.mesh.processes import Process, _kill


class Cli:
    """Runs `botmesh` as a process of its own."""

    def __init__(self, registry, folder):
        self.registry = registry
        self.folder = folder

    def command(self, *words):
        """How the process is started."""
        return [sys.executable, "-m", "botmesh_cli", *words]

    def streams(self, env=None, *, registry=True):
        """Its standard streams, environment and folder."""
        environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1"} | (env or {})
        if registry and self.registry:
            environment.setdefault("BOTMESH_REGISTRY", self.registry)
        return {"stdin": -1, "stdout": -1, "stderr": -1, "env": environment, "cwd": self.folder}

    async def __call__(self, *words, stdin="", code=0, env=None, registry=True):
        """Standard output, standard error; the exit code must be `code`; None: any."""
        process = await asyncio.create_subprocess_exec(*self.command(*words), **self.streams(env, registry=registry))
        out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 30)
        assert code in (process.returncode, None), (words, process.returncode, out, err)
        assert b"Traceback" not in err, err.decode()
        return out.decode(), err.decode()


@pytest.fixture
def bare(tmp_path):
    """The command where no mesh runs."""
    return Cli(None, tmp_path)


@pytest.fixture
async def up(tmp_path):
    """A `botmesh up` process, and the command that finds it."""
    process = await Process("up").start("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json")
    yield process, Cli(json.loads(process.ready)["registry"], tmp_path)
    await _kill(process)
