"""Real processes for whole stories: a registry, bots, and their ends. Each test stops what it started, by its id."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from tests.fuzz.left_over import left_over

START = 20.0
"""Seconds that a process may take to start on a busy machine."""
BOTS = Path(__file__).parent / "bots.py"


class Process:
    """One process of ours, its first line of output, and its log."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready = ""
        self._kept = ""
        self._log = tempfile.NamedTemporaryFile(prefix=f"botmesh-{name}-", suffix=".log")  # noqa: SIM115 - lives as long
        self._data = tempfile.TemporaryDirectory(prefix="botmesh-data-")
        self._folder = self._data.name
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, *command: str, **environment: str) -> "Process":
        self._folder = environment.get("BOTMESH_DATA_DIR", self._folder)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=self._log,
            env={
                **os.environ,
                "PYTHONUNBUFFERED": "1",
                "BOTMESH_DATA_DIR": self._data.name,
                **environment,
            },
            start_new_session=True,
        )
        try:
            line = await asyncio.wait_for(self._process.stdout.readline(), START)
        except TimeoutError:
            line = b""
        if not line:
            await self.stop(signal.SIGKILL)
            log = self.log()
            self.forget_log()
            raise RuntimeError(f"{self.name} did not start: {log}")
        self.ready = line.decode().strip()
        return self

    @property
    def pid(self) -> int:
        return self._process.pid

    def log(self) -> str:
        if self._log.closed:
            return self._kept
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def forget_log(self) -> None:
        self._kept = self.log()
        self._log.close()
        left_over.note(self._folder, keep=self._folder == self._data.name)
        self._data.cleanup()

    def send(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def stop(self, number: signal.Signals = signal.SIGTERM, timeout: float = 10.0) -> int:
        """Send a signal if it still runs, and wait; its exit code."""
        if self._process.returncode is None:
            self._process.send_signal(number)
        try:
            await asyncio.wait_for(self._process.communicate(), timeout)
        except TimeoutError:
            self._process.kill()
            await self._process.communicate()
            raise RuntimeError(f"{self.name} did not stop: {self.log()}") from None
        return self._process.returncode

    async def exited(self, timeout: float = 10.0) -> int:
        await asyncio.wait_for(self._process.communicate(), timeout)
        return self._process.returncode


class Team:
    """A registry and bots, all processes of their own."""

    def __init__(self, stack: AsyncExitStack, lease: float) -> None:
        self._stack = stack
        self._lease = lease
        self.address = ""
        self.registry: Process | None = None

    async def start_registry(self, **environment: str) -> Process:
        self.registry = await self._own(
            Process("registry").start(
                "-m",
                "botmesh_registry",
                "--bind",
                self.address or "127.0.0.1:0",
                BOTMESH_LEASE_DURATION=str(self._lease),
                **environment,
            )
        )
        self.address = self.registry.ready.split()[-1]
        return self.registry

    async def bot(self, kind: str, name: str | None = None, **environment: str) -> Process:
        """A bot of tests/mesh/bots.py, listed."""
        started = Process(name or kind).start(
            str(BOTS), kind, name or kind, BOTMESH_REGISTRY=self.address, **environment
        )
        return await self._own(started)

    async def _own(self, starting: Any) -> Process:
        process = await starting
        self._stack.push_async_callback(_kill, process)
        return process


async def _kill(process: Process) -> None:
    if process._process.returncode is None:
        process._process.kill()
    await process._process.communicate()
    process.forget_log()


@asynccontextmanager
async def team(lease: float = 2.0) -> AsyncIterator[Team]:
    """A team with a registry that grants leases of `lease` seconds."""
    async with AsyncExitStack() as stack:
        made = Team(stack, lease)
        await made.start_registry()
        yield made
