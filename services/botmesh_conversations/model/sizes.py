"""How much may be said at once: what is taken in must fit into one response again, with all that stands around it."""

from collections.abc import Iterable

from botmesh.errors import InvalidField, MessageTooLarge
from botmesh.v1.part_pb2 import Part
from botmesh_conversations.model.saying import says_something

MAX_SAID = 512 * 1024
"""Bytes of what a contact, a person or an agent of its own accord says, and of what a transfer brings: with history and
context it fits into 1 MiB."""
MAX_REPLY = 768 * 1024
"""Bytes of a bot's reply to a turn: the conversation that shows it as a suggestion fits into 1 MiB."""


def check_said(field: str, payload: Iterable[Part], max_bytes: int = MAX_SAID) -> None:
    """Refuse what could not be shown again.

    Raises:
        MessageTooLarge: it is over the limit.
    """
    size = sum(part.ByteSize() + 8 for part in payload)
    if size > max_bytes:
        what = "the message" if field == "payload" else field
        text = f"{what} is {size} bytes and the limit {max_bytes}: send less, or a URL"
        error = MessageTooLarge(text, size=size, limit=max_bytes, direction="request", field=field)
        error.started = False
        raise error


def check_something_said(field: str, payload: Iterable[Part], max_bytes: int = MAX_SAID) -> None:
    """Refuse nothing, blank text, and what could not be shown again.

    Raises:
        InvalidField: nothing is said.
        MessageTooLarge: it is over the limit.
    """
    parts = list(payload)
    if not says_something(parts):
        raise InvalidField(f"{field} is what is said: it cannot be empty or blank text", field=field)
    check_said(field, parts, max_bytes)
