"""How a call ended, as spans, metrics and counts tell it."""

from dataclasses import dataclass

from botmesh.chain import Chain
from botmesh.errors import BotmeshError
from botmesh.v1.usage_pb2 import Usage


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """One work call that is over."""

    at_caller: bool
    agent: str
    """The agent that was called."""
    instance: str
    """The instance that answered; empty: none did."""
    chain: Chain
    duration: float
    """Seconds."""
    joined: bool = False
    """Whether it joined work that ran before."""
    error: BotmeshError | None = None
    """How it failed; None: it did not."""
    usage: Usage | None = None
    """What the callee spent, where the caller was told."""

    @property
    def status(self) -> str:
        """The gRPC status by name: "OK", "UNAVAILABLE"."""
        return "OK" if self.error is None else self.error.status.name

    @property
    def is_refusal(self) -> bool:
        """Whether this end refused it before anything began."""
        return self.error is not None and not self.error.started and not self.error.from_peer
