"""Delegations: single, in chains, streamed and to several agents, against bare gRPC and other libraries."""

from contextlib import ExitStack

from bench.comparing import Comparison, compare
from bench.environments import environment_of
from bench.figures import Figure, ratio
from bench.processes import Side, Worker, mesh, worker

HOPS = 5
SAMPLED = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.01"}


def delegation(rounds: int) -> list[Figure]:
    """Compare a delegation with a bare call, 64 callers."""
    found = _delegations("one delegation, 64 callers", rounds, callers=64)
    return [
        ratio(found, "per_second", "one delegation, 64 callers: throughput of bare", 0.65, at_worst=0.65),
        ratio(found, "cpu", "one delegation, 64 callers: CPU per call, of bare", 1 / 0.65, at_least=False),
    ]


def shares(rounds: int) -> list[Figure]:
    """Measure shares of the cost: bare gRPC with metadata and an interceptor, and a delegation without spans."""
    with ExitStack() as stack:
        plumbed, bare = (stack.enter_context(worker("bare", role)) for role in ("plumbed", "server"))
        with_ = stack.enter_context(worker("bare", "load", plumbed.first_line, "metadata"))
        without = stack.enter_context(worker("bare", "load", bare.first_line))
        sides = Side("plumbed", with_, [plumbed]), Side("bare", without, [bare])
        plumbing = compare("plumbing", *sides, callers=64, calls=(6000, 6000), rounds=rounds)
    spanless = _delegations("without spans", rounds, callers=64, OTEL_SDK_DISABLED="true")
    words = "bare gRPC with the mesh's metadata, an interceptor, a task and a timer, no policies: CPU per call, of bare"
    return [
        ratio(plumbing, "cpu", words, None, at_least=False),
        ratio(spanless, "cpu", "one delegation, OTEL_SDK_DISABLED: CPU per call, of bare", None, at_least=False),
    ]


def sampled(rounds: int) -> list[Figure]:
    """Compare a delegation with a bare call, 64 callers and one trace in a hundred recorded."""
    found = _delegations("sampled", rounds, callers=64, **SAMPLED)
    return [ratio(found, "per_second", "the same, traces sampled at 1 %: throughput of bare", 0.85)]


def latency(rounds: int) -> list[Figure]:
    """Compare the latency of a delegation and a bare call, one call at a time."""
    found = _delegations("one caller", rounds, callers=1)
    return [
        ratio(found, "median", "one delegation, 1 caller: median latency of bare", 1.35, at_least=False, at_worst=1.8)
    ]


def chain(rounds: int) -> list[Figure]:
    """Compare a chain of five hops with five nested bare calls."""
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
    return [ratio(found, "per_second", "chain of 5 hops, 16 callers: throughput of 5 bare nested calls", 0.65)]


def stream(rounds: int) -> list[Figure]:
    """Compare a streamed reply of a thousand parts with a bare stream."""
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
    return [ratio(found, "per_second", words, 0.85, at_worst=1.2)]


def consult(rounds: int) -> list[Figure]:
    """Compare a consultation of ten agents with ten concurrent bare calls."""
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
        ratio(found, "median", "consult of 10 agents: median latency of ten bare calls gathered", 1.5, at_least=False)
    ]


def peers(rounds: int) -> list[Figure]:
    """Compare a delegation with the same request in other libraries, each in an environment of its own."""
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
        figures.append(ratio(found, "per_second", f"one delegation, 64 callers: throughput of {words}", target))
    return figures


def _delegations(name: str, rounds: int, *, callers: int, **settings: str) -> Comparison:
    calls = (2500, 6000) if callers > 1 else (600, 900)
    with ExitStack() as stack:
        registry, environment = stack.enter_context(mesh(**settings))
        agent = stack.enter_context(worker("mesh", "server", registry, **environment))
        bare = stack.enter_context(worker("bare", "server"))
        us = stack.enter_context(worker("mesh", "load", registry, **environment))
        them = stack.enter_context(worker("bare", "load", bare.first_line))
        ours, theirs = Side("mesh", us, [agent]), Side("bare", them, [bare])
        return compare(name, ours, theirs, callers=callers, calls=calls, rounds=rounds)
