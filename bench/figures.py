"""Figures: measured numbers and their targets."""

import statistics
from dataclasses import dataclass

from bench.comparing import Comparison


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number and its target."""

    what: str
    value: float
    target: float | None
    """None: the figure has no target."""
    at_least: bool
    """Whether greater is better."""
    note: str = ""
    per_second: tuple[float, float] | None = None
    """Calls per second of ours and of theirs; None if the figure is no comparison."""
    at_worst: float | None = None
    """Limit of the regression check, with a margin for noise. None: it is not checked."""

    @property
    def holds(self) -> bool:
        """Whether the target is met."""
        if self.target is None:
            return True
        return self.value >= self.target if self.at_least else self.value <= self.target

    @property
    def regressed(self) -> bool:
        """Whether the figure is worse than the limit of the regression check."""
        if self.at_worst is None:
            return False
        return self.value < self.at_worst if self.at_least else self.value > self.at_worst


def ratio(
    found: Comparison,
    what: str,
    words: str,
    target: float | None,
    *,
    at_least: bool = True,
    at_worst: float | None = None,
) -> Figure:
    """Return the figure for a ratio of ours to theirs; `what` is "per_second", "median" or "cpu"."""
    ours = statistics.median(sample.per_second for sample in found.ours)
    theirs = statistics.median(sample.per_second for sample in found.theirs)
    note = f"{found.spread(what)}; {ours:,.0f}/s and {theirs:,.0f}/s"
    return Figure(words, found.ratio(what), target, at_least, note, (ours, theirs), at_worst)


def growing(found: Comparison, words: str) -> Figure:
    """Return the figure for a ratio of median latencies whose target is at most 1.2."""
    ours, theirs = (statistics.median(one.median for one in side) * 1000 for side in (found.ours, found.theirs))
    note = f"{found.spread('median')}; {ours:.2f} and {theirs:.2f} ms"
    return Figure(f"{words}: median latency", found.ratio("median"), 1.2, at_least=False, note=note)
