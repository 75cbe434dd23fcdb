"""Reads the responses of agents, and refuses those that the caller could not use."""

from collections.abc import Callable
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message

from botmesh.errors import BotmeshError, InvalidField
from botmesh.policies import Call, CallScope
from botmesh.status import from_exception

T = TypeVar("T", bound=Message)


def read_response(scope: CallScope, parse: Callable[[bytes], T], response: bytes) -> T:
    """Parse a response and check its fields.

    Raises:
        InvalidField: the response cannot be parsed, or holds a value that could not be stored or printed.
    """
    call = scope.call
    try:
        message = parse(response)
    except DecodeError:
        raise _unusable(
            call, InvalidField(f"the answer of {call.info.target} cannot be read", field="response")
        ) from None
    try:
        scope.read(message)
    except InvalidField as error:
        raise _unusable(call, error) from None
    return message


def note_reply(call: Call, response: Any) -> None:
    """Record the reply and the usage of a response in the call, where the policies find them."""
    call.reply = getattr(response, "reply", None)
    if call.reply is not None and call.reply.HasField("usage"):
        call.usage = call.reply.usage


def ended_without_reply(target: str) -> BotmeshError:
    """The error for a stream that ends before its reply."""
    return from_exception(EOFError(f"{target} ended its stream without a reply"))


def _unusable(call: Call, error: InvalidField) -> InvalidField:
    error.text = f"{call.info.target} answered what cannot be used: {error.text}"
    error.started = True
    return error
