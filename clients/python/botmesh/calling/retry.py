"""Retries only failures of the direct hop, and moves to another instance only if that cannot run the work twice."""

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
"""The most seconds before the first retry: well under the time for which an instance keeps work without a caller."""
CAP = 2.0
"""The most seconds before any retry."""


@dataclass(slots=True)
class Budget:
    """The retry budget of one target, after gRPC's retry throttling (gRFC A6).

    A failure costs one token and a success earns a tenth. Retries stop at half of the tokens, so that a target that
    fails as a whole gets no retries.
    """

    most: float = 20.0
    tokens: float = 20.0

    def failed(self) -> bool:
        """Pay for a failure, and return whether a retry may follow."""
        self.tokens = max(0.0, self.tokens - 1)
        return self.tokens > self.most / 2

    def succeeded(self) -> None:
        """Earn a tenth of a token."""
        self.tokens = min(self.most, self.tokens + 0.1)


def is_idempotent(card: AgentCard, skill_id: str) -> bool:
    """Whether the work may run twice: the named skill is idempotent, or all skills are if none is named."""
    skills = [skill for skill in card.skills if not skill_id or skill.id == skill_id]
    return bool(skills) and all(skill.idempotent for skill in skills)


@dataclass(slots=True)
class Attempts:
    """The attempts of one call: chooses the instance of each attempt, and ends the call with an error."""

    call: Call
    peers: Peers
    budget: Budget
    idempotent: bool
    failed: int = 0
    tried: set[str] = field(default_factory=set)
    maybe: Peer | None = None
    """The peer where the work may have started, if the work is not idempotent; all further attempts go there."""

    def first(self, live: Sequence[Instance]) -> Peer:
        """Return the peer of the first attempt."""
        return self.peers.choose(live)

    async def after(self, error: BotmeshError, peer: Peer, live: Sequence[Instance]) -> Peer:
        """Wait for the pause after a failed attempt, and return the peer of the next one.

        Raises:
            BotmeshError: there is no next attempt. The error is `error`, or OutcomeUnknown if the work may have run.
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
        if self.maybe.id not in {instance.instance_id for instance in live}:
            raise final
        return self.maybe

    def is_of_this_hop(self, error: BotmeshError, peer: Peer) -> bool:
        """Whether the callee itself was unavailable. An error that it passes on from a hop below is final."""
        if error.status is not StatusCode.UNAVAILABLE:
            return False
        if not error.from_peer or error.reason == "UNSPECIFIED":
            return True  # the error was made in this process, or by gRPC
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
