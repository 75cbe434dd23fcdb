import asyncio
import atexit
import functools
import json
import os
import sys

import pytest
from tests.cli.forked import ForkServer, fits
from tests.mesh.processes import Process, _kill


class Cli:
    """Runs `botmesh` as a process of its own: a fork of one that has imported it, where that makes no difference."""

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
        how = self.streams(env, registry=registry)
        if fits(env):
            run = _server().run(words, stdin.encode(), how["env"], how["cwd"])
            returned, out, err = await asyncio.wait_for(run, 30)
        else:
            process = await asyncio.create_subprocess_exec(*self.command(*words), **how)
            out, err = await asyncio.wait_for(process.communicate(stdin.encode()), 30)
            returned = process.returncode
        assert code in (returned, None), (words, returned, out, err)
        assert b"Traceback" not in err, err.decode()
        return out.decode(), err.decode()


@functools.cache
def _server():
    server = ForkServer()
    atexit.register(server.close)
    return server


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
