"""Positions in the log as opaque strings of the contract, because another log may have other positions."""

from botmesh.errors import InvalidField
from botmesh_log.event_log import MAX_INTEGER

_DIGITS = 19


def position_token(position: int) -> str:
    """The contract's string for a position of this log."""
    return str(position)


def read_position(token: str, *, field: str) -> int:
    """The position of a contract's string; an empty string is 0, before the first event.

    Raises:
        InvalidField: the string did not come from this log.
    """
    if not token:
        return 0
    if not (token.isascii() and token.isdecimal() and len(token) <= _DIGITS and int(token) <= MAX_INTEGER):
        text = f"{field} must be a position that came with an event of this watch"
        raise InvalidField(text, field=field, value=token[:80])
    return int(token)
