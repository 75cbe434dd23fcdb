"""Hops: limits the depth of a chain."""

from botmesh.errors import HopLimitExceeded
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Hops(Policy):
    """Refuses a call that is one hop too many. The limit can only become narrower along the chain."""

    def caller(self, call: Call) -> None:
        """Refuse the call, or pass on the narrower of the chain's limit and this end's."""
        _check(call)

    def callee(self, call: Call) -> None:
        """Refuse as at the caller, and apply this end's limit to all calls below."""
        _check(call)


def _check(call: Call) -> None:
    call.chain = call.chain.narrowed(call.limits.max_hops)
    limit = call.chain.max_hops
    if limit is not None and call.hops > limit:
        path = call.chain.path
        way = " → ".join((*path, call.info.target or call.endpoint.agent))
        raise HopLimitExceeded(f"{way} is one hop more than the {limit} allowed", limit=limit)
