"""Concurrency: limits the open delegations of a conversation at one instance, and the outgoing ones over all instances.

Other instances are counted as far as the path of the chain and the last heartbeat tell (limits.proto).
"""

from collections.abc import Callable
from dataclasses import replace

from botmesh.chain import MAX_OPEN
from botmesh.errors import TooManyDelegations
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy

EARLY_REPORT = 5
"""The number of open delegations of one conversation that an instance reports at once. From there on two instances
together could exceed the default limit."""


class Concurrency(Policy):
    """Refuses a delegation over the limit. A call that joins running work does not count."""

    def caller(self, call: Call) -> None:
        """Count the call until it is over, and tell the callee how many are open."""
        end, key, limit = call.endpoint, call.chain.concurrency_key, call.limits.max_delegations
        own = end.outgoing.get(key, 0)
        in_path = max(0, call.chain.open_in_path - 1)  # without this call
        others = max(in_path, end.open_elsewhere.get(key[1], 0) if key[0] == end.account else 0)
        if own + others >= limit:
            raise TooManyDelegations(
                f"{own} outgoing delegations are open here and {others} elsewhere in this conversation, "
                f"the limit is {limit}: wait for one to end",
                limit=limit,
                direction="outgoing",
            )
        call.at_end.append(_entered(end.outgoing, key))
        if end.agent and own:  # calls of clients and services do not count for the callee: they stand in no path
            call.chain = replace(call.chain, open=min(in_path + own + 1, MAX_OPEN))
        if own + 1 == EARLY_REPORT and key[0] == end.account:
            end.on_many_open()

    def callee(self, call: Call) -> None:
        """Count the call's work until it is over, because it can outlast the call."""
        if call.joined:
            return
        open_calls, key, limit = call.endpoint.incoming, call.chain.concurrency_key, call.limits.max_delegations
        count = open_calls.get(key, 0)
        if count >= limit:
            raise TooManyDelegations(
                f"{count} incoming delegations are open in this conversation, the limit is {limit}: "
                "wait for one to end",
                limit=limit,
                direction="incoming",
            )
        (call.at_end if call.work is None else call.work.at_end).append(_entered(open_calls, key))


def _entered(open_calls: dict[tuple[str, str], int], key: tuple[str, str]) -> Callable[[], None]:
    """Count a call, and return the function that takes it out again."""
    open_calls[key] = open_calls.get(key, 0) + 1

    def leave() -> None:
        left = open_calls[key] - 1
        if left:
            open_calls[key] = left
        else:
            del open_calls[key]

    return leave
