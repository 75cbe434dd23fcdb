"""What is measured: each case starts its sides, compares them, and ends them."""

import json
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from bench.comparing import Comparison, compare
from bench.environments import environment_of
from bench.processes import Side, Worker, mesh, worker

Rounds = int
CHECKED = ("delegation", "latency", "stream")
"""Cases of the regression check: under a minute together."""
HOPS = 5
COMMITS = 3
"""Of a transfer: the request, the change of owner with the new turn, its end."""
SAMPLED = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.01"}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, and what it should be."""

    what: str
    value: float
    target: float | None
    """None: there is none."""
    at_least: bool
    note: str = ""
    per_second: tuple[float, float] | None = None
    """Calls of ours and of theirs, where both were counted."""
    at_worst: float | None = None
    """What it may not fall behind, with a margin for noise: the regression check. None: it is not checked."""

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def regressed(self) -> bool:
        """Whether it has fallen behind what it was."""
        if self.at_worst is None:
            return False
        return self.value < self.at_worst if self.at_least else self.value > self.at_worst


def delegation(rounds: Rounds) -> list[Figure]:
    """One delegation against one bare call, 64 callers."""
    found = _delegations("one delegation, 64 callers", rounds, callers=64)
    return [
        _ratio(found, "per_second", "one delegation, 64 callers: throughput of bare", 0.65, at_worst=0.30),
        _ratio(found, "cpu", "one delegation, 64 callers: CPU per call, of bare", 1 / 0.65, at_least=False),
    ]


def sampled(rounds: Rounds) -> list[Figure]:
    """The same with one trace in a hundred recorded."""
    found = _delegations("sampled", rounds, callers=64, **SAMPLED)
    return [_ratio(found, "per_second", "the same, traces sampled at 1 %: throughput of bare", 0.85)]


def shares(rounds: Rounds) -> list[Figure]:
    """What the mesh's plumbing costs bare gRPC, and what the mesh does without its spans: where the time goes."""
    with ExitStack() as stack:
        plumbed, bare = (stack.enter_context(worker("bare", role)) for role in ("plumbed", "server"))
        with_ = stack.enter_context(worker("bare", "load", plumbed.first_line, "metadata"))
        without = stack.enter_context(worker("bare", "load", bare.first_line))
        sides = Side("plumbed", with_, [plumbed]), Side("bare", without, [bare])
        plumbing = compare("plumbing", *sides, callers=64, calls=(6000, 6000), rounds=rounds)
    spanless = _delegations("without spans", rounds, callers=64, OTEL_SDK_DISABLED="true")
    words = "bare gRPC with the mesh's metadata, an interceptor, a task and a timer, no policies: CPU per call, of bare"
    return [
        _ratio(plumbing, "cpu", words, None, at_least=False),
        _ratio(spanless, "cpu", "one delegation, OTEL_SDK_DISABLED: CPU per call, of bare", None, at_least=False),
    ]


def latency(rounds: Rounds) -> list[Figure]:
    """One delegation at a time."""
    found = _delegations("one caller", rounds, callers=1)
    return [
        _ratio(found, "median", "one delegation, 1 caller: median latency of bare", 1.35, at_least=False, at_worst=2.5)
    ]


def chain(rounds: Rounds) -> list[Figure]:
    """Five hops against five nested bare calls."""
    with ExitStack() as stack:
        registry, environment = stack.enter_context(mesh())
        ours = [
            stack.enter_context(
                worker("mesh", "server", registry, f"hop-{n}", f"hop-{n + 1}" * (n < HOPS), **environment)
            )
            for n in range(1, HOPS + 1)
        ]
        theirs: list[Worker] = []
        for _ in range(HOPS):
            following = theirs[-1].first_line if theirs else ""
            theirs.append(stack.enter_context(worker("bare", "server", following)))
        us = stack.enter_context(worker("mesh", "load", registry, "hop-1", **environment))
        them = stack.enter_context(worker("bare", "load", theirs[-1].first_line))
        found = compare(
            "chain", Side("mesh", us, ours), Side("bare", them, theirs), callers=16, calls=(400, 900), rounds=rounds
        )
    return [_ratio(found, "per_second", "chain of 5 hops, 16 callers: throughput of 5 bare nested calls", 0.65)]


def stream(rounds: Rounds) -> list[Figure]:
    """A reply of a thousand parts against a bare stream."""
    with ExitStack() as stack:
        registry, environment = stack.enter_context(mesh())
        agent = stack.enter_context(worker("mesh", "teller", registry, **environment))
        bare = stack.enter_context(worker("bare", "server"))
        us = stack.enter_context(worker("mesh", "stream", registry, **environment))
        them = stack.enter_context(worker("bare", "stream", bare.first_line))
        found = compare(
            "stream", Side("mesh", us, [agent]), Side("bare", them, [bare]), callers=4, calls=(24, 40), rounds=rounds
        )
    words = "streaming reply of 1,000 parts: throughput of a bare stream"
    return [_ratio(found, "per_second", words, 0.85, at_worst=0.52)]


def consult(rounds: Rounds) -> list[Figure]:
    """Ten agents asked at once against ten bare calls gathered."""
    names = [f"expert-{number}" for number in range(10)]
    with ExitStack() as stack:
        registry, environment = stack.enter_context(mesh())
        ours = [stack.enter_context(worker("mesh", "server", registry, name, **environment)) for name in names]
        theirs = [stack.enter_context(worker("bare", "server")) for _ in names]
        us = stack.enter_context(worker("mesh", "consult", registry, *names, **environment))
        them = stack.enter_context(worker("bare", "gathered", *(one.first_line for one in theirs)))
        found = compare(
            "consult", Side("mesh", us, ours), Side("bare", them, theirs), callers=1, calls=(150, 300), rounds=rounds
        )
    return [
        _ratio(found, "median", "consult of 10 agents: median latency of ten bare calls gathered", 1.5, at_least=False)
    ]


def conversations(rounds: Rounds) -> list[Figure]:
    """Durable turns of 64 contacts against two bare nested calls."""
    with ExitStack() as stack:
        address, environment, services = stack.enter_context(_services("echo-bot"))
        bot = stack.enter_context(worker("talk", "server", address, "echo-bot", **environment))
        inner = stack.enter_context(worker("bare", "server"))
        outer = stack.enter_context(worker("bare", "server", inner.first_line))
        us = stack.enter_context(worker("talk", "load", address))
        them = stack.enter_context(worker("bare", "load", outer.first_line))
        sides = Side("mesh", us, [services, bot]), Side("bare", them, [outer, inner])
        found = compare("conversations", *sides, callers=64, calls=(900, 3000), rounds=rounds)
    words = "durable turns, 64 conversations: throughput of two bare nested calls"
    return [_ratio(found, "per_second", words, 0.4, at_least=True)]


def growth(rounds: Rounds) -> list[Figure]:
    """Whether a long conversation, or very many of them, make anything slower."""
    messages, conversations = 10_000, 1_000_000
    with ExitStack() as stack:
        address, environment, services = stack.enter_context(_services("echo-bot"))
        bot = stack.enter_context(worker("talk", "server", address, "echo-bot", **environment))
        sides = [
            Side(name, stack.enter_context(worker("talk", "speak", address, count)), [services, bot])
            for name, count in (("long", str(messages)), ("new", "0"))
        ]
        long = compare("long", *sides, callers=1, calls=(200, 200), rounds=rounds)
    with ExitStack() as stack:
        turns, pages = [], []
        for name, count in (("many", str(conversations)), ("few", "0")):
            address, environment, services = stack.enter_context(_services("echo-bot", count))
            bot = stack.enter_context(worker("talk", "server", address, "echo-bot", **environment))
            speaks, reads = (stack.enter_context(worker("talk", role, address)) for role in ("speak", "pages"))
            turns.append(Side(name, speaks, [services, bot]))
            pages.append(Side(name, reads, [services]))
        in_many = compare("turns", *turns, callers=1, calls=(200, 200), rounds=rounds)
        listed = compare("pages", *pages, callers=1, calls=(200, 200), rounds=rounds)
    words = f"with {conversations:,} conversations in the log, of one with few"
    return [
        _median(long, f"a turn in a conversation of {messages:,} messages, of one in a new one"),
        _median(in_many, f"a turn {words}"),
        _median(listed, f"a page of the list {words}"),
    ]


def transfer(rounds: Rounds) -> list[Figure]:
    """From the request to the new owner's first answer, against a delegation."""
    with ExitStack() as stack:
        address, environment, services = stack.enter_context(_services("first-bot"))
        bots = [
            stack.enter_context(worker("talk", "server", address, name, **environment))
            for name in ("first-bot", "second-bot")
        ]
        echo = stack.enter_context(worker("mesh", "server", address, **environment))
        us = stack.enter_context(worker("talk", "transfer", address, "second-bot"))
        them = stack.enter_context(worker("mesh", "load", address, **environment))
        sides = Side("transfer", us, [services, *bots]), Side("delegation", them, [echo])
        found = compare("transfer", *sides, callers=1, calls=(60, 400), rounds=rounds)
        latencies = stack.enter_context(worker("commit", "load")).ask(callers=1, calls=300)["latencies"]
    commit = statistics.median(latencies)
    ours, theirs = (statistics.median(one.median for one in side) for side in (found.ours, found.theirs))
    note = f"{ours * 1000:.1f} ms with {COMMITS} commits of {commit * 1000:.1f} ms; a delegation {theirs * 1000:.1f} ms"
    words = "a transfer, to the new owner's first answer, less its commits: delegations' median latency"
    return [Figure(words, (ours - COMMITS * commit) / theirs, 6, at_least=False, note=note)]


def peers(rounds: Rounds) -> list[Figure]:
    """The same question by other people's means, each installed from its own locked list."""
    figures = []
    for name, module, words, target, calls in (
        ("a2a", "peers.a2a", "a2a-sdk's SendMessage over gRPC", 6.0, 1200),
        ("autogen", "peers.autogen", "AutoGen's gRPC runtime, from worker to worker", 2.0, 1200),
        ("nats", "peers.nats_micro", "a NATS service (no policies, no spans)", None, 4000),
    ):
        python = environment_of(name)
        with ExitStack() as stack:
            registry, environment = stack.enter_context(mesh())
            agent = stack.enter_context(worker("mesh", "server", registry, **environment))
            us = stack.enter_context(worker("mesh", "load", registry, **environment))
            theirs = [stack.enter_context(worker(module, "host", python=python))] if name != "a2a" else []
            address = [one.first_line for one in theirs]
            theirs.append(stack.enter_context(worker(module, "server", *address, python=python)))
            them = stack.enter_context(worker(module, "load", theirs[0].first_line, python=python))
            sides = Side("mesh", us, [agent]), Side(name, them, theirs)
            found = compare(name, *sides, callers=64, calls=(2500, calls), rounds=rounds)
        figures.append(_ratio(found, "per_second", f"one delegation, 64 callers: throughput of {words}", target))
    return figures


def in_flight(rounds: Rounds) -> list[Figure]:  # noqa: ARG001 - once is enough: what is asked is whether any fails
    """Ten thousand delegations open at one agent, each for ten seconds, all started at once."""
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


def registry(rounds: Rounds) -> list[Figure]:  # noqa: ARG001 - a thousand changes are enough
    """How soon the last of many watchers hears of a change in a crowd, and what that costs the registry."""
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


def find(rounds: Rounds) -> list[Figure]:
    """The best of 10,000 agents for an utterance."""
    with worker("find", "load", "10000") as load:
        found = load.ask(callers=1, calls=100 * rounds)
    median = found["latencies"][len(found["latencies"]) // 2]
    return [Figure("find among 10,000 agents: median, ms", median * 1000, 20, at_least=False)]


def starting(rounds: Rounds) -> list[Figure]:
    """CPU time until ready, and memory at rest."""
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


CASES: dict[str, Callable[[Rounds], list[Figure]]] = {
    one.__name__: one
    for one in (
        delegation,
        shares,
        sampled,
        latency,
        chain,
        stream,
        consult,
        conversations,
        growth,
        transfer,
        peers,
        in_flight,
        registry,
        find,
        starting,
    )
}


def _delegations(name: str, rounds: Rounds, *, callers: int, **settings: str) -> Comparison:
    calls = (2500, 6000) if callers > 1 else (600, 900)
    with ExitStack() as stack:
        registry, environment = stack.enter_context(mesh(**settings))
        agent = stack.enter_context(worker("mesh", "server", registry, **environment))
        bare = stack.enter_context(worker("bare", "server"))
        us = stack.enter_context(worker("mesh", "load", registry, **environment))
        them = stack.enter_context(worker("bare", "load", bare.first_line))
        ours, theirs = Side("mesh", us, [agent]), Side("bare", them, [bare])
        return compare(name, ours, theirs, callers=callers, calls=calls, rounds=rounds)


def _burst(load: Worker, server: Worker) -> tuple[dict[str, Any], float]:
    """What came of ten thousand at once, and the bytes that each took while all were open, both ends together."""
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
def _services(primary: str, conversations: str = "0") -> Iterator[tuple[str, dict[str, str], Worker]]:
    """All services in a process, and a sink of traces: their address, the environment of bots, the process."""
    with worker("sink", "server") as sink:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{sink.first_line}", "OTEL_METRICS_EXPORTER": "none"}
        with worker("services", "server", primary, conversations, **environment) as services:
            yield services.first_line, environment, services


def _median(found: Comparison, words: str) -> Figure:
    ours, theirs = (statistics.median(one.median for one in side) * 1000 for side in (found.ours, found.theirs))
    note = f"{found.spread('median')}; {ours:.2f} and {theirs:.2f} ms"
    return Figure(f"{words}: median latency", found.ratio("median"), 1.2, at_least=False, note=note)


def _ratio(
    found: Comparison,
    what: str,
    words: str,
    target: float | None,
    *,
    at_least: bool = True,
    at_worst: float | None = None,
) -> Figure:
    ours = statistics.median(sample.per_second for sample in found.ours)
    theirs = statistics.median(sample.per_second for sample in found.theirs)
    note = f"{found.spread(what)}; {ours:,.0f}/s and {theirs:,.0f}/s"
    return Figure(words, found.ratio(what), target, at_least, note, (ours, theirs), at_worst)


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
