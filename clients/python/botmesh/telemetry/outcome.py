"""The outcome of a call, as spans, metrics and counters record it."""

from dataclasses import dataclass

from botmesh.chain import Chain
from botmesh.errors import BotmeshError
from botmesh.v1.usage_pb2 import Usage


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """The outcome of one work call."""

    at_caller: bool
    agent: str
    """The name of the agent that was called."""
    instance: str
    """The instance that was called; empty: none was."""
    chain: Chain
    duration: float
    """Seconds from the start of the call to its end."""
    joined: bool = False
    """Whether the call joined work that existed before."""
    error: BotmeshError | None = None
    """The error that the call failed with; None: it did not fail."""
    usage: Usage | None = None
    """The usage of the callee, if the caller got it."""

    @property
    def status(self) -> str:
        """The name of the gRPC status code: "OK", "UNAVAILABLE"."""
        return "OK" if self.error is None else self.error.status.name

    @property
    def is_refusal(self) -> bool:
        """Whether this end refused the call before any work began."""
        return self.error is not None and not self.error.started and not self.error.from_peer
