"""Conversations: durable turns, transfers, and how length and number of conversations change their latency."""

import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bench.comparing import compare
from bench.figures import Figure, growing, ratio
from bench.processes import Side, Worker, worker

COMMITS = 3
"""Commits of a transfer: the request, the change of owner with the new turn, and the end of that turn."""


def conversations(rounds: int) -> list[Figure]:
    """Compare durable turns of 64 contacts with two nested bare calls."""
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
    return [ratio(found, "per_second", words, 0.4, at_least=True)]


def growth(rounds: int) -> list[Figure]:
    """Compare a long conversation with a new one, and a log of a million conversations with an empty one."""
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
        growing(long, f"a turn in a conversation of {messages:,} messages, of one in a new one"),
        growing(in_many, f"a turn {words}"),
        growing(listed, f"a page of the list {words}"),
    ]


def transfer(rounds: int) -> list[Figure]:
    """Compare the time from a transfer's request to the new owner's first reply with a delegation."""
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


@contextmanager
def _services(primary: str, conversations: str = "0") -> Iterator[tuple[str, dict[str, str], Worker]]:
    """Run all services in one process, and a sink for traces; yield address, environment for bots, and process."""
    with worker("sink", "server") as sink:
        environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://{sink.first_line}", "OTEL_METRICS_EXPORTER": "none"}
        with worker("services", "server", primary, conversations, **environment) as services:
            yield services.first_line, environment, services
