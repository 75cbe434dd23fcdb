"""The processes of a side: started, asked, timed, ended."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psutil

_END_SECONDS = 15.0


class Worker:
    """One process of bench.worker, or of any command that says on its first line that it is ready."""

    def __init__(self, command: Sequence[str], *, ends_by_signal: bool = False, **environment: str) -> None:
        """Start it and wait for its first line. It ends with its input, or is told to by SIGTERM."""
        self._ends_by_signal = ends_by_signal
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**_clean(), **environment},
        )
        self._watched = psutil.Process(self._process.pid)
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        self.first_line = self._process.stdout.readline().strip()
        if not self.first_line:
            raise RuntimeError(f"{' '.join(command)} did not start")

    @property
    def cpu_seconds(self) -> float:
        """What it and what it has started have used so far, user and system."""
        every = [one.cpu_times() for one in (self._watched, *self._watched.children(recursive=True))]
        return float(sum(times.user + times.system for times in every))

    @property
    def memory_bytes(self) -> int:
        """What it holds that no other process shares."""
        return int(self._watched.memory_full_info().uss)

    def ask(self, **request: Any) -> dict[str, Any]:
        """A line to it, and its answer."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        assert self._process.stdout is not None  # noqa: S101 - a pipe
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the load ended in the middle of a measurement")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def __enter__(self) -> Self:
        """It runs already."""
        return self

    def __exit__(self, *_: object) -> None:
        """End its input, and it ends itself."""
        assert self._process.stdin is not None  # noqa: S101 - a pipe
        self._process.stdin.close()
        if self._ends_by_signal:
            self._process.terminate()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def worker(side: str, role: str, *arguments: str, python: str = sys.executable, **environment: str) -> Worker:
    """A process of bench.worker."""
    return Worker([python, "-m", "bench.worker", side, role, *arguments], **environment)


@dataclass(slots=True)
class Side:
    """What is loaded, and all processes whose time it costs."""

    name: str
    load: Worker
    others: list[Worker] = field(default_factory=list)

    @property
    def cpu_seconds(self) -> float:
        """Of both ends together."""
        return self.load.cpu_seconds + sum(one.cpu_seconds for one in self.others)


@contextmanager
def mesh(**environment: str) -> Iterator[tuple[str, dict[str, str]]]:
    """`botmesh_registry` and a sink of traces: the registry's address, and the environment of its bots."""
    with ExitStack() as own:
        sink = own.enter_context(worker("sink", "server"))
        registry = own.enter_context(Worker([sys.executable, "-m", "bench.worker", "registry", "server"]))
        yield (
            registry.first_line,
            {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{sink.first_line}", "OTEL_METRICS_EXPORTER": "none"} | environment,
        )


def _clean() -> dict[str, str]:
    """This environment without what would change what is measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("BOTMESH_", "OTEL_"))}
