"""Failures and damage found by this process: counted, logged, and listed for `botmesh doctor`."""

import logging
import threading
import time
from collections import OrderedDict
from itertools import islice

from botmesh.v1.problem_service_pb2 import (
    PROBLEM_KIND_STORAGE,
    PROBLEM_KIND_TASK_FAILED,
    PROBLEM_KIND_UNREADABLE,
    Problem,
    ProblemKind,
)

logger = logging.getLogger("botmesh")

KEPT = 1_000
"""Problems that are kept; beyond that, those seen longest ago are forgotten."""
SAY_AGAIN_SECONDS = 60.0
"""Seconds between two log lines about the same problem."""
MAX_TEXT = 1_024
"""Characters of a text or a subject: both may quote damaged data."""

Key = tuple[str, ProblemKind, str]
"""(component, kind, subject)"""


class Problems:
    """The problems of one process. May be used from any thread.

    Noting a problem never raises, and logs it at most once a minute for each component, kind and subject.
    """

    def __init__(self) -> None:
        """Begin without problems."""
        self._known: OrderedDict[Key, Problem] = OrderedDict()
        self._logged: dict[Key, float] = {}
        """When a problem was logged last, in seconds of the monotonic clock."""
        self._lock = threading.Lock()

    def unreadable(self, component: str, subject: str, text: str) -> None:
        """Note that stored or received data cannot be read and was left out."""
        self.note(component, PROBLEM_KIND_UNREADABLE, subject, text)

    def failed(self, component: str, subject: str, text: str) -> None:
        """Note that a background task failed and will be tried again."""
        self.note(component, PROBLEM_KIND_TASK_FAILED, subject, text)

    def storage(self, component: str, subject: str, text: str) -> None:
        """Note that a file cannot be written, or was damaged or replaced."""
        self.note(component, PROBLEM_KIND_STORAGE, subject, text)

    def of_log(self, kind: str, subject: str, text: str) -> None:
        """Note a problem of the event log; `kind` is "storage" or "unreadable"."""
        (self.storage if kind == "storage" else self.unreadable)("log", subject, text)

    def note(self, component: str, kind: ProblemKind, subject: str, text: str) -> None:
        """Add a problem to the list, or count one that is listed."""
        subject, text = _short(subject), _short(text)
        key = component, kind, subject
        now = time.time_ns()
        with self._lock:
            problem = self._known.get(key)
            if problem is None:
                problem = self._known[key] = Problem(component=component, kind=kind, subject=subject)
                problem.first_seen.FromNanoseconds(now)
            self._known.move_to_end(key)
            problem.text, problem.over = text, False
            problem.count += 1
            problem.last_seen.FromNanoseconds(now)
            while len(self._known) > KEPT:
                forgotten, _ = self._known.popitem(last=False)
                self._logged.pop(forgotten, None)
            is_due = self._logged.get(key, 0.0) <= time.monotonic() - SAY_AGAIN_SECONDS or problem.count == 1
            if is_due:
                self._logged[key] = time.monotonic()
        if is_due:
            logger.error("%s: %s: %s", component, subject, text)

    def over(self, component: str, kind: ProblemKind, subject: str) -> None:
        """Mark a problem as over: the operation that failed has succeeded since."""
        with self._lock:
            problem = self._known.get((component, kind, _short(subject)))
            if problem is not None:
                problem.over = True

    def total(self, kind: ProblemKind | None = None) -> int:
        """How often problems of a kind, or of any kind, were seen."""
        with self._lock:
            return sum(problem.count for problem in self._known.values() if kind in (None, problem.kind))

    def newest(self, limit: int) -> list[Problem]:
        """Copies of the `limit` problems that were seen last, the newest first."""
        with self._lock:
            copies = []
            for problem in islice(reversed(self._known.values()), limit):
                copy = Problem()
                copy.CopyFrom(problem)
                copies.append(copy)
            return copies

    @property
    def known(self) -> int:
        """How many problems are listed."""
        return len(self._known)


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
