"""Processes of a side: start them, send them requests, read their CPU and memory, end them."""

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
    """A process of bench.worker, or of any command that prints a line when it is ready."""

    def __init__(self, command: Sequence[str], *, ends_by_signal: bool = False, **environment: str) -> None:
        """Start the process and wait for its first line.

        The process ends when its standard input ends, or with `ends_by_signal` by SIGTERM.

        Raises:
            RuntimeError: it ended without a line.
        """
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
        """CPU seconds of the process and its children so far, user and system."""
        every = [one.cpu_times() for one in (self._watched, *self._watched.children(recursive=True))]
        return float(sum(times.user + times.system for times in every))

    @property
    def memory_bytes(self) -> int:
        """Memory that the process shares with no other (USS), in bytes."""
        return int(self._watched.memory_full_info().uss)

    def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request as a line of JSON and return the answer.

        Raises:
            RuntimeError: the process ended.
        """
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
        return self

    def __exit__(self, *_: object) -> None:
        """End the process; kill it if it does not end in time."""
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
    """Start a process of bench.worker."""
    return Worker([python, "-m", "bench.worker", side, role, *arguments], **environment)


@dataclass(slots=True)
class Side:
    """A load generator and the other processes whose CPU time counts."""

    name: str
    load: Worker
    others: list[Worker] = field(default_factory=list)

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of all processes of the side."""
        return self.load.cpu_seconds + sum(one.cpu_seconds for one in self.others)


@contextmanager
def mesh(**environment: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Run a registry and a sink for traces; yield the registry's address and the environment for bots."""
    with ExitStack() as own:
        sink = own.enter_context(worker("sink", "server"))
        registry = own.enter_context(Worker([sys.executable, "-m", "bench.worker", "registry", "server"]))
        yield (
            registry.first_line,
            {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{sink.first_line}", "OTEL_METRICS_EXPORTER": "none"} | environment,
        )


def _clean() -> dict[str, str]:
    """Return this process's environment without variables that would change the measurement."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("BOTMESH_", "OTEL_"))}
