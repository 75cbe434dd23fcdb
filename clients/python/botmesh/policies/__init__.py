"""The mesh's policies, in the order in which they look at a call. One policy a file, both ends in it.

`client(end)` and `server(end)` put them on any grpc.aio channel or server. The SDK's own delegations run the
same list once around all attempts of a call (botmesh/client.py), because attempts go over several channels.
"""

from collections.abc import Sequence

import grpc

from botmesh.policies.budget import Budget
from botmesh.policies.call import CURRENT, Call, End, MethodClass
from botmesh.policies.concurrency import Concurrency
from botmesh.policies.deadline import Deadlines
from botmesh.policies.enabled import Enabled
from botmesh.policies.errors import Errors
from botmesh.policies.fields import Fields
from botmesh.policies.hops import Hops
from botmesh.policies.idempotency import Idempotency
from botmesh.policies.loops import Loops
from botmesh.policies.pipeline import Pipeline, Policy
from botmesh.policies.size import Size
from botmesh.policies.target import Target
from botmesh.policies.trace import Trace, inject
from botmesh.transport.adapter import CalleeInterceptor, StreamStream, StreamUnary, UnaryStream, UnaryUnary

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


def client(end: End) -> Sequence[grpc.aio.ClientInterceptor]:
    """The interceptors for a channel whose calls this end makes."""
    return [kind(end, PIPELINES) for kind in (UnaryUnary, UnaryStream, StreamUnary, StreamStream)]


def server(end: End) -> Sequence[grpc.aio.ServerInterceptor]:
    """The interceptor for a server whose calls this end takes."""
    return [CalleeInterceptor(end, PIPELINES)]


__all__ = [
    "CURRENT",
    "PIPELINES",
    "POLICIES",
    "Call",
    "CalleeInterceptor",
    "End",
    "MethodClass",
    "Pipeline",
    "Policy",
    "client",
    "inject",
    "server",
]
