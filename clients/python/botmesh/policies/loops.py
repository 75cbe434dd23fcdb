"""Loops: refuses a call to an agent that stands in the chain's path already."""

from botmesh.errors import LoopDetected
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Loops(Policy):
    """Refuses chains such as A → B → A and A → B → C → A, unless the limit `allow_revisits` permits them."""

    def caller(self, call: Call) -> None:
        """Refuse a target that stands in the path."""
        _check(call, call.info.target)

    def callee(self, call: Call) -> None:
        """Refuse if this agent stands in the path."""
        _check(call, call.endpoint.named_in(call.chain))


def _check(call: Call, target: str) -> None:
    if target in call.chain.path and not call.limits.allow_revisits:
        way = " → ".join(call.chain.path)
        raise LoopDetected(f"{target} already stands in the chain {way}: it would wait for itself")
