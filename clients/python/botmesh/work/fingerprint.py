"""What a repeat must have in common with the first under its message id: all but when and in which chain it was sent.

Repeats are rare. So of a short message the message itself is kept, and compared only when there is something to
compare it with.
"""

import hashlib

from botmesh.v1 import message_pb2
from botmesh.v1.message_pb2 import Message

_SHORT = 2048
"""Bytes up to which a message is kept as it is; of a longer one its digest."""
_IGNORED = ("timestamp", "correlation_id", "account_id", "message_type")
_KEPT, _DIGEST = b"=", b"#"
_TASK, _TRANSFER, _TOLD = b"t", b"o", b"n"
_HEARD = frozenset(
    {
        message_pb2.MESSAGE_TYPE_UNSPECIFIED,
        message_pb2.MESSAGE_TYPE_BROADCAST,
        message_pb2.MESSAGE_TYPE_RESPONSE,
        message_pb2.MESSAGE_TYPE_ERROR,
    }
)
"""What Notify tells and nobody answers; any other is a task, which Delegate attaches to."""


def fingerprint(method: str, message: Message) -> bytes:
    """What has to be kept of a message that came by `method`, to tell a repeat from something else."""
    data = message.SerializeToString()
    if len(data) <= _SHORT:
        return _KEPT + _kind(method, message) + data
    return _DIGEST + _digest(_kind(method, message), message)


def matches(kept: bytes, method: str, message: Message) -> bool:
    """Whether a message repeats the one that `kept` is the fingerprint of."""
    if kept[:1] == _KEPT:
        kept = _DIGEST + _digest(kept[1:2], Message.FromString(kept[2:]))
    return kept[1:] == _digest(_kind(method, message), message)


def _kind(method: str, message: Message) -> bytes:
    """What is done for it: each has outcomes of its own, which another cannot have."""
    if method.endswith("/Transfer"):
        return _TRANSFER
    if method.endswith("/Notify") and message.message_type in _HEARD:
        return _TOLD
    return _TASK


def _digest(kind: bytes, message: Message) -> bytes:
    core = Message()
    core.CopyFrom(message)
    for name in _IGNORED:
        core.ClearField(name)
    return hashlib.blake2b(kind + core.SerializeToString(deterministic=True), digest_size=16).digest()
