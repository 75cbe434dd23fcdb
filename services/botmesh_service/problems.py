"""What does not work as it should in this process: counted, told in the log, and listed for `botmesh doctor`."""

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from botmesh.v1.problem_service_pb2 import (
    PROBLEM_KIND_STORAGE,
    PROBLEM_KIND_TASK_FAILED,
    PROBLEM_KIND_UNREADABLE,
    Problem,
    ProblemKind,
)

logger = logging.getLogger("botmesh")

KEPT = 1_000
"""Problems that are kept; beyond, those seen longest ago are forgotten."""
SAY_AGAIN_SECONDS = 60.0
"""Between two lines of the log about the same problem."""
MAX_TEXT = 1_024
"""Characters of a text or a subject: both come from whatever could not be read."""

Key = tuple[str, ProblemKind, str]
"""(component, kind, subject)"""


@dataclass(slots=True)
class Problems:
    """The problems of one process. May be used from any thread.

    Noting one never raises, and logs it at most once a minute for each component, kind and subject.
    """

    _known: OrderedDict[Key, Problem] = field(default_factory=OrderedDict)
    _said: dict[Key, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def unreadable(self, component: str, subject: str, text: str) -> None:
        """Something stored or received cannot be read: it was left out, and everything else went on."""
        self.note(component, PROBLEM_KIND_UNREADABLE, subject, text)

    def failed(self, component: str, subject: str, text: str) -> None:
        """A background task failed and will be tried again."""
        self.note(component, PROBLEM_KIND_TASK_FAILED, subject, text)

    def storage(self, component: str, subject: str, text: str) -> None:
        """A file cannot be written, or is not what it was."""
        self.note(component, PROBLEM_KIND_STORAGE, subject, text)

    def of_log(self, kind: str, subject: str, text: str) -> None:
        """As the event log tells of a problem: "storage", or "unreadable"."""
        (self.storage if kind == "storage" else self.unreadable)("log", subject, text)

    def note(self, component: str, kind: ProblemKind, subject: str, text: str) -> None:
        """Take note of a problem: a new one is listed, a known one counted."""
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
                self._said.pop(forgotten, None)
            is_due = self._said.get(key, 0.0) <= time.monotonic() - SAY_AGAIN_SECONDS or problem.count == 1
            if is_due:
                self._said[key] = time.monotonic()
        if is_due:
            logger.error("%s: %s: %s", component, subject, text)

    def over(self, component: str, kind: ProblemKind, subject: str) -> None:
        """What failed has worked since."""
        with self._lock:
            problem = self._known.get((component, kind, _short(subject)))
            if problem is not None:
                problem.over = True

    def total(self, kind: ProblemKind | None = None) -> int:
        """How often problems of a kind, or of any, were seen."""
        with self._lock:
            return sum(one.count for one in self._known.values() if kind in (None, one.kind))

    def newest(self, limit: int) -> list[Problem]:
        """Copies of the problems that were seen last, the newest first."""
        with self._lock:
            chosen = [one for _, one in zip(range(limit), reversed(self._known.values()), strict=False)]
            copies = []
            for problem in chosen:
                copy = Problem()
                copy.CopyFrom(problem)
                copies.append(copy)
            return copies

    @property
    def known(self) -> int:
        """How many different problems are listed."""
        return len(self._known)


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
