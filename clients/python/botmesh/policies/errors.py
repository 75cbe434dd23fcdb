"""Errors: adds to every error which agent raised it, at which hop and in which trace."""

from botmesh.policies.call import Call
from botmesh.policies.methods import MethodClass
from botmesh.policies.pipeline import Policy
from botmesh.telemetry.telemetry import trace_id_of


class Errors(Policy):
    """Completes the error of a call. status.py has replaced unknown exceptions, without their text, before."""

    applies_to = frozenset(MethodClass)

    def finish(self, call: Call) -> None:
        """Add where the error was raised, unless a peer or an inner call has added that already."""
        error = call.error
        if error is None or error.from_peer or error.agent or error.trace_id:
            return
        error.agent = call.endpoint.agent
        error.instance = call.endpoint.instance
        error.hop = call.hops
        error.path = call.chain.path
        error.trace_id = trace_id_of(call.span)
