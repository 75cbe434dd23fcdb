"""One raw gRPC call to the agent under test or to a service of the mesh, with any metadata that a case gives."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, cast

import grpc
from google.protobuf import json_format, message_factory, text_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message as AnyMessage
from grpc_health.v1 import health_pb2

from botmesh.v1 import (
    agent_service_pb2,
    conversation_service_pb2,
    registry_service_pb2,
    task_service_pb2,
    team_service_pb2,
)
from botmesh_conformance import linked, wire

SERVICES = {
    "agent": agent_service_pb2.DESCRIPTOR.services_by_name["AgentService"],
    "registry": registry_service_pb2.DESCRIPTOR.services_by_name["RegistryService"],
    "health": health_pb2.DESCRIPTOR.services_by_name["Health"],
    "conversations": conversation_service_pb2.DESCRIPTOR.services_by_name["ConversationService"],
    "tasks": task_service_pb2.DESCRIPTOR.services_by_name["TaskService"],
    "team": team_service_pb2.DESCRIPTOR.services_by_name["TeamService"],
}
_WITH_MESSAGES = (SERVICES["agent"], SERVICES["tasks"], SERVICES["team"])
OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.enable_retries", 0),
    ("grpc.use_local_subchannel_pool", 1),  # a connection of its own, which can be lost without touching others
)
DEADLINE = 8.0
"""Seconds that a call has unless its case says otherwise."""


class Call:
    """One call, sent at once; it runs until it ends, is left after some responses, or loses its connection."""

    def __init__(self, address: str, service: str, given: Mapping[str, Any], *, over_link: bool = False) -> None:
        """Send the request that `given` describes; `over_link` sends it over a link if it is for the agent."""
        self._address = address
        self._given = given
        self._over_link = over_link and service == "agent"
        name = given.get("method", "Delegate")
        self._method: MethodDescriptor = SERVICES[service].methods_by_name[name]
        self._path = f"/{SERVICES[service].full_name}/{name}"
        self._request = _request(self._method, given)
        self._messages: list[AnyMessage] = []
        self._lost = False
        self._began = asyncio.get_running_loop().time()
        self._task = asyncio.create_task(self._run())

    async def result(self) -> dict[str, Any]:
        """Wait for the end of the call, and return its outcome as the data that cases compare."""
        return await asyncio.shield(self._task)

    def so_far(self) -> dict[str, Any]:
        """The responses received until now, and whether the call is done."""
        return self._received() | {"done": self._task.done()}

    async def lose(self) -> None:
        """Drop the connection of the call, as a caller that dies does."""
        self._lost = True
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> dict[str, Any]:
        result: dict[str, Any] = {}
        try:
            # Its own channel: closing it is what the other end sees of a caller that dies.
            async with grpc.aio.insecure_channel(self._address, options=OPTIONS) as channel:
                try:
                    result = await self._made(channel)
                except grpc.aio.AioRpcError as error:
                    result = wire.plain_error(error)
        except asyncio.CancelledError:
            if not self._lost:
                raise
            result = {"code": "LOST"}
        result["seconds"] = asyncio.get_running_loop().time() - self._began
        result = self._received() | result
        return result | {"everything": repr(result)}

    async def _made(self, channel: grpc.aio.Channel) -> dict[str, Any]:
        metadata = tuple((key, str(value)) for key, value in self._given.get("metadata", {}).items())
        deadline = self._given.get("deadline", DEADLINE)
        options: Any = {"metadata": metadata, "timeout": None if deadline == "none" else deadline}
        respond = message_factory.GetMessageClass(self._method.output_type).FromString
        codec: Any = {"response_deserializer": respond, "request_serializer": self._serialized}
        stream: Any
        if self._over_link:
            return await self._linked(channel, metadata, options["timeout"], respond)
        if self._method.client_streaming:
            stream = channel.stream_stream(self._path, **codec)(_once(self._request), **options)
        elif self._method.server_streaming:
            stream = channel.unary_stream(self._path, **codec)(self._request, **options)
        else:
            self._messages.append(await channel.unary_unary(self._path, **codec)(self._request, **options))
            return {"code": "OK"}
        leave_after = self._given.get("leave_after")
        async for message in stream:
            self._messages.append(message)
            if len(self._messages) == leave_after:
                stream.cancel()
                return {"code": "LEFT"}
        return {"code": "OK"}

    async def _linked(self, channel: grpc.aio.Channel, metadata: Any, timeout: Any, respond: Any) -> dict[str, Any]:
        request = self._serialized(self._request)
        async with aclosing(linked.responses(channel, self._method.name, request, metadata, timeout)) as responses:
            async for response in responses:
                self._messages.append(respond(response))
                if len(self._messages) == self._given.get("leave_after"):
                    return {"code": "LEFT"}
        return {"code": "OK"}

    def _serialized(self, request: AnyMessage) -> bytes:
        """The request's bytes, with what no library would write."""
        return wire.serialized(request, self._given.get("nested"))

    def _received(self) -> dict[str, Any]:
        last = self._messages[-1] if self._messages else None
        if isinstance(last, agent_service_pb2.DelegateResponse):
            return wire.plain_reply(last.reply)
        if self._method.name == "DelegateStream":
            return self._streamed()
        if last is None:
            return {}
        return {"response": wire.plain(last), "responses": [wire.plain(message) for message in self._messages]}

    def _streamed(self) -> dict[str, Any]:
        events: list[Any] = self._messages
        facts: dict[str, Any] = {"events": [wire.plain_event(event) for event in events]}
        pieces = [event.partial.part.text for event in events if event.HasField("partial")]
        if events and events[-1].HasField("reply"):
            facts |= wire.plain_reply(events[-1].reply, pieces)
        return facts | {"pieces": pieces, "replies": sum(event.HasField("reply") for event in events)}


async def _once(request: AnyMessage) -> AsyncIterator[AnyMessage]:
    yield request


def _request(method: MethodDescriptor, given: Mapping[str, Any]) -> AnyMessage:
    request: Any = message_factory.GetMessageClass(method.input_type)()
    json_format.ParseDict(given.get("request", {}), request)
    if "message" in method.input_type.fields_by_name and method.containing_service in _WITH_MESSAGES:
        request.message.CopyFrom(wire.to_message(given))
        if "size" in given:
            wire.padded(request, request.message, int(given["size"]))
    text_format.Merge(given.get("proto", ""), request)
    return cast("AnyMessage", request)
