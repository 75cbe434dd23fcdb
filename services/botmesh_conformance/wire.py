"""Data to messages and messages to data, so that cases need no code."""

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from google.protobuf import json_format
from google.protobuf.message import Message as AnyMessage
from google.protobuf.struct_pb2 import Value
from google.protobuf.unknown_fields import UnknownFieldSet

from botmesh.parts import from_value
from botmesh.status import error_info
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1.message_pb2 import Message, Reply
from botmesh.v1.part_pb2 import Part

_LENGTH_DELIMITED = 2
_PAYLOAD = Message.DESCRIPTOR.fields_by_name["payload"].number
_DATA = Part.DESCRIPTOR.fields_by_name["data"].number
_STRUCT_VALUE = Value.DESCRIPTOR.fields_by_name["struct_value"].number
_LIST_VALUE = Value.DESCRIPTOR.fields_by_name["list_value"].number


def to_message(given: Mapping[str, Any]) -> Message:
    """A message of a case: `text`, `parts`, `script`, `context` and the fields of Message by name."""
    message = Message()
    json_format.ParseDict(given.get("message", {}), message)
    if "text" in given:
        message.payload.add(text=given["text"])
    for part in given.get("parts", []):
        message.payload.append(to_part(part))
    context = dict(given.get("context", {}))
    if "script" in given:
        context["script"] = given["script"]
    if context:
        message.context.update(context)
    for number, text in given.get("unknown", {}).items():
        message.MergeFromString(_field(number, text))
    return message


def nested_message(given: Mapping[str, int]) -> bytes:
    """A part of so many `arrays` or `objects` in each other, as a field of a serialized Message.

    Deeper than any library would write it.
    """
    inner = b"\x11" + bytes(8)  # the number 0
    for _ in range(given.get("arrays", 0)):
        inner = delimited(_LIST_VALUE, delimited(1, inner))
    for _ in range(given.get("objects", 0)):
        entry = delimited(1, b"a") + delimited(2, inner)
        inner = delimited(_STRUCT_VALUE, delimited(1, entry))
    return delimited(_PAYLOAD, delimited(_DATA, inner))


def to_part(given: Mapping[str, Any]) -> Part:
    """A part as proto JSON writes it; `unknown` adds fields that no version knows."""
    known = {key: value for key, value in given.items() if key != "unknown"}
    part = json_format.ParseDict(known, Part())
    for number, text in given.get("unknown", {}).items():
        part.MergeFromString(_field(number, text))
    return part


def padded(request: AnyMessage, message: Message, size: int) -> None:
    """Make `request`, which holds `message`, exactly `size` bytes long by a text of x."""
    part = message.payload.add()
    text = size - request.ByteSize()
    for _ in range(8):  # the lengths in front grow with what they count
        part.text = "x" * max(0, text)
        text -= request.ByteSize() - size
    if request.ByteSize() != size:
        raise ValueError(f"no request can be {size} bytes long")


def _field(number: int, text: str) -> bytes:
    return delimited(int(number), text.encode())


def delimited(number: int, data: bytes) -> bytes:
    """A field of a message: a text, bytes, or a message."""
    return _varint((number << 3) | _LENGTH_DELIMITED) + _varint(len(data)) + data


def _varint(number: int) -> bytes:
    made = b""
    while number > 0x7F:  # noqa: PLR2004 - seven bits a byte
        made += struct.pack("B", (number & 0x7F) | 0x80)
        number >>= 7
    return made + struct.pack("B", number)


def serialized(holder: AnyMessage, nested: Mapping[str, int] | None) -> bytes:
    """Bytes of a request or a Reply, its field `message` with one more part (`nested_message`)."""
    if not nested:
        return holder.SerializeToString()
    rest: Any = type(holder)()
    rest.CopyFrom(holder)
    message = rest.message.SerializeToString() + nested_message(nested)
    rest.ClearField("message")
    return bytes(rest.SerializeToString()) + delimited(rest.DESCRIPTOR.fields_by_name["message"].number, message)


def plain(message: AnyMessage) -> dict[str, Any]:
    """Any message as data, fields by their names in the protos."""
    made: dict[str, Any] = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return made


def plain_part(part: Part) -> dict[str, Any]:
    """A part as data, with the fields that this version does not know."""
    made = plain(part)
    fields: Any = UnknownFieldSet(part)  # a sequence, though its types do not say so
    unknown = {one.field_number: one.data.decode(errors="replace") for one in fields}
    return made | ({"unknown": unknown} if unknown else {})


def plain_event(event: pb.DelegateStreamResponse) -> dict[str, Any]:
    """One event of a stream."""
    kind = event.WhichOneof("event") or "none"
    return {"sequence": event.sequence, "kind": kind, **({kind: plain(getattr(event, kind))} if kind != "none" else {})}


def plain_reply(reply: Reply, pieces: Sequence[str] = ()) -> dict[str, Any]:
    """A reply, with what most cases look at in front: text, data, results."""
    parts = list(reply.message.payload)
    values = [from_value(part.data) for part in parts if part.WhichOneof("content") == "data"]
    data = values[0] if values else None
    results = data.get("results") if isinstance(data, dict) else None
    made: dict[str, Any] = {
        "text": "".join([*pieces, *(part.text for part in parts)]),
        "parts": [plain_part(part) for part in parts],
        "data": data,
        "usage": plain(reply.usage) if reply.HasField("usage") else None,
        "chain_usage": [plain(one) for one in reply.chain_usage],
        "reply": plain(reply),
    }
    if reply.HasField("confidence"):
        made["confidence"] = reply.confidence
    if results:
        made |= {"results": results, "result": results[0]}
    return made


def plain_error(error: grpc.aio.AioRpcError) -> dict[str, Any]:
    """A status, with the reason and the fields of its ErrorInfo."""
    made: dict[str, Any] = {"code": error.code().name, "status": error.details() or ""}
    made["trailers"] = [(key, str(value)) for key, value in error.trailing_metadata() or ()]
    info = error_info(error)
    if info is not None:
        made |= {"reason": info.reason, "fields": dict(info.metadata)}
    return made
