"""Scale: many calls, instances and agents at once; and the cost of starting a process."""

import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

from bench.figures import Figure
from bench.processes import Worker, mesh, worker


def in_flight(rounds: int) -> list[Figure]:  # noqa: ARG001 - one round shows whether any fails
    """Start ten thousand delegations of ten seconds at one agent at once; count failures and memory."""
    with ExitStack() as stack:
        registry, environment = stack.enter_context(mesh())
        agent = stack.enter_context(worker("mesh", "sleeper", registry, "10", **environment))
        bare = stack.enter_context(worker("bare", "sleeper", "10"))
        us = stack.enter_context(worker("mesh", "burst", registry, **environment))
        them = stack.enter_context(worker("bare", "burst", bare.first_line))
        ours, our_bytes = _burst(us, agent)
        theirs, their_bytes = _burst(them, bare)
    note = f"{ours['seconds']:.0f} s; {our_bytes / 1024:.0f} and {their_bytes / 1024:.0f} KiB a call {ours['why']}"
    return [
        Figure("10,000 delegations in flight at one agent: failed", ours["failed"], 0, at_least=False, note=note),
        Figure(
            "the same: memory per call, of a paced bare run",
            our_bytes / their_bytes,
            1.4,
            at_least=False,
            note=f"{theirs['failed']} of the bare ones failed",
        ),
    ]


def registry(rounds: int) -> list[Figure]:  # noqa: ARG001 - a thousand changes are enough
    """Measure how long a change takes to reach the last of many watchers, and the CPU of the registry."""
    instances, watchers, changes, per_second = 10_000, 200, 1000, 50.0
    with ExitStack() as stack:
        registry = stack.enter_context(worker("crowd", "server"))
        watching = stack.enter_context(worker("crowd", "watchers", registry.first_line, str(watchers)))
        crowd = stack.enter_context(worker("crowd", "instances", registry.first_line, str(instances)))
        until = time.monotonic() + 60
        while watching.ask()["known"] < instances and time.monotonic() < until:
            time.sleep(0.5)
        time.sleep(3)
        before, began = registry.cpu_seconds, time.monotonic()
        changed = crowd.ask(changes=changes, per_second=per_second)
        cores = (registry.cpu_seconds - before) / (time.monotonic() - began)
        heard = watching.ask()
        memory = registry.memory_bytes / 2**20
    delays = sorted(
        heard["heard"][one][1] - at if heard["heard"].get(one, [0])[0] >= watchers else math.inf
        for one, at in changed["changed"].items()
    )
    broken = len(changed["broken"]) + len(heard["broken"])
    note = (
        f"median {delays[len(delays) // 2] * 1000:.0f} ms, most {delays[-1] * 1000:.0f} ms; {broken} calls broken off"
    )
    words = f"registry, {instances:,} instances, {watchers} watchers, {per_second:.0f} changes a second"
    return [
        Figure(
            f"{words}: a change at the last watcher, 99th percentile, ms",
            delays[int(len(delays) * 0.99)] * 1000,
            500,
            at_least=False,
            note=note,
        ),
        Figure("the same: cores, heartbeats included", cores, 0.7, at_least=False, note=f"{memory:.0f} MiB"),
    ]


def find(rounds: int) -> list[Figure]:
    """Measure a search for the best of 10,000 agents."""
    with worker("find", "load", "10000") as load:
        found = load.ask(callers=1, calls=100 * rounds)
    median = found["latencies"][len(found["latencies"]) // 2]
    return [Figure("find among 10,000 agents: median, ms", median * 1000, 20, at_least=False)]


def starting(rounds: int) -> list[Figure]:
    """Measure CPU time until ready, and memory at rest."""
    imported = statistics.median(_cpu_of_import() for _ in range(rounds))
    figures = [Figure("import botmesh: CPU, s", imported, 0.25, at_least=False)]
    ups, bots, up_memory, bot_memory = [], [], [], []
    for _ in range(rounds):
        with _up() as up, worker("mesh", "server", json.loads(up.first_line)["registry"]) as bot:
            ups.append(up.cpu_seconds)
            bots.append(bot.cpu_seconds)
            time.sleep(1.0)
            up_memory.append(up.memory_bytes / 2**20)
            bot_memory.append(bot.memory_bytes / 2**20)
    return [
        *figures,
        Figure("botmesh up ready: CPU, s", statistics.median(ups), 1.0, at_least=False),
        Figure("a bot ready: CPU, s", statistics.median(bots), 0.6, at_least=False),
        Figure("memory at rest, botmesh up, MiB", statistics.median(up_memory), 90, at_least=False),
        Figure("memory at rest, one bot, MiB", statistics.median(bot_memory), 60, at_least=False),
    ]


def _burst(load: Worker, server: Worker) -> tuple[dict[str, Any], float]:
    """Start ten thousand calls at once; return the load's answer and bytes of memory per call, both ends together."""
    count = 10_000
    before = load.memory_bytes + server.memory_bytes
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(load.ask, count=count)
        most = 0
        while not asked.done():
            time.sleep(0.5)
            most = max(most, load.memory_bytes + server.memory_bytes)
    return asked.result(), (most - before) / count


@contextmanager
def _up() -> Iterator[Worker]:
    with tempfile.TemporaryDirectory(prefix="botmesh-bench-") as folder:
        command = [sys.executable, "-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json"]
        with Worker(command, ends_by_signal=True, BOTMESH_DATA_DIR=folder) as up:
            yield up


def _cpu_of_import() -> float:
    code = "import time, botmesh; print(time.process_time())"
    with Worker([sys.executable, "-c", code]) as done:
        return float(done.first_line)
