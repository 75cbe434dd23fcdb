"""The deadline of a call or of work."""

import time
from contextvars import Context
from dataclasses import dataclass

from botmesh.limits import ANSWER_MARGIN, ANSWER_MARGIN_MOST

NO_CONTEXT = Context()
"""An empty context for timers. A cancelled timer stays in its loop until its time, and would keep its call alive."""
now = time.monotonic
"""The clock of the event loop in seconds, without the loop: asyncio and uvloop both use this clock."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """An absolute point in time on the event loop's clock, in seconds."""

    at: float

    @classmethod
    def after(cls, timeout: float) -> "Deadline":
        """Return the deadline `timeout` seconds from now."""
        return cls(now() + timeout)

    @property
    def remaining(self) -> float:
        """The seconds that are left, at least 0."""
        return max(0.0, self.at - now())

    def for_child(self, timeout: float | None = None) -> "Deadline":
        """Return a child's deadline: this one less a margin to answer in, or `timeout` seconds if that is earlier."""
        remaining = self.remaining
        most = remaining - min(remaining * ANSWER_MARGIN, ANSWER_MARGIN_MOST)
        return Deadline.after(most if timeout is None else min(most, timeout))
