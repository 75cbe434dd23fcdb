"""Checks the fields of any message by its descriptor, at both ends of every call.

A message that passes can be stored, listed, printed as JSON and read again by every language. A message that does not
is refused with the path of the field. The check of a message type is made once, and then visits only the fields that
can be wrong.
"""

import math
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from botmesh.errors import InvalidField
from botmesh.v1.usage_pb2 import Usage

MIN_SECONDS, MAX_SECONDS = 0, 7_258_118_400
"""Bounds of a timestamp, the years 1970 to 2200. Later times as nanoseconds would not fit SQLite's integers."""
MAX_DURATION = 3_155_760_000
"""The most seconds of a duration: a hundred years."""
MAX_NESTING = 64
"""The most nested protobuf messages of a JSON-like value. An array takes 2 and an object 3, so that 32 nested arrays or
21 nested objects pass. Parsers stop at 100, of which the message around the value takes some."""
MAX_INTEGER = 2**63 - 1
"""The largest integer of SQLite and of most languages."""
MAX_AMOUNT = 2**53 - 1
"""The most tokens and costs: exact in every language, and sums of them stay far below 64 bits."""
MAX_STRING = 4_096
"""The most characters of a string that is no text: an id, a name, a reason."""

_OURS = "botmesh.v1."
"""The prefix of checked message types. Others, such as OTLP's, are checked by their receiver."""
_NANOS = 1_000_000_000
_ARRAY, _OBJECT = 2, 3
_TEXTS = frozenset(
    {
        "botmesh.v1.Part.text",
        "botmesh.v1.Part.url",
        "botmesh.v1.Progress.text",
        "botmesh.v1.AgentCard.description",
        "botmesh.v1.Skill.name",
        "botmesh.v1.Skill.description",
        "botmesh.v1.Skill.examples",
        "botmesh.v1.FindAgentsRequest.query",
    }
)
"""Strings that may be as long as the size of the message allows."""
_UNCHECKED = frozenset({"botmesh.v1.GetTraceResponse", "botmesh.v1.ListTracesResponse"})
"""Messages with spans, which may have any values."""

Check = Callable[[Any], None]
"""Checks a value, and raises _WrongError."""


class _WrongError(Exception):
    """A value is not allowed. Its path is built while the error is raised, so that a valid message costs nothing."""

    def __init__(self, text: str, place: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.place = place

    def inside(self, name: str) -> "_WrongError":
        """Extend the path by the field `name` that has the value."""
        joint = "." if self.place and not self.place.startswith("[") else ""
        self.place = f"{name}{joint}{self.place}"
        return self

    def at(self, index: int) -> "_WrongError":
        """Extend the path by the index in a list that has the value."""
        return self.inside(f"[{index}]")


def check_fields(message: Message, path: str = "", size: int | None = None) -> None:
    """Refuse a message with a value that could not be stored, printed or read again.

    Args:
        message: any message of the contract.
        path: the path of the message itself, for the error; empty: it is the whole request.
        size: its serialized bytes, if known; a short message is checked faster.

    Raises:
        InvalidField: names the field, as "message.payload[2].data", and what is allowed there.
    """
    kind: Any = message.DESCRIPTOR
    check = (_SHORT if size is not None and size <= MAX_STRING else _ALL).of(kind)
    if check is None:
        return
    try:
        check(message)
    except _WrongError as wrong:
        place = wrong.inside(path).place if path else wrong.place
        raise InvalidField(f"{place or 'the message'} {wrong.text}", field=place) from None


def _check_json(value: Any) -> None:
    """Check a Value, Struct or ListValue without recursion, because its sender chooses its depth."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        name = one.DESCRIPTOR.name
        if name == "Value":
            kind = one.WhichOneof("kind")
            if kind == "number_value":
                if not math.isfinite(one.number_value):
                    raise _WrongError("has a number that JSON cannot hold: NaN or an infinity")
            elif kind == "struct_value":
                waiting.append((one.struct_value, depth))
            elif kind == "list_value":
                waiting.append((one.list_value, depth))
            continue
        depth += _OBJECT if name == "Struct" else _ARRAY
        if depth > MAX_NESTING:
            raise _WrongError("is nested too deep: 32 arrays in each other are the most, or 21 objects")
        waiting += ((child, depth) for child in (one.fields.values() if name == "Struct" else one.values))


def _check_timestamp(value: Any) -> None:
    if not (MIN_SECONDS <= value.seconds < MAX_SECONDS and 0 <= value.nanos < _NANOS):
        raise _WrongError("must be within the years 1970 to 2200, with nanos of 0 to 999,999,999")


def _check_duration(value: Any) -> None:
    if not (0 <= value.seconds <= MAX_DURATION and 0 <= value.nanos < _NANOS):
        raise _WrongError("must be 0 s to 100 years, with nanos of 0 to 999,999,999")


def _check_string(value: str) -> None:
    if len(value) > MAX_STRING:
        raise _WrongError(f"has {len(value)} characters and may have {MAX_STRING}")


def _check_number(value: float) -> None:
    if not math.isfinite(value):
        raise _WrongError("must be a finite number")


def _check_unsigned(value: int) -> None:
    if value > MAX_INTEGER:
        raise _WrongError(f"must be at most {MAX_INTEGER}")


def _check_usage(usage: Any) -> None:
    for name in ("input_tokens", "output_tokens", "cost_micros"):
        if not 0 <= getattr(usage, name) <= MAX_AMOUNT:
            raise _WrongError(f"must be 0 to {MAX_AMOUNT}", name)


def _check_enum(kind: EnumDescriptor) -> Check:
    known = frozenset(kind.values_by_number)

    def check(value: int) -> None:
        if value not in known:
            raise _WrongError(f"must be a value of {kind.name} and {value} is none")

    return check


_WELL_KNOWN: dict[str, Check] = {
    "google.protobuf.Timestamp": _check_timestamp,
    "google.protobuf.Duration": _check_duration,
    "google.protobuf.Value": _check_json,
    "google.protobuf.Struct": _check_json,
    "google.protobuf.ListValue": _check_json,
}


class _Checks:
    """The checks of all message types. Each is made when it is first needed."""

    def __init__(self, *, strings: bool) -> None:
        """Check the lengths of `strings` or not; in a short message none can be too long."""
        self._strings = strings
        self._made: dict[str, Check | None] = {}

    def of(self, kind: Descriptor) -> Check | None:
        """Return the check of one message type; None: no field of it can be wrong."""
        name = kind.full_name
        if name not in self._made:
            self._made[name] = lambda message: self._look_up(kind, message)  # a message type may contain itself
            self._made[name] = _WELL_KNOWN.get(name) or self._make(kind)
        return self._made[name]

    def _look_up(self, kind: Descriptor, message: Any) -> None:
        check = self._made[kind.full_name]
        if check is not None:
            check(message)

    def _make(self, kind: Descriptor) -> Check | None:
        """Make the check of a message type, which visits only the fields that can be wrong."""
        if kind.full_name in _UNCHECKED or not kind.full_name.startswith(_OURS):
            return None
        plan = [
            (field.name, field.has_presence, check)
            for field in kind.fields
            if (check := self._of_field(field)) is not None
        ]
        is_usage = kind.full_name == Usage.DESCRIPTOR.full_name
        if not plan and not is_usage:
            return None

        def check_message(message: Any) -> None:
            for name, has_presence, check in plan:
                if has_presence and not message.HasField(name):
                    continue
                try:
                    check(getattr(message, name))
                except _WrongError as wrong:
                    raise wrong.inside(name) from None
            if is_usage:
                _check_usage(message)

        return check_message

    def _of_field(self, field: FieldDescriptor) -> Check | None:
        kind = field.message_type
        if kind is not None and kind.GetOptions().map_entry:
            key, value = self._of_one(kind.fields_by_name["key"]), self._of_one(kind.fields_by_name["value"])
            return _check_map(key, value) if key is not None or value is not None else None
        check = self._of_one(field)
        return _check_each(check) if field.is_repeated and check is not None else check

    def _of_one(self, field: FieldDescriptor) -> Check | None:
        """Return the check of a single value of a field; None: all values are allowed."""
        if field.message_type is not None:
            return self.of(field.message_type)
        if field.enum_type is not None:
            return _check_enum(field.enum_type)
        if field.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
            return _check_number
        if field.type in (FieldDescriptor.TYPE_UINT64, FieldDescriptor.TYPE_FIXED64):
            return _check_unsigned
        if field.type == FieldDescriptor.TYPE_STRING and self._strings and field.full_name not in _TEXTS:
            return _check_string
        return None


def _check_each(check: Check) -> Check:
    def check_all(values: Any) -> None:
        for index, value in enumerate(values):
            try:
                check(value)
            except _WrongError as wrong:
                raise wrong.at(index) from None

    return check_all


def _check_map(check_key: Check | None, check_value: Check | None) -> Check:
    def check_all(entries: Any) -> None:
        for key, value in entries.items():
            if check_key is not None:
                check_key(key)
            if check_value is not None:
                check_value(value)

    return check_all


_ALL = _Checks(strings=True)
_SHORT = _Checks(strings=False)
"""The checks for messages of at most 4,096 bytes, which are most messages."""
