"""Fingerprints of messages: tell a repeat of a message id from another message under the same id.

A repeat must be equal in everything except its timestamp and its chain. Repeats are rare, so the fingerprint of a short
message is the message itself, and a digest of it is computed only when a repeat comes.
"""

import hashlib

from botmesh.v1 import message_pb2
from botmesh.v1.message_pb2 import Message

_SHORT = 2048
"""Bytes up to which a message is its own fingerprint; a longer one is kept as a digest."""
_IGNORED = ("timestamp", "correlation_id", "account_id", "message_type")
_KEPT, _DIGEST = b"=", b"#"
_TASK, _TRANSFER, _NOTIFICATION = b"t", b"o", b"n"
_NOTIFICATION_TYPES = frozenset(
    {
        message_pb2.MESSAGE_TYPE_UNSPECIFIED,
        message_pb2.MESSAGE_TYPE_BROADCAST,
        message_pb2.MESSAGE_TYPE_RESPONSE,
        message_pb2.MESSAGE_TYPE_ERROR,
    }
)
"""Types of messages that Notify delivers and nobody answers. Delegate can attach to work of all other types."""


def fingerprint(method: str, message: Message) -> bytes:
    """Return the fingerprint of a message that came by `method`."""
    data = message.SerializeToString()
    if len(data) <= _SHORT:
        return _KEPT + _kind(method, message) + data
    return _DIGEST + _digest(_kind(method, message), message)


def matches(kept: bytes, method: str, message: Message) -> bool:
    """Whether a message that came by `method` repeats the one with the fingerprint `kept`."""
    if kept[:1] == _KEPT:
        kept = _DIGEST + _digest(kept[1:2], Message.FromString(kept[2:]))
    return kept[1:] == _digest(_kind(method, message), message)


def _kind(method: str, message: Message) -> bytes:
    """The kind of work that a message asks for. Each kind has its own type of outcome."""
    if method.endswith("/Transfer"):
        return _TRANSFER
    if method.endswith("/Notify") and message.message_type in _NOTIFICATION_TYPES:
        return _NOTIFICATION
    return _TASK


def _digest(kind: bytes, message: Message) -> bytes:
    core = Message()
    core.CopyFrom(message)
    for name in _IGNORED:
        core.ClearField(name)
    return hashlib.blake2b(kind + core.SerializeToString(deterministic=True), digest_size=16).digest()
