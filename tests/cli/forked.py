"""Runs commands in forks of one process that has imported them: the import takes longer than most commands.

A server process waits at a socket. A request is a JSON text (arguments, environment, folder) with four descriptors: the
three standard streams and a pipe for the exit code.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

_MAX_REQUEST = 1024 * 1024
_OF_THE_START = ("PYTHON", "LANG", "LC_", "GRPC")
"""Variables that Python or gRPC reads when a process starts: commands with these need a process of their own."""


def fits(environment: Mapping[str, str] | None) -> bool:
    """Whether a command with these variables does the same in a fork."""
    return not any(name.startswith(_OF_THE_START) for name in environment or {})


class ForkServer:
    """The process that has imported the command."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.cli.forked", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                cwd=Path(__file__).parents[2],
            )

    def close(self) -> None:
        """End the process; commands that run are left alone."""
        self._socket.close()
        self._process.wait(10)

    async def run(
        self, words: Sequence[str], stdin: bytes, environment: Mapping[str, str], folder: str | Path
    ) -> tuple[int, bytes, bytes]:
        """The exit code, standard output and standard error of a command."""
        pipes = [os.pipe() for _ in range(4)]
        (theirs_in, ours_in), (ours_out, theirs_out), (ours_err, theirs_err), (ours_code, theirs_code) = pipes
        request = json.dumps({"words": list(words), "environment": dict(environment), "folder": str(folder)})
        theirs = [theirs_in, theirs_out, theirs_err, theirs_code]
        socket.send_fds(self._socket, [request.encode()], theirs)
        for descriptor in theirs:
            os.close(descriptor)
        reading = asyncio.gather(*(asyncio.to_thread(_read, one) for one in (ours_out, ours_err, ours_code)))
        await asyncio.to_thread(_write, ours_in, stdin)
        out, err, code = await reading
        return int(code), out, err


def _read(descriptor: int) -> bytes:
    with os.fdopen(descriptor, "rb") as file:
        return file.read()


def _write(descriptor: int, data: bytes) -> None:
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except BrokenPipeError:
        return  # the command has read enough


def _serve(listener: socket.socket) -> None:
    import botmesh_cli.main  # noqa: F401, PLC0415 - what this process is for

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, descriptors, _, _ = socket.recv_fds(listener, _MAX_REQUEST, 4)
        if not request:
            return
        if os.fork() == 0:
            listener.close()
            _wait_for_command(json.loads(request), descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def _wait_for_command(request: dict, descriptors: list[int]) -> None:
    """In a fork: run the command in another one, and write its exit code; never returns."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    *streams, code = descriptors
    command = os.fork()
    if command == 0:
        os.close(code)
        os._exit(_run(request, streams))
    for descriptor in streams:
        os.close(descriptor)
    _, status = os.waitpid(command, 0)
    os.write(code, str(os.waitstatus_to_exitcode(status)).encode())
    os._exit(0)


def _run(request: dict, streams: list[int]) -> int:
    for number, descriptor in enumerate(streams):
        os.dup2(descriptor, number)
        os.close(descriptor)
    sys.stdin, sys.stdout = open(0, encoding="utf-8"), open(1, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
    os.environ.clear()
    os.environ.update(request["environment"])
    time.tzset()
    os.chdir(request["folder"])
    sys.argv = ["botmesh", *request["words"]]
    from botmesh_cli.entry import main  # noqa: PLC0415 - imported by the server

    try:
        code = main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else int(error.code is not None)
    except BaseException:  # what a process of its own does
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return code or 0


if __name__ == "__main__":
    _serve(socket.socket(fileno=int(sys.argv[1])))
