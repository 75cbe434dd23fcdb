"""Bounds on the size of a task: request and reply together must fit into one response."""

from google.protobuf.message import Message as AnyMessage

from botmesh.errors import MessageTooLarge
from botmesh.v1.message_pb2 import Message, Reply

MAX_REQUEST = 384 * 1024
"""Bytes of a task's request, and of the message that resumes it."""
MAX_REPLY = 384 * 1024
"""Bytes of a task's reply."""
MAX_LATE_REPLIES = 96 * 1024
"""Bytes of all late replies of a task; further ones are left out."""


def check_request(field: str, message: Message) -> None:
    """Refuse a request that is too large to be returned with a reply.

    Raises:
        MessageTooLarge: it is over 384 KiB.
    """
    _check(field, message, MAX_REQUEST, "request")


def check_reply(reply: Reply) -> None:
    """Refuse a reply that is too large to be returned with its request.

    Raises:
        MessageTooLarge: it is over 384 KiB.
    """
    _check("the reply", reply, MAX_REPLY, "reply")


def _check(what: str, message: AnyMessage, limit: int, direction: str) -> None:
    size = message.ByteSize()
    if size > limit:
        text = f"{what} of a task is {size} bytes and the limit {limit}: send less, or a URL"
        error = MessageTooLarge(text, size=size, limit=limit, direction=direction)
        error.started = direction == "reply"
        raise error
