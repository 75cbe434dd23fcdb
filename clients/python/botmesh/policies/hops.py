"""Hops: a chain goes only so deep."""

from botmesh.errors import HopLimitExceeded
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Hops(Policy):
    """Refuses the call that would be one hop too many. The limit narrows along the chain and never widens."""

    def caller(self, call: Call) -> None:
        """Refuse here, and pass on the narrower of the chain's limit and our own."""
        _check(call)

    def callee(self, call: Call) -> None:
        """Refuse what comes all the same; what is below here has our limit too."""
        _check(call)


def _check(call: Call) -> None:
    call.chain = call.chain.narrowed(call.limits.max_hops)
    limit = call.chain.max_hops
    if limit is not None and call.hops > limit:
        path = call.chain.path
        way = " → ".join((*path, call.info.target or call.endpoint.agent))
        raise HopLimitExceeded(f"{way} is one hop more than the {limit} allowed", limit=limit)
