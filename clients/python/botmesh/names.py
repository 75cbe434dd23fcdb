"""Which names and ids are allowed, and new ids."""

import difflib
import os
import re
from collections.abc import Iterable
from random import Random

from botmesh.errors import InvalidField

DEFAULT_ACCOUNT = "default"

_random = Random()  # of its own: a bot that seeds Python's must not repeat ids
random_bits = _random.getrandbits
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def new_id() -> str:
    """An id that is unique across the mesh: 32 hex digits, all of them random. No secret: it can be guessed."""
    return f"{random_bits(128):032x}"


def check_id(field: str, value: str) -> str:
    """`value`, or InvalidField if it is no id ([A-Za-z0-9._-], 1 to 64 characters)."""
    if not _ID.fullmatch(value):
        raise InvalidField(
            f"{field} must be 1 to 64 of A-Z a-z 0-9 . _ - but is {value[:80]!r}",
            field=field,
            value=value[:80],
        )
    return value


def check_agent(field: str, value: str) -> str:
    """`value`, or InvalidField if it is no agent's name (a DNS label, 1 to 63 characters)."""
    if not _LABEL.fullmatch(value):
        raise InvalidField(
            f"{field} must be a DNS label (lower-case letters, digits, hyphens, at most 63) but is {value[:80]!r}",
            field=field,
            value=value[:80],
        )
    return value


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known names that come closest to `name`, best first."""
    return difflib.get_close_matches(name, list(known), n=limit, cutoff=0.7)


def did_you_mean(close: list[str]) -> str:
    """A question to end an error with; empty if nothing comes close."""
    return f" Did you mean {' or '.join(close)}?" if close else ""
