"""The attempts at one turn: how long an owner that cannot be reached is waited for, and which failures are its own."""

import time
from dataclasses import dataclass, field

from grpc import StatusCode

from botmesh.errors import BotmeshError, NoLiveInstance, TooManyDelegations, TooMuchWork, UnknownAgent

MAX_BEGUN = 3
"""Attempts at one turn that the owner may have begun."""
_PAUSES = (0.2, 1.0)
"""Seconds before the second attempt, and before each later one."""


@dataclass(slots=True)
class TurnAttempts:
    """Counts the attempts at one turn, and says whether another one follows."""

    patience: float
    """Seconds for which an owner that cannot be reached is waited for."""
    number: int = 0
    """Attempts that have failed."""
    told_to_wait: bool = False
    """Whether the contact was told that it takes a moment."""
    _begun: int = 0
    """Attempts that failed and that the owner may have begun."""
    _since: float = field(default_factory=time.monotonic)

    @property
    def is_patient(self) -> bool:
        """Whether the owner is still waited for."""
        return time.monotonic() - self._since < self.patience

    @property
    def pause(self) -> float:
        """Seconds before the next attempt."""
        return _PAUSES[min(self.number, len(_PAUSES)) - 1]

    def may_go_on(self, error: BotmeshError) -> bool:
        """Count a failed attempt; whether another one follows.

        An owner that failed is not asked again. One that could not be reached is: while it is waited for, and at least
        as often as it may begin, unless the mesh knows of no instance.
        """
        if not is_unreached(error):
            return False
        self.number += 1
        self._begun += error.started
        if self._begun >= MAX_BEGUN:
            return False
        if isinstance(error, NoLiveInstance | UnknownAgent):  # it was waited for before the attempt
            return self.is_patient
        return self.is_patient or self.number < MAX_BEGUN

    def owner_was_away(self, error: BotmeshError) -> bool:
        """Whether the last failure means that the owner is away, and not that it failed on the turn.

        An owner that was lost each time while it may have worked on the turn has failed on it.
        """
        return is_unreached(error) and self._begun < MAX_BEGUN


def is_unreached(error: BotmeshError) -> bool:
    """Whether a turn failed because the owner could not be reached, or was lost or full, and not by the owner itself.

    What an owner passes on from below comes from its work: it is the owner's failure.
    """
    if isinstance(error, UnknownAgent | TooManyDelegations | TooMuchWork):
        return not error.started
    if error.status is StatusCode.CANCELLED:
        return True
    if error.status is not StatusCode.UNAVAILABLE:
        return False
    return not error.from_peer or error.reason == "UNSPECIFIED" or not error.started
