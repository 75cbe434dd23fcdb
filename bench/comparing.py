"""Two sides in one run: rounds in alternating order, medians of the ratios of each round."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.processes import Side

WARM = 0.3
"""The share of a round's calls that is made first and not counted."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One side in one round."""

    per_second: float
    median: float
    """Seconds of one call."""
    p99: float
    cpu: float
    """Seconds per call, both ends together."""


@dataclass(slots=True)
class Comparison:
    """What was measured of two sides."""

    name: str
    ours: list[Sample] = field(default_factory=list)
    theirs: list[Sample] = field(default_factory=list)

    def ratios(self, what: str) -> list[float]:
        """Ours to theirs, round by round, of "per_second", "median" or "cpu"."""
        return [getattr(a, what) / getattr(b, what) for a, b in zip(self.ours, self.theirs, strict=True)]

    def ratio(self, what: str) -> float:
        """The median of the rounds' ratios."""
        return statistics.median(self.ratios(what))

    def spread(self, what: str) -> str:
        """The least and the greatest of them."""
        ratios = self.ratios(what)
        return f"{min(ratios):.2f} to {max(ratios):.2f}"


def compare(name: str, ours: Side, theirs: Side, *, callers: int, calls: Sequence[int], rounds: int) -> Comparison:
    """Measure both; `calls` of ours and of theirs in each round."""
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
