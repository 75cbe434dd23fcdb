"""Lines that somebody types, or that another program writes: any bytes, and none of them stops the end."""

import asyncio
import contextlib
import os
import sys
import threading


def typed_lines() -> "asyncio.Queue[str | None]":
    """The lines of standard input as they come, without their ends; None at its end. What is no UTF-8 becomes U+FFFD.

    A thread reads, for a read of files cannot be waited for otherwise; it reads the bare descriptor, for Python
    cannot end while a thread holds the lock of sys.stdin.
    """
    lines: asyncio.Queue[str | None] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def say(line: str | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(lines.put_nowait, line)

    def read() -> None:
        rest = b""
        with contextlib.suppress(OSError):  # the terminal is gone
            while chunk := os.read(0, 65536):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
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
