"""Enabled: delegations can be switched off, for the mesh or for one agent."""

from botmesh.errors import Disabled
from botmesh.policies.call import Call
from botmesh.policies.pipeline import Policy


class Enabled(Policy):
    """Switched off, every delegation is refused, and the refusal says who switched it off."""

    def caller(self, call: Call) -> None:
        """Refuse here, so that nothing is sent in vain."""
        _check(call)

    def callee(self, call: Call) -> None:
        """Refuse what comes all the same."""
        _check(call)


def _check(call: Call) -> None:
    if call.limits.enabled:
        return
    if not call.endpoint.ceiling.enabled:
        raise Disabled("delegations are switched off in this mesh: set enabled to true", scope="mesh")
    raise Disabled(f"delegations are switched off at {call.endpoint.agent or 'this client'}", scope="agent")
