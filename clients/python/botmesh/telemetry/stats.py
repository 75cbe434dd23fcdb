"""What GetStats answers: counts since the process started."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from google.protobuf.timestamp_pb2 import Timestamp

from botmesh.deadline import now
from botmesh.limits import duration
from botmesh.v1.agent_service_pb2 import GetStatsResponse

if TYPE_CHECKING:
    from botmesh.policies.call import Call

_KEPT = 1000
"""How many latencies are kept for the percentiles."""
_RECENT = 60.0
"""Seconds in which a failure counts as recent."""


@dataclass(slots=True)
class Stats:
    """Counts of one end."""

    started_at: float = field(default_factory=time.time)
    incoming: Counter[str] = field(default_factory=Counter)
    outgoing: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    latencies: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))
    failures: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def record(self, call: "Call") -> None:
        """Count a work call that is over."""
        status = "OK" if call.error is None else call.error.status.name
        (self.outgoing if call.at_caller else self.incoming)[status] += 1
        if call.error is not None and not call.error.started and not call.error.from_peer:
            self.refusals[call.error.reason] += 1
        elif not call.at_caller:
            at = now()
            self.latencies.append(at - call.began)
            if call.error is not None:
                self.failures.append(at)

    def recent_failures(self) -> int:
        """Work calls that failed here in the last minute."""
        since = now() - _RECENT
        while self.failures and self.failures[0] < since:
            self.failures.popleft()
        return len(self.failures)

    def to_proto(self) -> GetStatsResponse:
        """As the contract's message, without what only the agent knows."""
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
