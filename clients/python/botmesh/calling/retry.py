"""Retries: only for failures of the direct hop, and elsewhere only what cannot be done twice by that."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from grpc import StatusCode

from botmesh.calling.peers import Peer, Peers
from botmesh.errors import BotmeshError, OutcomeUnknown
from botmesh.policies import Call
from botmesh.telemetry.conventions import RETRY_EVENT
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import Instance

BASE = 0.05
"""Seconds before the first retry, at most: well under the grace in which lost work can be attached to again."""
CAP = 2.0
"""Seconds before any retry, at most."""


@dataclass(slots=True)
class Budget:
    """Retries of one target: a failure costs a token, a success earns a tenth, half a bucket must be left.

    The shape of gRPC's own retry throttling (gRFC A6), so that a target that fails as a whole is left alone.
    """

    most: float = 20.0
    tokens: float = 20.0

    def failed(self) -> bool:
        """Pay for a failure; whether a retry may follow."""
        self.tokens = max(0.0, self.tokens - 1)
        return self.tokens > self.most / 2

    def succeeded(self) -> None:
        """Earn a little."""
        self.tokens = min(self.most, self.tokens + 0.1)


def is_idempotent(card: AgentCard, skill_id: str) -> bool:
    """Whether doing it twice is harmless: the named skill says so, or all skills do where none is named."""
    skills = [skill for skill in card.skills if not skill_id or skill.id == skill_id]
    return bool(skills) and all(skill.idempotent for skill in skills)


@dataclass(slots=True)
class Attempts:
    """The attempts of one call: which instance to try, and when to give up."""

    call: Call
    peers: Peers
    budget: Budget
    idempotent: bool
    failed: int = 0
    tried: set[str] = field(default_factory=set)
    maybe: Peer | None = None
    """Where the work may have started, if it must not start elsewhere."""

    def first(self, live: Sequence[Instance]) -> Peer:
        """Whom to try first."""
        return self.peers.choose(live)

    async def after(self, error: BotmeshError, peer: Peer, live: Sequence[Instance]) -> Peer:
        """Whom to try next, after a pause.

        Raises:
            BotmeshError: `error`, where it is final; OutcomeUnknown where nobody can know.
        """
        if not self.is_of_this_hop(error, peer):
            raise error
        self.peers.eject(peer)
        self.tried.add(peer.id)
        if error.started and not self.idempotent:
            self.maybe = peer
        final = self._given_up(error, peer)
        self.failed += 1
        if self.failed > self.call.limits.max_retries or not self.budget.failed():
            raise final
        pause = random.uniform(0, min(CAP, BASE * 2**self.failed))
        if self.call.deadline is None or pause >= self.call.deadline.remaining:
            raise final
        following = self._next(live, final)
        self.call.span.add_event(
            RETRY_EVENT,
            {"botmesh.attempt": self.failed, "botmesh.reason": error.reason, "botmesh.instance": peer.id},
        )
        await asyncio.sleep(pause)
        return following

    def _next(self, live: Sequence[Instance], final: BotmeshError) -> Peer:
        if self.maybe is None:
            if not live:
                raise final
            return self.peers.choose(live, avoid=self.tried)
        if self.maybe.id not in {one.instance_id for one in live}:
            raise final
        return self.maybe

    def is_of_this_hop(self, error: BotmeshError, peer: Peer) -> bool:
        """Whether the callee itself could not be reached or would not begin; what it passes on is final."""
        if error.status is not StatusCode.UNAVAILABLE:
            return False
        if not error.from_peer or error.reason == "UNSPECIFIED":
            return True  # made here, or by gRPC
        if error.reason == "WRONG_INSTANCE":
            return error.metadata.get("expected", "").endswith(peer.id)
        return not error.started and error.instance == peer.id

    def _given_up(self, error: BotmeshError, peer: Peer) -> BotmeshError:
        if self.maybe is None and not error.started:
            return error
        unknown = OutcomeUnknown(
            f"the connection to {peer.instance.agent} was lost half-way: the work may have been done or not; "
            "ask the agent, or send the same message id again"
        )
        unknown.__cause__ = error
        return unknown
