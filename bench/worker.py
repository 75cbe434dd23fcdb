"""Runs one process of a side: `python -m bench.worker SIDE ROLE [ARGUMENT...]`.

SIDE is a module of bench.sides, or peers.NAME. A server prints its address and serves until its standard input ends. A
load prints "ready". For each line of JSON on its standard input it makes the requested calls and prints the measurement
as a line of JSON.
"""

import asyncio
import importlib
import json
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Any

TEXT = "I was charged twice in May, can you look into it?"
"""The text of every request."""
UP = {"services", "registry", "crowd"}
"""Sides that run as `botmesh up` does, on uvloop if it is installed. The others use asyncio's loop."""
Call = Callable[[], Awaitable[Any]]


async def measure(call: Call, callers: int, calls: int) -> dict[str, Any]:
    """Make `calls` calls, `callers` at a time; return the total seconds and the sorted latencies in seconds.

    A call that returns a float has measured its own latency.
    """
    latencies: list[float] = []
    left = iter(range(calls))

    async def caller() -> None:
        for _ in left:
            began = time.perf_counter()
            took = await call()
            latencies.append(took if isinstance(took, float) else time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    return {"seconds": time.perf_counter() - began, "latencies": sorted(latencies)}


async def serve_until_told(address: str) -> None:
    """Print the address and wait for the end of standard input."""
    print(address, flush=True)
    await end_of_input()


async def end_of_input() -> None:
    """Return when standard input has ended."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def read() -> None:
        sys.stdin.read()
        loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=read, daemon=True).start()
    await ended.wait()


async def obey(call: Call) -> None:
    """Measure once for each line of JSON on standard input; the line has the arguments of `measure`."""
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        print(json.dumps(await measure(call, **json.loads(line))), flush=True)


async def bursts(start: Callable[[int], Awaitable[list[BaseException]]]) -> None:
    """For each line of JSON on standard input start `count` calls at once, and print how many failed and why."""
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        began = time.perf_counter()
        failed = await start(json.loads(line)["count"])
        why = repr(failed[0])[:300] if failed else ""
        print(json.dumps({"failed": len(failed), "why": why, "seconds": time.perf_counter() - began}), flush=True)


def main() -> None:
    """Run the role that the command line names."""
    side, role, *arguments = sys.argv[1:]
    module = importlib.import_module(f"bench.{side}" if "." in side else f"bench.sides.{side}")
    run: Callable[[Any], None] = asyncio.run
    if side in UP:
        from botmesh.serving import grpc_server  # noqa: PLC0415 - peers run in environments without Botmesh

        run = grpc_server.run
    run(getattr(module, role)(*arguments))


if __name__ == "__main__":
    main()
