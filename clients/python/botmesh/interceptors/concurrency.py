"""Concurrency: only so many delegations are open at once per conversation at one instance."""

from collections import Counter

from botmesh.errors import TooManyDelegations
from botmesh.interceptors.call import Call
from botmesh.interceptors.policy import Policy


class Concurrency(Policy):
    """Refuses the one too many at once. Joining work that runs does not count."""

    def caller(self, call: Call) -> None:
        """Counted from here until the call is over."""
        _enter(call, call.end.outgoing, "outgoing")

    def callee(self, call: Call) -> None:
        """Counted until the work is over: it can outlast the call."""
        if not call.joined:
            _enter(call, call.end.incoming, "incoming")


def _enter(call: Call, open_calls: Counter[tuple[str, str]], direction: str) -> None:
    key, limit = call.chain.concurrency_key, call.limits.max_delegations
    if open_calls[key] >= limit:
        raise TooManyDelegations(
            f"{open_calls[key]} {direction} delegations are open in this conversation, the limit is {limit}: "
            "wait for one to end",
            limit=limit,
            direction=direction,
        )
    open_calls[key] += 1

    def leave() -> None:
        open_calls[key] -= 1
        if not open_calls[key]:
            del open_calls[key]

    (call.at_end if call.work is None else call.work.at_end).append(leave)
