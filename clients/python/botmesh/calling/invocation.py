"""An invocation: the agent that is called, the message, and the chain and work that it belongs to."""

from dataclasses import dataclass

from opentelemetry.context import Context

from botmesh.chain import Chain
from botmesh.deadline import Deadline
from botmesh.v1.message_pb2 import Message
from botmesh.work.work import Work


@dataclass(slots=True)
class Invocation:
    """What a caller asks of which agent, in which chain. One invocation has one or more attempts."""

    target: str
    """The agent's name, or account/name."""
    message: Message
    chain: Chain
    timeout: float | None = None
    """Seconds; None: the mesh's default."""
    deadline: Deadline | None = None
    """The parent's deadline."""
    context: Context | None = None
    """The OpenTelemetry context with the parent span; None: the current one."""
    work: Work | None = None
    """The work that makes the call; None: a client that is no agent makes it."""
    instance: str = ""
    """The id of the only instance that may be called; empty: any."""
    after_sequence: int = 0
    """The number of the last event of the stream that the caller has already; 0: none."""
    lasting: bool = False
    """Whether the work goes on when this caller leaves: then no Cancel is sent."""
