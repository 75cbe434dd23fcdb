"""Concurrency: limits the open delegations of a conversation at one instance."""

from botmesh.errors import TooManyDelegations
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Concurrency(Policy):
    """Refuses a delegation over the limit. A call that joins running work does not count."""

    def caller(self, call: Call) -> None:
        """Count the call until it is over."""
        _enter(call, call.endpoint.outgoing, "outgoing")

    def callee(self, call: Call) -> None:
        """Count the call's work until it is over, because it can outlast the call."""
        if not call.joined:
            _enter(call, call.endpoint.incoming, "incoming")


def _enter(call: Call, open_calls: dict[tuple[str, str], int], direction: str) -> None:
    key, limit = call.chain.concurrency_key, call.limits.max_delegations
    count = open_calls.get(key, 0)
    if count >= limit:
        raise TooManyDelegations(
            f"{count} {direction} delegations are open in this conversation, the limit is {limit}: wait for one to end",
            limit=limit,
            direction=direction,
        )
    open_calls[key] = count + 1

    def leave() -> None:
        left = open_calls[key] - 1
        if left:
            open_calls[key] = left
        else:
            del open_calls[key]

    (call.at_end if call.work is None else call.work.at_end).append(leave)
