"""Errors: every one that leaves this end says who raised it, at which hop, and in which trace."""

from botmesh.policies.call import Call
from botmesh.policies.methods import MethodClass
from botmesh.policies.pipeline import Policy
from botmesh.telemetry.telemetry import trace_id_of


class Errors(Policy):
    """Completes the error of a call. The text of unknown exceptions was left behind before (status.py)."""

    applies_to = frozenset(MethodClass)

    def finish(self, call: Call) -> None:
        """Say where the error was made, unless a peer or an inner call said so already."""
        error = call.error
        if error is None or error.from_peer or error.agent or error.trace_id:
            return
        error.agent = call.endpoint.agent
        error.instance = call.endpoint.instance
        error.hop = call.hops
        error.path = call.chain.path
        error.trace_id = trace_id_of(call.span)
