"""The counters that GetStats returns, since the process started."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field

from google.protobuf.timestamp_pb2 import Timestamp

from botmesh.deadline import now
from botmesh.limits import duration
from botmesh.telemetry.outcome import CallOutcome
from botmesh.v1.agent_service_pb2 import GetStatsResponse

_KEPT = 1000
"""The number of latencies that are kept for percentiles, and of times of failures."""
_RECENT = 60.0
"""Seconds for which a failure counts as recent."""


@dataclass(slots=True)
class Stats:
    """The counters of one endpoint."""

    started_at: float = field(default_factory=time.time)
    incoming: Counter[str] = field(default_factory=Counter)
    outgoing: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    failures: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def record(self, outcome: CallOutcome) -> None:
        """Count a work call that has ended."""
        (self.outgoing if outcome.at_caller else self.incoming)[outcome.status] += 1
        if outcome.error is not None and outcome.is_refusal:
            self.refusals[outcome.error.reason] += 1
        elif not outcome.at_caller:
            self.latencies.append(outcome.duration)
            if outcome.error is not None:
                self.failures.append(now())

    def recent_failures(self) -> int:
        """Return the number of work calls that failed here in the last minute."""
        since = now() - _RECENT
        while self.failures and self.failures[0] < since:
            self.failures.popleft()
        return len(self.failures)

    def to_proto(self) -> GetStatsResponse:
        """Return the contract's message, without the fields that only the agent knows."""
        ordered = sorted(self.latencies) or [0.0]
        started = Timestamp()
        started.FromNanoseconds(int(self.started_at * 1e9))
        return GetStatsResponse(
            started_at=started,
            incoming=self.incoming,
            outgoing=self.outgoing,
            refusals=self.refusals,
            median_latency=duration(ordered[len(ordered) // 2]),
            p95_latency=duration(ordered[int(len(ordered) * 0.95)]),
        )
