"""Deadline: gives every call a deadline, and a child an earlier one than its parent."""

import math

from botmesh.deadline import Deadline
from botmesh.errors import DeadlineTooLong, InvalidField
from botmesh.limits import DEADLINE_TOLERANCE
from botmesh.policies.call import Call
from botmesh.policies.methods import MethodClass
from botmesh.policies.pipeline import Policy


class Deadlines(Policy):
    """Sets `call.deadline`. The deadline ends the work itself (work.py), not only the caller's wait."""

    applies_to = frozenset({MethodClass.WORK, MethodClass.CONTROL})

    def caller(self, call: Call) -> None:
        """Set the requested or the default timeout, at most the parent's remaining time less a margin to answer in."""
        asked, most = call.info.timeout, call.limits.max_timeout
        if asked is not None:
            if math.isnan(asked) or asked <= 0:
                raise InvalidField(f"timeout must be more than 0 seconds but is {asked}", field="timeout", value=asked)
            if asked > most:
                raise _too_long(asked, most)
        timeout = min(call.limits.default_timeout, most) if asked is None else asked
        parent = call.info.parent_deadline
        call.deadline = Deadline.after(timeout) if parent is None else parent.for_child(timeout)

    def callee(self, call: Call) -> None:
        """Set the timeout that arrived, at most the limit. A timeout that gRPC has rounded up is not refused."""
        share, seconds = DEADLINE_TOLERANCE
        most = call.endpoint.ceiling.max_timeout
        if call.info.timeout is not None and call.info.timeout > most * (1 + share) + seconds:
            raise _too_long(call.info.timeout, most)
        timeout = call.limits.default_timeout if call.info.timeout is None else call.info.timeout
        call.deadline = Deadline.after(min(timeout, call.limits.max_timeout))


def _too_long(timeout: float, limit: float) -> DeadlineTooLong:
    return DeadlineTooLong(
        f"a deadline of {timeout:g} s is over the limit of {limit:g} s: ask for less, or split the work",
        timeout=f"{timeout:g}",
        limit=f"{limit:g}",
    )
