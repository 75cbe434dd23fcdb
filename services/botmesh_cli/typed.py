"""Reads the lines of standard input in the background, so that the process can end at any time."""

import asyncio
import contextlib
import os
import sys
import threading


def typed_lines() -> "asyncio.Queue[str | None]":
    """A queue of the lines of standard input, without line breaks; None at its end. Invalid UTF-8 becomes U+FFFD.

    A thread reads, because asyncio cannot wait for a regular file. It reads the descriptor itself, because Python
    cannot exit while a thread holds the lock of sys.stdin.
    """
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def say(line: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed, and nothing reads the queue
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        rest = b""
        with contextlib.suppress(OSError):  # the terminal is gone
            while chunk := os.read(0, 65536):
                *complete, rest = (rest + chunk).split(b"\n")
                for line in complete:
                    say(_text(line))
        if rest:
            say(_text(rest))
        say(None)

    if sys.stdin is None:  # closed
        lines.put_nowait(None)
    else:
        threading.Thread(target=read, daemon=True).start()
    return lines


def _text(line: bytes) -> str:
    return line.decode(errors="replace").removesuffix("\r")
