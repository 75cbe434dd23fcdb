"""The processes that are fuzzed: a mesh, a bot of each language, and what their logs must never show."""

import asyncio
import os
import re
import shlex
import signal
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from tests.fuzz.messages import CRASH

_FOREIGN = ("BOTMESH_", "OTEL_")
_BAD = re.compile(
    r"Traceback \(most recent call last\)|exception was never retrieved|was destroyed but it is pending|^panic:|"
    r"^fatal error:|DATA RACE|UnhandledPromiseRejection|Unhandled|Uncaught|Exception in thread|OutOfMemoryError|"
    r"StackOverflowError|RecursionError|was never awaited",
    re.MULTILINE,
)
_BLOCK = re.compile(r"(Traceback \(most recent call last\):\n(?:.*\n)*?)(?=\S)(.*)")


def trouble(log: str) -> str:
    """What must not stand in a log; empty: nothing does. Where a bot was told to crash, its traceback is no trouble."""
    rest = _BLOCK.sub(lambda match: "" if CRASH in match[2] else match[0], log)
    found = _BAD.search(rest)
    return "" if found is None else rest[max(0, found.start() - 1_500) : found.end() + 4_000]


class Bot:
    """A scripted bot of some language as a process of its own, in a group of its own."""

    def __init__(self, name: str, command: str) -> None:
        self.name = name
        self._command = shlex.split(command)
        self._log = tempfile.NamedTemporaryFile(prefix=f"botmesh-{name}-", suffix=".log")  # noqa: SIM115 - `stop` closes it
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, registry: str, **environment: str) -> None:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(_FOREIGN)}
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            env={**inherited, "BOTMESH_KIT_NAME": self.name, "BOTMESH_REGISTRY": registry, **environment},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        return self._process.returncode

    def log(self) -> str:
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    async def stop(self) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
        self._log.close()


def mebibytes(pid: int) -> float:
    """Memory that a process holds now."""
    return psutil.Process(pid).memory_info().rss / 2**20
