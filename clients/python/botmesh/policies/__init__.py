"""The mesh's policies, in the order in which they see a call. Each policy has one file with both of its ends."""

from botmesh.chain import Chain
from botmesh.policies.budget import Budget
from botmesh.policies.call import Call, CallInfo, current_call
from botmesh.policies.concurrency import Concurrency
from botmesh.policies.deadline import Deadlines
from botmesh.policies.enabled import Enabled
from botmesh.policies.endpoint import Endpoint
from botmesh.policies.errors import Errors
from botmesh.policies.fields import Fields
from botmesh.policies.hops import Hops
from botmesh.policies.idempotency import Idempotency
from botmesh.policies.loops import Loops
from botmesh.policies.methods import MethodClass
from botmesh.policies.pipeline import CallScope, Pipeline, Policy
from botmesh.policies.size import Size
from botmesh.policies.target import Target
from botmesh.policies.trace import Trace

POLICIES: tuple[Policy, ...] = (
    Trace(),  # outermost, so that spans show refusals as well
    Errors(),  # completes the error that the span shows
    Fields(),  # checks the values that all following policies read
    Target(),  # reads the chain, which all following policies need
    Enabled(),
    Budget(),  # reports the calls that have passed it
    Deadlines(),
    Size(),
    Hops(),
    Loops(),
    Idempotency(),  # before Concurrency, because a repeat that joins running work does not count there
    Concurrency(),
)

PIPELINES = {kind: Pipeline(POLICIES, kind) for kind in MethodClass}
"""The pipeline of each method class."""

_LASTING = (Enabled(), Hops(), Loops())
"""The policies whose refusal does not depend on the time of the call."""


def around(call: Call) -> CallScope:
    """Return the scope of a call, with the policies of its method's class."""
    return PIPELINES[call.info.kind].around(call)


def check_doomed(endpoint: Endpoint, chain: Chain, target: str) -> None:
    """Refuse work that begins later, if its call would be refused at any time.

    Raises:
        Disabled: delegations are switched off.
        HopLimitExceeded: the chain has one hop too many.
        LoopDetected: the target stands in the chain already.
    """
    call = Call(endpoint, CallInfo("", MethodClass.WORK, at_caller=True, target=target), endpoint.limits, chain)
    for policy in _LASTING:
        policy.caller(call)


__all__ = [
    "PIPELINES",
    "POLICIES",
    "Call",
    "CallInfo",
    "CallScope",
    "Endpoint",
    "MethodClass",
    "Pipeline",
    "Policy",
    "around",
    "check_doomed",
    "current_call",
]
