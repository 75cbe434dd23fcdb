"""A deadline as an object: an absolute point on the loop's clock."""

import time
from contextvars import Context
from dataclasses import dataclass

from botmesh.limits import ANSWER_MARGIN, ANSWER_MARGIN_MOST

NO_CONTEXT = Context()
"""For timers: one that was cancelled stays with its loop until its time has come, and would keep its call alive."""
now = time.monotonic
"""The loop's clock without asking for the loop: asyncio's and uvloop's count seconds from the same point."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point in time on the running loop's clock, in seconds."""

    at: float

    @classmethod
    def after(cls, timeout: float) -> "Deadline":
        """The deadline `timeout` seconds from now."""
        return cls(now() + timeout)

    @property
    def remaining(self) -> float:
        """Seconds left, never below 0."""
        return max(0.0, self.at - now())

    def for_child(self, timeout: float | None = None) -> "Deadline":
        """A child's deadline: this one less a little to answer in, or `timeout` seconds if that is earlier."""
        remaining = self.remaining
        most = remaining - min(remaining * ANSWER_MARGIN, ANSWER_MARGIN_MOST)
        return Deadline.after(most if timeout is None else min(most, timeout))
