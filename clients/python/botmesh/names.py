"""Checks names and ids, and makes new ids."""

import difflib
import os
import re
from collections.abc import Iterable
from random import Random

from botmesh.errors import InvalidField

DEFAULT_ACCOUNT = "default"

_random = Random()  # a generator of its own, because a bot that seeds Python's must not repeat ids
random_bits = _random.getrandbits
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_random.seed)

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def new_id() -> str:
    """Return an id that is unique across the mesh: 32 random hex digits. It is no secret, because it can be guessed."""
    return f"{random_bits(128):032x}"


def check_id(field: str, value: str) -> str:
    """Return `value` if it is an id ([A-Za-z0-9._-], 1 to 64 characters).

    Raises:
        InvalidField: it is not; the error names `field`.
    """
    if not _ID.fullmatch(value):
        raise InvalidField(
            f"{field} must be 1 to 64 of A-Z a-z 0-9 . _ - but is {value[:80]!r}",
            field=field,
            value=value[:80],
        )
    return value


def check_agent(field: str, value: str) -> str:
    """Return `value` if it can be an agent's name (a DNS label, 1 to 63 characters).

    Raises:
        InvalidField: it cannot; the error names `field`.
    """
    if not _LABEL.fullmatch(value):
        raise InvalidField(
            f"{field} must be a DNS label (lower-case letters, digits, hyphens, at most 63) but is {value[:80]!r}",
            field=field,
            value=value[:80],
        )
    return value


def nearest(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """Return the known names that are most similar to `name`, best first, at most `limit`."""
    return difflib.get_close_matches(name, list(known), n=limit, cutoff=0.7)


def did_you_mean(close: list[str]) -> str:
    """Return a question for the end of an error's text; empty if there are no close names."""
    return f" Did you mean {' or '.join(close)}?" if close else ""
