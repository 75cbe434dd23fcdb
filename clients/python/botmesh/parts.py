"""Makes and reads the parts of a message."""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from google.protobuf import json_format
from google.protobuf.struct_pb2 import Struct, Value
from google.protobuf.timestamp_pb2 import Timestamp

from botmesh.errors import InvalidField
from botmesh.v1.part_pb2 import Part

Content: TypeAlias = "str | Part | Mapping[str, Any] | Sequence[str | Part | Mapping[str, Any]] | None"
"""The content of a message: text, structured data, parts, or several of them."""


def text(content: str, *, media_type: str = "") -> Part:
    """Return a part with text, of the type text/plain if `media_type` is empty."""
    return Part(text=content, media_type=media_type)


def data(content: Any, *, media_type: str = "") -> Part:
    """Return a part with structured data: any value that JSON can hold.

    Raises:
        InvalidField: JSON cannot hold it: a set, an object, a number that is not finite.
    """
    return Part(data=json_format.ParseDict(_held_by_json("data", content), Value()), media_type=media_type)


def raw(content: bytes, *, media_type: str = "application/octet-stream", filename: str = "") -> Part:
    """Return a part with bytes, such as a file."""
    return Part(raw=content, media_type=media_type, filename=filename)


def url(address: str, *, media_type: str = "", filename: str = "") -> Part:
    """Return a part with the URL of its content."""
    return Part(url=address, media_type=media_type, filename=filename)


def _held_by_json(field: str, content: Any) -> Any:
    try:
        json.dumps(content, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise InvalidField(f"{field} must be what JSON can hold: {error}", field=field) from None
    return content


def to_parts(content: Content) -> list[Part]:
    """Return content as parts; None is no part.

    Raises:
        InvalidField: JSON cannot hold a dict.
        TypeError: the content is of another type.
    """
    if content is None:
        return []
    if isinstance(content, str):
        return [Part(text=content)]
    if isinstance(content, Part):
        return [content]
    if isinstance(content, Mapping):
        return [data(dict(content))]
    if isinstance(content, Sequence) and not isinstance(content, bytes | bytearray | memoryview):
        return [part for item in content for part in to_parts(item)]
    raise TypeError(f"cannot say {type(content).__name__}: use text, a dict, botmesh.raw(...) or a list of parts")


def text_of(parts: Iterable[Part]) -> str:
    """Return the texts of the text parts, joined by line breaks."""
    return "\n".join(part.text for part in parts if part.WhichOneof("content") == "text")


def to_struct(values: Mapping[str, Any] | None) -> Struct | None:
    """Return variables as the contract's Struct; None: there are none.

    Raises:
        InvalidField: JSON cannot hold them.
    """
    if not values:
        return None
    struct = Struct()
    struct.update(_held_by_json("context", dict(values)))
    return struct


def from_struct(struct: Struct) -> dict[str, Any]:
    """Return the variables of the contract's Struct. Its numbers are floats; whole numbers become int."""
    return {key: from_value(value) for key, value in struct.fields.items()}


def from_value(value: Value) -> Any:
    """Return the Python value of the contract's Value; a whole number becomes an int."""
    kind = value.WhichOneof("kind")
    if kind == "struct_value":
        return from_struct(value.struct_value)
    if kind == "list_value":
        return [from_value(item) for item in value.list_value.values]
    if kind == "number_value":
        return int(value.number_value) if value.number_value.is_integer() else value.number_value
    return None if kind in (None, "null_value") else getattr(value, kind)


def stamp(timestamp: Timestamp) -> None:
    """Set `timestamp` to the current time, without the detour over the calendar of GetCurrentTime."""
    timestamp.seconds, timestamp.nanos = divmod(time.time_ns(), 1_000_000_000)
