"""The mesh's policies, in the order in which they look at a call. One policy a file, both ends in it."""

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
    Trace(),  # sees everything, refusals included
    Errors(),  # completes what the trace will show
    Fields(),  # what follows can rely on what it reads
    Target(),  # reads the chain; all that follow need it
    Enabled(),
    Budget(),  # also reports what passed it
    Deadlines(),
    Size(),
    Hops(),
    Loops(),
    Idempotency(),  # a repeat joins here ...
    Concurrency(),  # ... so that it does not count here
)

PIPELINES = {kind: Pipeline(POLICIES, kind) for kind in MethodClass}


_LASTING = (Enabled(), Hops(), Loops())


def around(call: Call) -> CallScope:
    """The scope of a call, with the policies of its method's class."""
    return PIPELINES[call.info.kind].around(call)


def check_doomed(endpoint: Endpoint, chain: Chain, target: str) -> None:
    """Refuse now what would be refused whenever it was tried: for work that begins later.

    Raises:
        BotmeshError: the target is unknown, or the chain is too long, or it stands in the chain already.
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
