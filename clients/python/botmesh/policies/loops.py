"""Loops: an agent that already stands in the path is not asked again."""

from botmesh.errors import LoopDetected
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Loops(Policy):
    """Refuses A → B → A and A → B → C → A, unless the mesh allows revisits."""

    def caller(self, call: Call) -> None:
        """The one that we are about to ask."""
        _check(call, call.info.target)

    def callee(self, call: Call) -> None:
        """Ourselves."""
        _check(call, call.endpoint.named_in(call.chain))


def _check(call: Call, target: str) -> None:
    if target in call.chain.path and not call.limits.allow_revisits:
        way = " → ".join(call.chain.path)
        raise LoopDetected(f"{target} already stands in the chain {way}: it would wait for itself")
