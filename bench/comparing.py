"""Compares two sides in one run: rounds in alternating order, and the median of the rounds' ratios."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.processes import Side

WARM = 0.3
"""Warm-up before the first round, as a share of a round's calls. It is not counted."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The measurement of one side in one round."""

    per_second: float
    median: float
    """Latency of a call in seconds."""
    p99: float
    """Latency in seconds, 99th percentile."""
    cpu: float
    """CPU seconds per call, both ends together."""


@dataclass(slots=True)
class Comparison:
    """The samples of two sides, one per round."""

    name: str
    ours: list[Sample] = field(default_factory=list)
    theirs: list[Sample] = field(default_factory=list)

    def ratios(self, what: str) -> list[float]:
        """Return ours divided by theirs for each round, of "per_second", "median" or "cpu"."""
        return [getattr(a, what) / getattr(b, what) for a, b in zip(self.ours, self.theirs, strict=True)]

    def ratio(self, what: str) -> float:
        """Return the median of the rounds' ratios."""
        return statistics.median(self.ratios(what))

    def spread(self, what: str) -> str:
        """Return the smallest and the greatest ratio as text."""
        ratios = self.ratios(what)
        return f"{min(ratios):.2f} to {max(ratios):.2f}"


def compare(name: str, ours: Side, theirs: Side, *, callers: int, calls: Sequence[int], rounds: int) -> Comparison:
    """Measure both sides; `calls` has the number of calls per round of ours and of theirs."""
    made = Comparison(name)
    for side, many in zip((ours, theirs), calls, strict=True):
        side.load.ask(callers=callers, calls=max(callers, int(many * WARM)))
    for number in range(rounds):
        order = ((ours, calls[0], made.ours), (theirs, calls[1], made.theirs))
        for side, many, samples in order if number % 2 == 0 else order[::-1]:
            samples.append(_measure(side, callers, many))
    return made


def _measure(side: Side, callers: int, calls: int) -> Sample:
    before = side.cpu_seconds
    found = side.load.ask(callers=callers, calls=calls)
    latencies = found["latencies"]
    return Sample(
        per_second=calls / found["seconds"],
        median=latencies[len(latencies) // 2],
        p99=latencies[int(len(latencies) * 0.99)],
        cpu=(side.cpu_seconds - before) / calls,
    )
