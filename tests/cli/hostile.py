"""A mesh whose every answer is as hostile as the wire allows: texts that steer a terminal, numbers out of range."""

import math
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from grpc_health.v1 import health_pb2

from botmesh.v1 import (  # noqa: F401 - the pool knows them then
    agent_service_pb2,
    contact_service_pb2,
    conversation_service_pb2,
    journal_service_pb2,
    problem_service_pb2,
    registry_service_pb2,
    task_service_pb2,
    team_service_pb2,
    trace_service_pb2,
)

EVIL = (
    "evil\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\x00\x7f\x85\u202e\u2066\u200e\u200f\u061c\u200b\u2028\u2029\ufeff"
    "\U000e0041 [red] [/nothing] :heart: [link=http://x]\\"
)
UNSEEN = {one for one in EVIL if not one.isprintable()}
_BIG = 1 << 50
_MAX_DEPTH = 7
_KINDS = 60
"""More than any oneof has."""


def fill(message: Message, kind: int, depth: int = 0) -> Message:
    """Set every field, of each oneof the `kind`-th."""
    name = message.DESCRIPTOR.full_name
    if name in ("google.protobuf.Timestamp", "google.protobuf.Duration"):
        message.seconds, message.nanos = _BIG, -7
    elif name == "google.protobuf.Value":
        message.number_value = math.nan
    else:
        for field in message.DESCRIPTOR.fields:
            oneof = field.containing_oneof
            if oneof is None or oneof.fields[kind % len(oneof.fields)] is field:
                _set(message, field, kind, depth)
    return message


def _set(message: Any, field: FieldDescriptor, kind: int, depth: int) -> None:
    value = getattr(message, field.name)
    if field.message_type is None:
        scalar = _scalar(field)
        if field.is_repeated:
            value.append(scalar)
        else:
            setattr(message, field.name, scalar)
    elif depth >= _MAX_DEPTH:
        return
    elif field.message_type.GetOptions().map_entry:
        inner = field.message_type.fields_by_name["value"]
        if inner.message_type is None:
            value[EVIL] = _scalar(inner)
        else:
            fill(value[EVIL], kind, depth + 1)
    elif field.is_repeated:
        fill(value.add(), kind, depth + 1)
    else:
        value.SetInParent()
        fill(value, kind, depth + 1)


def _scalar(field: FieldDescriptor) -> Any:
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return EVIL.encode() if field.type == FieldDescriptor.TYPE_BYTES else EVIL
    if field.cpp_type == FieldDescriptor.CPPTYPE_ENUM:
        return 77
    if field.cpp_type in (FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT):
        return math.nan
    return 1


class Hostile(grpc.GenericRpcHandler):
    """Answers every method of the contract."""

    def __init__(self) -> None:
        self.kind = 0
        self.answers: dict[str, list[Message]] = {
            "grpc.health.v1.Health.Check": [health_pb2.HealthCheckResponse(status="SERVING")]
        }
        """What is answered instead, by method."""

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler | None:
        name = details.method.strip("/").replace("/", ".")
        try:
            method = descriptor_pool.Default().FindMethodByName(name)
        except KeyError:
            return None
        made = list(self.answers.get(name) or self._made(method))

        async def one(request: bytes, context: grpc.aio.ServicerContext) -> Message:
            return made[0]

        async def several(request: bytes, context: grpc.aio.ServicerContext) -> AsyncIterator[Message]:
            for answer in made:
                yield answer

        kinds = {
            (False, False): grpc.unary_unary_rpc_method_handler,
            (False, True): grpc.unary_stream_rpc_method_handler,
            (True, False): grpc.stream_unary_rpc_method_handler,
            (True, True): grpc.stream_stream_rpc_method_handler,
        }
        handler = kinds[method.client_streaming, method.server_streaming]
        function: Any = several if method.server_streaming else one
        return handler(function, response_serializer=lambda answer: answer.SerializeToString())

    def _made(self, method: Any) -> Iterator[Message]:
        kind = message_factory.GetMessageClass(method.output_type)
        if not method.server_streaming:
            yield fill(kind(), self.kind)
            return
        for number in range(_KINDS):
            yield fill(kind(), number)
        made = fill(kind(), 0)
        if hasattr(made, "event") and isinstance(made.event, Message):
            made.event.ClearField(made.event.WhichOneof("event"))
        yield made


@asynccontextmanager
async def hostile() -> AsyncIterator[tuple[str, Hostile]]:
    """Its address, and what it answers."""
    handler = Hostile()
    server = grpc.aio.server()
    server.add_generic_rpc_handlers([handler])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}", handler
    finally:
        await server.stop(None)
