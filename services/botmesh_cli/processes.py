"""Processes that a command starts, with their logs; they end with the command, also after a crash of it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

_STOP_SECONDS = 10.0
_TAIL_LINES = 15
_LEFT_OUT = ("BOTMESH_BIND", "BOTMESH_ADVERTISE")
"""Settings that two processes of one machine cannot share."""

_WITH_PARENT = """
import os, runpy, signal, sys, threading, time

def watch():
    os.read(0, 1)  # returns when the process of the command has ended, also if it was killed
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(10)
    os._exit(1)

threading.Thread(target=watch, daemon=True).start()
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
"""Runs a module as `python -m` does, until the process at the other end of standard input ends."""


class ProcessFailedError(Exception):
    """A process has ended or does not become ready. The text has the end of its log."""


class Processes:
    """Started processes by name. Use `processes`, which stops them in the end."""

    def __init__(self, logs: Path) -> None:
        """Write all logs and data to the folder `logs`."""
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __len__(self) -> int:
        """How many were started."""
        return len(self._running)

    @property
    def pids(self) -> dict[str, int]:
        """Process ids by name."""
        return {name: process.pid for name, process in self._running.items()}

    def start(self, name: str, module: str, registry: str, *arguments: str, **variables: str) -> Path:
        """Start a module as a process in a session of its own, so that Ctrl-C does not reach it.

        Args:
            name: of the process, for its log.
            module: as in `python -m`.
            registry: address that the process gets as BOTMESH_REGISTRY; empty: none.
            arguments: of the module.
            variables: further environment variables.

        Returns:
            The file that receives its standard output.
        """
        environment = {key: value for key, value in os.environ.items() if key not in _LEFT_OUT} | variables
        environment["BOTMESH_DATA_DIR"] = str(self._logs / "data")
        if registry:
            environment["BOTMESH_REGISTRY"] = registry
        output_file = self._logs / f"{name}.out"
        with output_file.open("wb") as output, (self._logs / f"{name}.log").open("wb") as log:
            self._running[name] = subprocess.Popen(  # noqa: S603 - our own modules
                [sys.executable, "-c", _WITH_PARENT, module, *arguments],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=log,
                env=environment,
                start_new_session=True,
            )
        return output_file

    def check(self) -> None:
        """Check that all processes run.

        Raises:
            ProcessFailedError: one has ended.
        """
        for name, process in self._running.items():
            code = process.poll()
            if code is not None:
                how = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
                raise ProcessFailedError(f"The process of {name} {how}.\n{self._tail(name)}")

    def tails(self) -> str:
        """The last lines of all logs."""
        return "\n".join(self._tail(name) for name in self._running)

    def stop(self) -> None:
        """End the bots, then the mesh, with SIGTERM; kill those that take more than 10 s."""
        mesh = [process for name, process in self._running.items() if name == "mesh"]
        for group in ([process for process in self._running.values() if process not in mesh], mesh):
            for process in group:
                process.terminate()
            until = time.monotonic() + _STOP_SECONDS
            for process in group:
                with process:  # which closes its standard input and waits for it
                    try:
                        process.wait(max(0.0, until - time.monotonic()))
                    except subprocess.TimeoutExpired:
                        process.kill()

    def _tail(self, name: str) -> str:
        lines = (self._logs / f"{name}.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return "\n".join([f"Its log ({name}):", *(f"    {line}" for line in lines[-_TAIL_LINES:] or ["(empty)"])])


@contextlib.contextmanager
def processes(logs: Path) -> Iterator[Processes]:
    """Yield a `Processes` and stop its processes in the end, also after an error or Ctrl-C."""
    started = Processes(logs)
    try:
        yield started
    finally:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            started.stop()
        finally:
            signal.signal(signal.SIGINT, before)
