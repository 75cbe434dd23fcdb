"""Converts errors to gRPC statuses with google.rpc.ErrorInfo, and back."""

import asyncio
import re

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.message import DecodeError
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from botmesh.errors import (
    BY_REASON,
    AgentError,
    BotmeshError,
    Cancelled,
    DeadlineExpired,
    MessageTooLarge,
    PeerError,
)

DOMAIN = "botmesh"
DETAILS_KEY = "grpc-status-details-bin"
_UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
CODES: dict[int, grpc.StatusCode] = {code.value[0]: code for code in grpc.StatusCode}
"""gRPC's status codes by their numbers."""
_BROKEN_OFF = "CANCELLED"
"""The details of gRPC's core for a stream that the peer reset."""
_COMMON = ("agent", "instance", "hop", "path", "started", "trace_id")
_MAX_VALUE = 512
_TOO_LARGE = re.compile("larger than max|exceeds maximum size")
"""The details of the gRPC libraries of several languages for a message that the transport refused."""


def to_trailers(error: BotmeshError) -> tuple[tuple[str, bytes], ...]:
    """Return the trailing metadata that carries `error`."""
    return ((DETAILS_KEY, to_status(error)),)


def to_status(error: BotmeshError) -> bytes:
    """Return `error` as a serialized google.rpc.Status, under 8 KiB whatever the error has."""
    facts = {key: value[:_MAX_VALUE] for key, value in list(error.metadata.items())[:16] if key not in _COMMON}
    facts |= {
        "agent": error.agent,
        "instance": error.instance,
        "hop": str(error.hop),
        "path": ",".join(error.path)[:2048],
        "started": str(error.started).lower(),
        "trace_id": error.trace_id,
    }
    info = ErrorInfo(domain=DOMAIN, reason=error.reason, metadata=facts)
    status = Status(code=error.status.value[0], message=error.text)
    packed = status.details.add()
    packed.Pack(info)
    data: bytes = status.SerializeToString()
    return data


def from_rpc_error(rpc_error: grpc.aio.AioRpcError) -> BotmeshError:
    """Return the error of a status, as the class that it had at the peer.

    A status without ErrorInfo was made by gRPC. An expired deadline and a message over the size limit get the mesh's
    classes, and all other statuses become a PeerError.
    """
    text = rpc_error.details() or ""
    info = error_info(rpc_error)
    if info is not None:
        return _from_info(info, text, rpc_error.code())
    code = rpc_error.code()
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        return DeadlineExpired("the deadline passed before an answer came: allow more time or ask for less")
    if code is grpc.StatusCode.CANCELLED and text in ("", _BROKEN_OFF):
        # No caller cancelled: an agent gives a reason, and a caller's own cancellation raises CancelledError.
        return PeerError("gRPC broke the call off: too many began at once, or the server closed", _UNAVAILABLE)
    if code is grpc.StatusCode.CANCELLED:
        return Cancelled(text)
    if code is grpc.StatusCode.RESOURCE_EXHAUSTED and _TOO_LARGE.search(text):
        return MessageTooLarge(f"the transport refused the message: {text}; send less, or a URL")
    return PeerError(text or f"the peer answered {code.name}", code)


def from_status(data: bytes) -> BotmeshError:
    """Return the error in a serialized google.rpc.Status, as the class that it had at the peer."""
    try:
        status = Status.FromString(data)
    except DecodeError:
        return PeerError("the peer answered with a status that cannot be read", grpc.StatusCode.INTERNAL)
    code = CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    info = _unpack(data)
    return PeerError(status.message, code) if info is None else _from_info(info, status.message, code)


def from_exception(error: BaseException) -> BotmeshError:
    """Return any exception as a BotmeshError. The text of unknown exceptions is not taken over."""
    if isinstance(error, BotmeshError):
        return error
    if isinstance(error, grpc.aio.AioRpcError):
        return from_rpc_error(error)
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return Cancelled("the work was cancelled")
    return AgentError("the agent failed inside; its log has the cause under this trace id")


def error_info(rpc_error: grpc.aio.AioRpcError) -> ErrorInfo | None:
    """Return the mesh's ErrorInfo of a status; None: gRPC made the status, or a peer that is not Botmesh."""
    for key, value in rpc_error.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            return _unpack(value)
    return None


def _unpack(value: bytes) -> ErrorInfo | None:
    try:
        details: list[Any] = list(Status.FromString(value).details)
        for detail in details:
            info = ErrorInfo()
            if detail.Unpack(info) and info.domain == DOMAIN:
                return info
    except DecodeError:
        pass  # the peer does not follow the contract
    return None


def _from_info(info: ErrorInfo, text: str, code: grpc.StatusCode) -> BotmeshError:
    facts = dict(info.metadata)
    kind = BY_REASON.get(info.reason)
    error = PeerError(text, code) if kind is None else kind(text)
    error.metadata = {key: value for key, value in facts.items() if key not in _COMMON}
    error.agent = facts.get("agent", "")
    error.instance = facts.get("instance", "")
    error.hop = int(facts["hop"]) if facts.get("hop", "").isdecimal() else 0
    error.path = tuple(filter(None, facts.get("path", "").split(",")))
    error.started = facts.get("started") != "false"
    error.trace_id = facts.get("trace_id", "")
    error.from_peer = True
    return error
