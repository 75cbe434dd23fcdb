"""Enabled: switches delegations off, for the mesh or for one agent."""

from botmesh.errors import Disabled
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Enabled(Policy):
    """Refuses every delegation while they are switched off. The refusal says whether for the mesh or the agent."""

    def caller(self, call: Call) -> None:
        """Refuse before anything is sent."""
        _check(call)

    def callee(self, call: Call) -> None:
        """Refuse calls of callers that have delegations switched on."""
        _check(call)


def _check(call: Call) -> None:
    if call.limits.enabled:
        return
    if not call.endpoint.ceiling.enabled:
        raise Disabled("delegations are switched off in this mesh: set enabled to true", scope="mesh")
    raise Disabled(f"delegations are switched off at {call.endpoint.agent or 'this client'}", scope="agent")
