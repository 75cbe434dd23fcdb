"""How much a task may hold: what is taken in must fit into one response again, request and reply together."""

from google.protobuf.message import Message as AnyMessage

from botmesh.errors import MessageTooLarge
from botmesh.v1.message_pb2 import Message, Reply

MAX_REQUEST = 384 * 1024
"""Bytes of what a task is asked, and of what it is given when it is resumed."""
MAX_REPLY = 384 * 1024
"""Bytes of its reply."""
MAX_LATE_REPLIES = 96 * 1024
"""Bytes of all replies that came too late; beyond, the newest are left out."""


def check_request(field: str, message: Message) -> None:
    """Refuse a task that could not be shown again.

    Raises:
        MessageTooLarge: it is over the limit.
    """
    _check(field, message, MAX_REQUEST, "request")


def check_reply(reply: Reply) -> None:
    """Refuse an answer that could not be shown again with what was asked.

    Raises:
        MessageTooLarge: it is over the limit.
    """
    _check("the reply", reply, MAX_REPLY, "reply")


def _check(what: str, message: AnyMessage, limit: int, direction: str) -> None:
    size = message.ByteSize()
    if size > limit:
        text = f"{what} of a task is {size} bytes and the limit {limit}: send less, or a URL"
        error = MessageTooLarge(text, size=size, limit=limit, direction=direction)
        error.started = direction == "reply"
        raise error
