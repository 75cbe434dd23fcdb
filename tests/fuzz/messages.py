"""Requests of every rpc of the contract, made from its descriptors: valid as far as they go, then wrong in places.

Everything is drawn by hypothesis, which knows nothing of the mesh: ids are drawn as places in a pool that the state
machine keeps.
"""

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any

from google.protobuf import message_factory, text_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import ListValue, Struct, Value
from hypothesis import strategies as st
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp

from botmesh.names import new_id
from botmesh.v1 import (
    agent_service_pb2,
    conversation_service_pb2,
    journal_service_pb2,
    problem_service_pb2,
    registry_service_pb2,
    task_service_pb2,
    team_service_pb2,
    trace_service_pb2,
)
from tests.fuzz.pool import Entity, Pool

Pick = Callable[[int], int]
"""A number below another one, drawn."""

MESSAGE_LIMIT = 1024 * 1024
"""Bytes of the largest message that a mesh takes unless told otherwise."""
_OF_CONTACTS = frozenset(
    {
        "SetStatusRequest",
        "SetModeRequest",
        "SetTagsRequest",
        "SetFieldsRequest",
        "SubmitFormRequest",
        "FireActionRequest",
    }
)
"""Requests that name either a conversation or a contact."""
ACCOUNTS = ("", "default", "default", "other")
PEOPLE = ("eva", "otto", "mia")
CRASH = "told to crash"
"""What a scripted bot says when it crashes because a task says so: this, and no other traceback, is expected."""
FOR_EVER = 1e9


@dataclass(frozen=True)
class Method:
    """One rpc."""

    service: str
    name: str
    request: type[Message]
    response: type[Message]
    takes_many: bool
    gives_many: bool

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.name}"

    @property
    def of_agent(self) -> bool:
        return self.service.endswith(".AgentService")

    @property
    def is_ours(self) -> bool:
        return self.service.startswith("botmesh.")


def _method(service: str, rpc: MethodDescriptor) -> Method:
    return Method(
        service,
        rpc.name,
        message_factory.GetMessageClass(rpc.input_type),
        message_factory.GetMessageClass(rpc.output_type),
        rpc.client_streaming,
        rpc.server_streaming,
    )


METHODS = [
    _method(service.full_name, rpc)
    for module in (
        registry_service_pb2,
        agent_service_pb2,
        conversation_service_pb2,
        task_service_pb2,
        team_service_pb2,
        journal_service_pb2,
        trace_service_pb2,
        problem_service_pb2,
        otlp,
    )
    for service in module.DESCRIPTOR.services_by_name.values()
    for rpc in service.methods
]
AT_MESH = [one for one in METHODS if not one.of_agent]
AT_AGENT = [one for one in METHODS if one.of_agent and not one.takes_many]
_OFTEN = [one for one in METHODS if one.name in {"Post", "SubmitTask", "TransferConversation", "Approve", "Claim"}]
_ANY = (*AT_MESH, *AT_AGENT, *AT_AGENT, *_OFTEN, *_OFTEN)


@dataclass(frozen=True)
class Call:
    """One call as it goes out."""

    method: Method
    target: str
    """The mesh, or a bot's name."""
    request: Message
    tail: bytes = b""
    """Bytes behind the request: unknown fields, or garbage."""
    metadata: tuple[tuple[str, str | bytes], ...] = ()
    timeout: float | None = 5.0
    cancel_after: float | None = None
    leave_after: int = 40
    """Responses of a stream after which it is left."""
    raw: bool = False
    """Whether it goes out as bare frames: with bytes in metadata that no gRPC library sends."""
    note: str = ""
    """What was made wrong."""

    @property
    def data(self) -> bytes:
        if self.tail.startswith(GARBAGE):
            return self.tail.removeprefix(GARBAGE)
        return self.request.SerializeToString() + self.tail

    @property
    def may_crash(self) -> bool:
        """Whether a bot may have been told to raise something."""
        return CRASH.encode() in self.request.SerializeToString()

    def __str__(self) -> str:
        text = text_format.MessageToString(self.request, as_utf8=True)
        shown = text if len(text) < 4_000 else f"{text[:4_000]}... ({len(text)} characters)"
        tail = f"\nand behind it, or instead, {len(self.tail)} bytes: {self.tail[:80]!r}" if self.tail else ""
        metadata = [
            (key, value if len(value) < 200 else f"{value[:20]!r} * {len(value)}") for key, value in self.metadata
        ]
        return (
            f"{self.method.path} at {self.target}\nmetadata: {metadata}\ntimeout: {self.timeout}, "
            f"cancelled after: {self.cancel_after}, left after: {self.leave_after}, as bare frames: {self.raw}\n"
            f"wrong: {self.note or 'nothing'}\n"
            f"{shown}{tail}"
        )


GARBAGE = b"GARBAGE!"
"""Before a tail that stands instead of the request."""


# Valid requests.

_ALWAYS = frozenset(
    {
        "conversation_id", "message", "payload", "person", "status", "mode", "target", "card", "instance_id", "address",
        "lease_token", "task_id", "turn_id", "scope", "recipients", "form", "action", "member", "outcome", "values",
        "trace_id", "name", "agent", "query", "resource_spans", "scope_spans", "spans", "span_id", "transfer_id",
    }
)  # fmt: skip
_ENTITIES = {"Approve": "suggestion", "Reject": "suggestion", "Deregister": "lease", "Heartbeat": "lease"}
_TEXTS = ("hello", "refund please", "wifi", "ok", "nichts mehr, danke")
_OPS: tuple[dict[str, Any], ...] = (
    {"op": "echo"},
    {"op": "text", "text": "said"},
    {"op": "partial", "text": "piece"},
    {"op": "partial", "text": " more", "append": True},
    {"op": "progress", "text": "on it", "fraction": 0.5},
    {"op": "report"},
    {"op": "sleep", "seconds": 0.05},
    {"op": "sleep", "seconds": 2},
    {"op": "confidence", "value": 0.7},
    {"op": "usage", "model": "m", "input_tokens": 5, "output_tokens": 7, "cost_micros": 11, "currency": "EUR"},
    {"op": "not_mine"},
    {"op": "fail", "text": "will not"},
    {"op": "crash", "text": CRASH},
    {"op": "count", "key": "fuzz"},
    {"op": "bytes", "size": 20_000},
    {"op": "bytes", "size": 1_100_000},
    {"op": "notify", "to": "python-bot", "text": "note"},
)
_ASKED = ("python-bot", "go-bot", "node-bot", "java-bot", "nobody")


class Builder:
    """Builds messages of one call."""

    def __init__(self, pick: Pick, pool: Pool, agents: Sequence[str], entity: Entity, target: str) -> None:
        self.pick = pick
        self.pool = pool
        self.agents = agents
        self.entity = entity
        self.target = target

    def one_of(self, values: Sequence[Any]) -> Any:
        return values[self.pick(len(values))]

    def message(self, kind: Descriptor, depth: int = 0) -> Message:
        """A message of a kind; fields that matter are set, one in four of the others."""
        made = message_factory.GetMessageClass(kind)()
        skipped = set()
        for oneof in kind.oneofs:
            if len(oneof.fields) > 1:
                chosen = self.one_of(oneof.fields)
                skipped.update(one.name for one in oneof.fields if one is not chosen)
        for one in kind.fields:
            if one.name in skipped:
                continue
            in_oneof = one.containing_oneof is not None and len(one.containing_oneof.fields) > 1
            if in_oneof or one.name in _ALWAYS or self.pick(4) == 3:
                self.set(made, one, depth)
        return made

    def set(self, made: Message, one: FieldDescriptor, depth: int) -> None:
        """Set one field to something that fits."""
        kind = one.message_type
        if kind is not None and kind.GetOptions().map_entry:
            self._entry(getattr(made, one.name), kind, depth)
            return
        count = 1 + (self.pick(3) == 2) if one.is_repeated else 1
        if kind is not None and depth > 4 and kind.full_name.startswith(("botmesh", "opentelemetry")):
            return
        values = [self.value(one, depth) for _ in range(count)]
        if one.is_repeated:
            getattr(made, one.name).extend(values)
        elif kind is not None:
            getattr(made, one.name).CopyFrom(values[0])
        else:
            setattr(made, one.name, values[0])

    def _entry(self, entries: Any, kind: Descriptor, depth: int) -> None:
        value = kind.fields_by_name["value"]
        if value.message_type is None:
            entries["key"] = self.value(value, depth)
        else:
            entries["key"].CopyFrom(self.value(value, depth))

    def value(self, one: FieldDescriptor, depth: int) -> Any:
        """A single value of a field."""
        kind = one.message_type
        if kind is not None:
            made = _WELL_KNOWN.get(kind.full_name)
            return made(self, one) if made is not None else self.message(kind, depth + 1)
        if one.enum_type is not None:
            return self.one_of([number for number in one.enum_type.values_by_number if number] or [0])
        if one.type == FieldDescriptor.TYPE_STRING:
            return self.text(one)
        if one.type == FieldDescriptor.TYPE_BYTES:
            return bytes([1 + self.pick(9)]) * {"trace_id": 16, "span_id": 8, "parent_span_id": 8}.get(one.name, 5)
        if one.type == FieldDescriptor.TYPE_BOOL:
            return bool(self.pick(2))
        if one.type in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
            return self.one_of((0.0, 0.5, 1.0))
        return self.number(one)

    def number(self, one: FieldDescriptor) -> int:
        if one.name == "epoch":
            return self.one_of((0, self.entity.get("epoch", 1)))
        if one.name.endswith("_unix_nano"):
            return time.time_ns() + self.pick(1000)
        known = self.pool.values.get("sequence" if "sequence" in one.name else one.name)
        if known and self.pick(2):
            return min(int(self.one_of(known)), 2**31 - 1)
        return self.one_of((1, 2, 3, 5, 20))

    def text(self, one: FieldDescriptor) -> str:
        name = one.name
        made = _STRINGS.get(name)
        if made is not None:
            return made(self, one)
        if name in self.entity:
            return str(self.entity[name])
        known = self.pool.values.get(name)
        if known:
            return str(self.one_of(known))
        return new_id() if name.endswith("_id") else self.one_of(_TEXTS)

    def agent(self) -> str:
        return self.one_of(self.agents)

    def known_or_new(self, name: str) -> str:
        known = self.pool.values.get(name)
        return str(self.one_of(known)) if known and self.pick(3) == 2 else new_id()

    def script(self) -> list[dict[str, Any]]:
        return [self.step() for _ in range(1 + self.pick(3))]

    def step(self) -> dict[str, Any]:
        if self.pick(6) == 5:
            asked = {"op": "delegate", "to": self.one_of(_ASKED), "text": "below", "timeout": 2}
            return {**asked, "stream": True} if self.pick(2) else asked
        return dict(self.one_of(_OPS))

    def struct(self, one: FieldDescriptor) -> Struct:
        made = Struct()
        if self.pick(3):
            made.update({self.one_of(("plan", "stage", "n")): self.one_of(("gold", 7, True, None, ["a", {"b": 1}]))})
        if one.name == "context" and self.pick(2):
            made.update({"script": self.script()})
        if one.name == "context" and self.pick(8) == 7:
            made.update({"transfer": self.one_of(("decline", "accept", "hang"))})
        return made


def _timestamp(builder: Builder, one: FieldDescriptor) -> Message:
    made = message_factory.GetMessageClass(one.message_type)()
    made.seconds = int(time.time()) + builder.one_of((0, 1, 2, 3600, -60))
    return made


def _duration(builder: Builder, one: FieldDescriptor) -> Message:
    made = message_factory.GetMessageClass(one.message_type)()
    made.seconds, made.nanos = builder.pick(5), 1 + builder.pick(999_999_999)
    return made


def _json(builder: Builder, one: FieldDescriptor) -> Value:
    return builder.one_of(
        (
            Value(number_value=1),
            Value(string_value="x"),
            Value(null_value=0),
            Value(struct_value=Struct(fields={"a": Value(bool_value=True)})),
            arrays(3),
        )
    )


_WELL_KNOWN: dict[str, Callable[[Builder, FieldDescriptor], Message]] = {
    "google.protobuf.Timestamp": _timestamp,
    "google.protobuf.Duration": _duration,
    "google.protobuf.Value": _json,
    "google.protobuf.Struct": lambda builder, one: builder.struct(one),
}
_STRINGS: dict[str, Callable[[Builder, FieldDescriptor], str]] = {
    "account_id": lambda b, _: b.one_of(ACCOUNTS),
    "channel": lambda b, _: b.one_of(("", "web", "mail")),
    "contact_id": lambda b, _: b.entity.get("contact_id") or f"contact-{b.pick(12)}",
    "person": lambda b, _: b.entity.get("person") or b.one_of(PEOPLE),
    "approved_by": lambda b, _: b.one_of(PEOPLE),
    "desk": lambda b, _: b.one_of(("", *PEOPLE)),
    "agent": lambda b, _: b.agent(),
    "agents": lambda b, _: b.agent(),
    "owner": lambda b, _: b.one_of((b.agent(), "desk")),
    "to_agent": lambda b, _: b.target if b.target != "mesh" else b.agent(),
    "from_agent": lambda b, _: b.one_of(("", "", b.agent())),
    "name": lambda b, _: f"fuzz-{b.pick(8)}",
    "message_id": lambda b, _: b.known_or_new("message_id"),
    "submission_id": lambda b, _: b.known_or_new("message_id"),
    "transfer_id": lambda b, _: b.known_or_new("transfer_id"),
    "correlation_id": lambda b, _: b.known_or_new("correlation_id"),
    "in_reply_to": lambda b, _: "",
    "skill_id": lambda b, _: "scripted",
    "page_token": lambda b, _: str(b.one_of(b.pool.values.get("page_token") or [""])),
    "tag": lambda b, _: f"tag-{b.pick(5)}",
    "tags": lambda b, _: f"tag-{b.pick(5)}",
    "add": lambda b, _: f"tag-{b.pick(5)}",
    "remove": lambda b, _: f"tag-{b.pick(5)}",
    "schedules": lambda b, _: b.one_of(("* * * * *", "0 8 * * 1-5")),
    "time_zone": lambda b, _: b.one_of(("", "Europe/Berlin")),
    "currency": lambda b, _: b.one_of(("", "EUR")),
    "languages": lambda b, _: "en",
    "media_type": lambda b, _: b.one_of(("", "text/plain")),
    "form": lambda b, _: b.one_of(("offer", "feedback")),
    "action": lambda b, _: b.one_of(("booked", "done")),
    "keywords": lambda b, _: b.one_of(("refund", "wifi")),
    "actions": lambda b, _: b.one_of(("booked", "done")),
}


def _fit(request: Any, builder: Builder) -> None:
    """What descriptors do not say: fields that exclude each other."""
    kind = request.DESCRIPTOR.name
    if kind == "PostRequest":
        if builder.pick(2):
            request.conversation_id = ""
            request.contact_id = f"contact-{builder.pick(12)}"
        else:
            request.account_id = request.channel = request.contact_id = ""
    elif kind in _OF_CONTACTS:
        if builder.pick(3):
            request.ClearField("contact")
        else:
            request.conversation_id = ""
            request.contact.contact_id = f"contact-{builder.pick(12)}"
        if kind == "SetStatusRequest":
            request.status = builder.one_of((1, 1, 1, 2, 3))
            if builder.pick(3):
                request.ClearField("until")
    elif kind in ("GetContactRequest", "UpdateContactRequest", "OpenConversationRequest"):
        if builder.pick(4):
            request.contact.contact_id = f"contact-{builder.pick(12)}"
    elif kind == "RegisterRequest":
        request.lease_token = builder.one_of(("", "t" * 32, new_id()))
        request.instance_id = builder.one_of((new_id(), f"fuzz-instance-{builder.pick(8)}"))
        request.card.account_id = builder.one_of(ACCOUNTS)
        if builder.pick(3):
            request.card.ClearField("limits")
    elif kind in ("DelegateToSkillRequest", "ConsultRequest", "CollaborateRequest", "BroadcastRequest"):
        if kind == "DelegateToSkillRequest":
            request.message.skill_id = "scripted"
            request.message.to_agent = ""
        request.timeout.seconds = builder.pick(3)
    message = getattr(request, "message", None)
    if message is not None and message.DESCRIPTOR.name == "Message":
        if builder.pick(8):
            message.message_type = 0
        if builder.pick(4):
            message.correlation_id = message.conversation_id = message.task_id = message.account_id = ""
            message.skill_id = message.skill_id if kind == "DelegateToSkillRequest" else ""
        if kind.startswith("Delegate") and hasattr(request, "turn") and not builder.pick(3):
            message.message_type = 4


# What is wrong.


def arrays(depth: int) -> Value:
    """Arrays in each other."""
    made = Value(number_value=1)
    for _ in range(depth):
        made = Value(list_value=ListValue(values=[made]))
    return made


def objects(depth: int) -> Value:
    """Objects in each other."""
    made = Value(number_value=1)
    for _ in range(depth):
        made = Value(struct_value=Struct(fields={"a": made}))
    return made


_SECONDS = (253_402_300_799, 253_402_300_800, -1, 2**63 - 1, -(2**63), 7_258_118_400, 11_000_000_000, 0)
_NANOS = (0, 10**9, -1, 2**31 - 1, 999_999_999)
_WRONG_STRINGS: tuple[str, ...] = (
    "",
    "x" * 4_097,
    "x" * 65,
    "é" * 50_000,
    "\0",
    "\x1b[2J\x1b]0;owned\x07\r\n",
    "\u202egnp.exe\u2066\u2069",
    "\ufeff\u200b",
    "../../etc/passwd",
    "default/../x",
    "task/default/t1",
    "account/default",
    "other/python-bot",
    "'; DROP TABLE conversation; --",
    "%s%n{0}",
    "NaN",
    "🤖" * 300,
    "-",
    ".",
    "A-",
    "desk",
    "*",
    "127.0.0.1:1",
    "0.0.0.0:80",
    "[::1]:1",
    "127.0.0.1:99999999999999999999",
    "\N{RUPEE SIGN}" * 64,
    "99999999999999999999999999999999",
    "*/0 * * * *",
    "0 0 31 2 *",
    "Nowhere/Land",
)
_INTEGERS = (2**63 - 1, 2**64 - 1, 2**63, -(2**63), -1, 0, 2**31 - 1, 2**32 - 1, -(2**31), 2**53, 10**6)
_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
}
_MANY = 10_000


def _wrong_json(builder: Builder) -> Value:
    depth = 22 + builder.pick(28)
    return builder.one_of(
        (
            arrays(depth),
            objects(min(depth, 31)),
            arrays(21 + builder.pick(12)),
            objects(15 + builder.pick(7)),
            Value(number_value=math.nan),
            Value(number_value=-math.inf),
            Value(number_value=1e308),
            Value(string_value="\0\u202e" * 100),
            Value(string_value="x" * 200_000),
            Value(),
            Value(struct_value=Struct(fields={"": Value()})),
            Value(struct_value=Struct(fields={"k" * 5_000: Value(null_value=0), "__proto__": arrays(2)})),
            Value(list_value=ListValue(values=[Value(null_value=0)] * _MANY)),
        )
    )


def _wrong_struct(builder: Builder) -> Struct:
    names = ("a", "", "k" * 300, "__proto__", "stage", "\0", "collaborators")
    return Struct(fields={builder.one_of(names): _wrong_json(builder)})


def wrong(builder: Builder, one: FieldDescriptor) -> Any:
    """A value that a field takes and that means no good."""
    kind = one.message_type
    if kind is not None:
        name = kind.full_name
        if name in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
            return message_factory.GetMessageClass(kind)(seconds=builder.one_of(_SECONDS), nanos=builder.one_of(_NANOS))
        if name == "google.protobuf.Value":
            return _wrong_json(builder)
        if name == "google.protobuf.Struct":
            return _wrong_struct(builder)
        return builder.one_of((message_factory.GetMessageClass(kind)(), builder.message(kind, 2)))
    if one.enum_type is not None:
        return builder.one_of((99, -1, 2**31 - 1, 0, *one.enum_type.values_by_number))
    if one.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return builder.one_of((math.nan, math.inf, -math.inf, 1e308, -1.0, 2.0, 5e-324))
    if one.type == FieldDescriptor.TYPE_STRING:
        return _wrong_string(builder)
    if one.type == FieldDescriptor.TYPE_BYTES:
        return builder.one_of((b"", b"\0", b"\xff" * 40, b"x" * 100_000))
    if one.type == FieldDescriptor.TYPE_BOOL:
        return bool(builder.pick(2))
    low, high = _RANGES[one.cpp_type]
    return builder.one_of([number for number in _INTEGERS if low <= number <= high])


def _wrong_string(builder: Builder) -> str:
    if builder.pick(3) == 2:  # something that exists, and is something else
        known = builder.pool.values
        names = sorted(name for name in known if known[name])
        if names:
            return str(builder.one_of(known[builder.one_of(names)]))
    return builder.one_of(_WRONG_STRINGS)


def _slots(request: Message, most: int = 150) -> list[tuple[Message, FieldDescriptor]]:
    """Fields that can be made wrong: all of the request and of what is set in it; no script, which a bot obeys."""
    found: list[tuple[Message, FieldDescriptor]] = []
    waiting = [request]
    while waiting and len(found) < most:
        one = waiting.pop(0)
        found += [(one, each) for each in one.DESCRIPTOR.fields]
        for each, value in one.ListFields():
            kind = each.message_type
            if kind is None or kind.full_name.startswith("google.protobuf") or kind.GetOptions().map_entry:
                continue
            waiting.extend(list(value)[:3] if each.is_repeated else [value])
    return found


def spoil(builder: Builder, request: Message) -> str:
    """Make one to three fields wrong; which."""
    names = []
    for _ in range(1 + builder.pick(3)):
        slots = _slots(request)
        if not slots:
            return "nothing: it has no fields"
        owner, one = builder.one_of(slots)
        names.append(one.name)
        if one.message_type is not None and one.message_type.GetOptions().map_entry:
            value = one.message_type.fields_by_name["value"]
            if value.message_type is None and value.type == FieldDescriptor.TYPE_STRING:
                getattr(owner, one.name)[_wrong_string(builder)] = _wrong_string(builder)
            continue
        value = wrong(builder, one)
        if one.is_repeated:
            count = builder.one_of((1, 1, 1, 2, _MANY))
            if (value.ByteSize() if isinstance(value, Message) else len(str(value))) > 100:
                count = min(count, 2)
            del getattr(owner, one.name)[:]
            getattr(owner, one.name).extend([value] * count)
        elif one.message_type is not None:
            getattr(owner, one.name).CopyFrom(value)
        elif one.containing_oneof is None or builder.pick(2):
            setattr(owner, one.name, value)
        else:
            owner.ClearField(one.containing_oneof.name)
    return ", ".join(names)


def _varint(number: int) -> bytes:
    made = b""
    while number > 127:
        made += bytes([number & 127 | 128])
        number >>= 7
    return made + bytes([number])


def padding(size: int) -> bytes:
    """An unknown field of so many bytes in all."""
    for length in range(max(0, size - 12), size):
        made = _varint(15_000 << 3 | 2) + _varint(length)
        if len(made) + length == size:
            return made + b"\0" * length
    return b""


def _tail(builder: Builder, request: Message) -> tuple[bytes, str]:
    """Bytes behind the request."""
    size = request.ByteSize()
    return builder.one_of(
        (
            (padding(200), "an unknown field"),
            (_varint(15_001 << 3) + b"\x05", "an unknown number"),
            (padding(max(10, MESSAGE_LIMIT + 1 - size)), "1 MiB and a byte"),
            (padding(max(10, MESSAGE_LIMIT - size)), "1 MiB"),
            (b"\x0a\x01\xff", "a string that is no UTF-8"),
            (b"\x0a\x05ab", "cut off"),
            (b"\xff\xff\xff\xff", "garbage behind it"),
            (_varint(20_000 << 3 | 3) * 120, "groups in each other"),
            (GARBAGE + b"\xff\xfe\x00garbage", "garbage"),
            (GARBAGE + b"\x12" * 5_000, "garbage"),
            (GARBAGE, "nothing at all"),
        )
    )


_PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_KEYS = ("path", "max-hops", "correlation", "conversation", "account", "to")
_METADATA: tuple[str, ...] = (
    "",
    " ",
    ",",
    "a,,b",
    "/",
    "a/b/c",
    "x" * 65,
    "x" * 4_090,
    "x" * 5_000,
    "-1",
    "65",
    "0",
    "99999999999999999999999",
    "1e3",
    "NaN",
    "python-bot",
    "python-bot,python-bot,go-bot,node-bot,java-bot,python-bot",
    ",".join(f"a{number}" for number in range(70)),
    "other/python-bot",
    "python-bot/nobody",
    "%00",
    "~" * 10,
)
_BYTES = (b"\xff", b"caf\xc3\xa9", b"\x80" * 60, b"python-bot\xff", b"\x7f")
MOST_RAW = 16_000
"""Bytes of a request that is sent as bare frames, whose sender heeds no windows."""


def _metadata(builder: Builder) -> tuple[tuple[str, str | bytes], ...]:
    """Wrong metadata."""
    pairs: list[tuple[str, str | bytes]] = []
    for _ in range(1 + builder.pick(3)):
        key = f"botmesh-{builder.one_of(_KEYS)}"
        pairs += [(key, builder.one_of(_METADATA))] * (1 + (builder.pick(4) == 3))
    extra: tuple[tuple[tuple[str, str | bytes], ...], ...] = (
        (),
        (("traceparent", _PARENT),),
        (("traceparent", "00-" + "0" * 32 + "-" + "0" * 16 + "-01"),),
        (("traceparent", "x" * 3_000), ("tracestate", "a=b," * 200)),
        (("botmesh-path-bin", b"\xff\x00\xfe"),),
        (("botmesh-nonsense", "1"),),
        (("x-many", "1"),) * 100,
    )
    return (*pairs, *builder.one_of(extra))


TAPE = 400
"""Bytes that hypothesis draws for one call; where they end, what comes is as plain as it gets."""


@dataclass(frozen=True)
class Recipe:
    """What hypothesis draws: a call that becomes one when the pool is known; the same whatever the pool holds."""

    harm: str
    """What is wrong with it: none, fields, bytes, metadata or time."""
    tape: bytes = field(repr=False)

    def call(self, pool: Pool, targets: Sequence[str], number: int) -> Call:
        """The `number`th call; `targets` are the names of bots that are there."""
        noise = Random(number).randbytes(TAPE)  # hypothesis likes zeros, and the first method of the first service
        mixed = int.from_bytes(self.tape, "big") ^ int.from_bytes(noise, "big")
        return _call(self.harm, _reader(mixed.to_bytes(TAPE, "big")), pool, targets)


def recipes(harm: str) -> st.SearchStrategy[Recipe]:
    """Any call that is wrong in one way."""
    return st.builds(Recipe, st.just(harm), st.binary(min_size=TAPE, max_size=TAPE))


def _reader(tape: bytes) -> Pick:
    """Reads choices from a tape."""
    place = 0

    def pick(below: int) -> int:
        nonlocal place
        size = 1 if below <= 64 else 4
        read = int.from_bytes(tape[place : place + size], "big")
        place += size
        return read % below if below > 1 else 0

    return pick


def _call(harm: str, pick: Pick, pool: Pool, targets: Sequence[str]) -> Call:
    method = _ANY[pick(len(_ANY))]
    target = targets[pick(len(targets))] if method.of_agent else "mesh"
    agents = (*targets, *targets, "nobody")
    known: Sequence[Entity]
    kind = _ENTITIES.get(method.name) or ("task" if "Task" in method.service else "conversation")
    known = pool.entities.get(kind) or [{}]
    builder = Builder(pick, pool, agents, known[pick(len(known))], target)
    request = builder.message(method.request.DESCRIPTOR)
    if kind in ("suggestion", "lease"):
        _belong(request, builder.entity)
    _fit(request, builder)
    call = Call(method, target, request)
    if harm == "fields":
        return replace(call, note=spoil(builder, request))
    if harm == "bytes":
        tail, note = _tail(builder, request)
        return replace(call, tail=tail, note=note)
    if harm == "metadata" and not method.gives_many and not pick(4) and len(call.data) < MOST_RAW:
        key = f"botmesh-{builder.one_of(_KEYS)}"
        return replace(call, metadata=((key, builder.one_of(_BYTES)),), raw=True, note="metadata of other bytes")
    if harm == "metadata":
        return replace(call, metadata=_metadata(builder), note="metadata")
    if harm == "time":
        timeout = builder.one_of((None, 0.001, FOR_EVER, 3600.0, 0.05, 2.0))
        cancel = builder.one_of((None, 0.0, 0.005, 0.05, 0.5))
        return replace(call, timeout=timeout, cancel_after=cancel, leave_after=builder.pick(4), note="time")
    return call


def _belong(request: Any, entity: Entity) -> None:
    for name, value in entity.items():
        if hasattr(request, name):
            setattr(request, name, value)


@dataclass
class Seen:
    """How often each method was called, and how that ended."""

    counts: dict[str, dict[str, int]] = field(default_factory=dict)

    def add(self, method: Method, ending: str) -> None:
        endings = self.counts.setdefault(f"{method.service.rpartition('.')[2]}.{method.name}", {})
        endings[ending] = endings.get(ending, 0) + 1

    def __str__(self) -> str:
        return "\n".join(f"{name:45} {endings}" for name, endings in sorted(self.counts.items()))
