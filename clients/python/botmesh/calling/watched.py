"""Reads the responses of the registry's watch, and leaves out the cards and instances that cannot be used.

Bots write their cards themselves. A card that is nested too deep for the parser makes the whole response unreadable,
with all other agents in it. Such a response is parsed field by field, down to the single cards and instances.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple, TypeVar

from google.protobuf.message import DecodeError, Message

from botmesh.errors import InvalidField
from botmesh.fields import check_fields
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import Instance
from botmesh.v1.registry_service_pb2 import AgentChanges, SnapshotChunk, WatchAgentsResponse

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_EVENTS = {"snapshot": SnapshotChunk, "changes": AgentChanges}
_ITEMS = {"cards": AgentCard, "instances": Instance}

Part = TypeVar("Part", SnapshotChunk, AgentChanges)


class Named(NamedTuple):
    """A card or an instance that was left out."""

    who: str
    """Its name for messages to people."""
    why: str
    agent: tuple[str, str] | None = None
    """The account and name of a card; None for an instance."""
    instance: str = ""
    """The id of an instance; empty for a card."""


LeftOut = list[Named]


def read(data: bytes) -> tuple[WatchAgentsResponse, LeftOut]:
    """Parse a response; return it without the items that could not be parsed, and those items.

    Raises:
        DecodeError: the response is no message at all.
    """
    try:
        return WatchAgentsResponse.FromString(data), []
    except DecodeError:
        return _taken_apart(data)


def sift(part: Part, left_out: LeftOut) -> Part:
    """Remove the cards and instances that break a rule of check_fields, and add them to `left_out`."""
    for name, describe in (("cards", _of_card), ("instances", _of_instance)):
        items = getattr(part, name)
        bad: dict[int, Named] = {}
        for index, item in enumerate(items):
            try:
                check_fields(item)
            except InvalidField as error:
                bad[index] = describe(item, error.text)
        if bad:
            left_out += bad.values()
            good = [item for index, item in enumerate(items) if index not in bad]
            del items[:]
            items.extend(good)
    return part


def _of_card(card: Any, why: str) -> Named:
    return Named(f"{card.account_id}/{card.name}"[:200], why, agent=(card.account_id, card.name))


def _of_instance(instance: Any, why: str) -> Named:
    who = f"{instance.account_id}/{instance.agent}, instance {instance.instance_id}"
    return Named(who[:200], why, instance=instance.instance_id)


def _taken_apart(data: bytes) -> tuple[WatchAgentsResponse, LeftOut]:
    """Parse each card and instance of a response separately."""
    left_out: LeftOut = []
    rest = bytearray()
    events: list[tuple[str, Message]] = []
    for number, kind, whole, value in _fields(data):
        field = WatchAgentsResponse.DESCRIPTOR.fields_by_number.get(number)
        if field is not None and field.name in _EVENTS and kind == _BYTES:
            events.append((field.name, _event(_EVENTS[field.name], value, left_out)))
        else:
            rest += whole
    response = WatchAgentsResponse.FromString(bytes(rest))
    for name, event in events:
        getattr(response, name).MergeFrom(event)  # merged as messages, because a serialized form could not be parsed
        getattr(response, name).SetInParent()
    return response, left_out


def _event(kind: type[Any], data: bytes, left_out: LeftOut) -> Any:
    event = kind()
    rest = bytearray()
    for number, wire, whole, value in _fields(data):
        field = kind.DESCRIPTOR.fields_by_number.get(number)
        if field is None or field.name not in _ITEMS or wire != _BYTES:
            rest += whole
            continue
        item = _ITEMS[field.name]()
        try:
            item.ParseFromString(value)
        except DecodeError:
            left_out.append(_unreadable(item, value))
        else:
            getattr(event, field.name).append(item)
    event.MergeFromString(bytes(rest))
    return event


def _unreadable(item: Any, data: bytes) -> Named:
    """Name an item that cannot be parsed, by those of its strings that can."""
    seen = type(item)()
    try:
        for number, wire, _, value in _fields(data):
            field = seen.DESCRIPTOR.fields_by_number.get(number)
            if wire == _BYTES and field is not None and field.type == field.TYPE_STRING and not field.is_repeated:
                setattr(seen, field.name, value.decode("utf-8", "replace"))
    except DecodeError:
        pass
    describe = _of_card if isinstance(item, AgentCard) else _of_instance
    return describe(seen, "it cannot be read: nested too deep, or garbage")


def _fields(data: bytes) -> Iterator[tuple[int, int, bytes, bytes]]:
    """Yield the number, wire type, all bytes and the value's bytes of each field of a serialized message.

    Raises:
        DecodeError: the bytes are no fields.
    """
    at = 0
    while at < len(data):
        start = at
        tag, at = _varint(data, at)
        kind = tag & 7
        if kind == _BYTES:
            size, at = _varint(data, at)
        elif kind == _VARINT:
            size = _varint(data, at)[1] - at
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise DecodeError("a kind of field that nobody writes")
        if at + size > len(data):
            raise DecodeError("a field that ends too soon")
        yield tag >> 3, kind, data[start : at + size], data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            break
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:  # noqa: PLR2004 - the last byte of a number has no continuation bit
            return value, at
    raise DecodeError("a number that does not end")
