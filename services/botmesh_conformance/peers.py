"""Raw agents that the agent under test calls. They note what they see, and misbehave as their case says.

A case says under `peers`, for each by its alias: `does`, a list with what is done at the first call, at the second
and so on (the last entry holds for all that follow); each entry is a list of acts:

partial: {text, append}   a piece of the reply             progress: text
reset: reason             a reset                          wait: seconds
reply: {text, size, confidence, usage, chain_usage, ...}   the end of the answer; a second one answers twice;
                          `nested` and `proto` as of a call
unknown: true             an event of a kind that no version knows
hang: true                nothing more, until the caller gives up
die: true                 the connections break, as when a process is killed; `gone`: and no new ones can be made
fail: {code, reason, started, fields, text, by}            a status; `by: other` passes on what another agent said
forward: {to, script, text}                                asks another agent as a good one does; passes on its answer

Besides: `instances` (default 1), `unreachable` (so many of them take no connections once they are listed),
`idempotent` (of its one skill), `shared_name: alias` (instances of the same agent, which do something else).
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import text_format
from google.protobuf.json_format import ParseDict
from grpc_health.v1 import health_pb2, health_pb2_grpc

from botmesh.errors import BotmeshError, PeerError
from botmesh.names import new_id
from botmesh.parts import from_struct, text_of
from botmesh.status import from_rpc_error, to_trailers
from botmesh.v1 import agent_service_pb2 as pb
from botmesh.v1 import instance_pb2
from botmesh.v1.agent_card_pb2 import AgentCard, Skill
from botmesh.v1.agent_service_pb2_grpc import AgentServiceServicer, AgentServiceStub, add_AgentServiceServicer_to_server
from botmesh.v1.message_pb2 import MESSAGE_TYPE_ACK, MESSAGE_TYPE_DELEGATE, MESSAGE_TYPE_RESPONSE, Message, Reply
from botmesh.v1.message_pb2 import MessageType as Kind
from botmesh_conformance import wire
from botmesh_conformance.calls import OPTIONS
from botmesh_conformance.registrar import Registrar
from botmesh_conformance.relay import Relay

Acts = Sequence[Mapping[str, Any]]
_FORWARDED = ("botmesh-correlation", "botmesh-conversation", "botmesh-account", "botmesh-max-hops", "traceparent")


@dataclass(slots=True)
class Seen:
    """One call as a peer saw it."""

    facts: dict[str, Any]
    message: Message
    metadata: dict[str, str]
    ended: str = ""
    """How it ended: "", "answered", "cancelled"."""
    told: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a Cancel names it."""


class Peer:
    """One raw agent with its instances."""

    def __init__(self, name: str, given: Mapping[str, Any], registrar: Registrar) -> None:
        """Do what `given` says."""
        self.name = name
        self.registrar = registrar
        self._does: list[Acts] = given.get("does") or [[{"reply": {}}]]
        self._unreachable = given.get("unreachable", 0)
        self.skill = Skill(id="work", idempotent=given.get("idempotent", False))
        self.instances = [PeerInstance(self) for _ in range(given.get("instances", 1))]
        self.calls: list[Seen] = []
        self.cancels: list[str] = []

    async def start(self) -> None:
        """Serve and be listed."""
        for instance in self.instances:
            await instance.start()
        await self.registrar.listed(self.name, len(self.instances))
        for instance in self.instances[: self._unreachable]:
            instance.relay.close()

    def sight(self) -> dict[str, Any]:
        """What it has seen."""
        calls = [seen.facts | {"ended": seen.ended} for seen in self.calls]
        same = {name: len({call[name] for call in calls}) == 1 for name in ("instance", "message_id")}
        return {"calls": calls, "cancels": list(self.cancels), "count": len(calls), "same": same}

    def next_acts(self) -> Acts:
        """What is done with the call that was noted last."""
        return self._does[min(len(self.calls), len(self._does)) - 1]


class PeerInstance(AgentServiceServicer, health_pb2_grpc.HealthServicer):  # type: ignore[misc] # without types
    """One instance on a port of its own."""

    def __init__(self, peer: Peer) -> None:
        """One of the peer's."""
        self.peer = peer
        self.id = new_id()
        self.card = AgentCard(account_id="default", name=peer.name, description="the kit's", skills=[peer.skill])
        self._server = grpc.aio.server(options=OPTIONS)
        self.relay = Relay(0)

    async def start(self) -> None:
        """Serve and register."""
        add_AgentServiceServicer_to_server(self, self._server)
        self._server.add_registered_method_handlers("botmesh.v1.AgentService", self._raw_handlers())
        health_pb2_grpc.add_HealthServicer_to_server(self, self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        self.relay = Relay(port)
        await self.peer.registrar.register(self.card, self.id, await self.relay.open())

    async def stop(self) -> None:
        """Leave."""
        try:
            await self.peer.registrar.leave(self.id)
        finally:  # whatever the registry says, if it is still there
            await self._server.stop(0.05)
            await self.relay.ended()

    async def Check(self, request: Any, context: Any) -> Any:  # noqa: ARG002, N802 - gRPC names it
        """It is well."""
        return health_pb2.HealthCheckResponse(status=health_pb2.HealthCheckResponse.SERVING)

    async def GetCard(self, request: Any, context: Any) -> pb.GetCardResponse:  # noqa: ARG002, N802 - gRPC names it
        """Who it is."""
        return pb.GetCardResponse(card=self.card, instance_id=self.id, readiness=instance_pb2.READINESS_READY)

    async def Cancel(self, request: pb.CancelRequest, context: Any) -> pb.CancelResponse:  # noqa: ARG002, N802 - gRPC
        """Note it and stop."""
        self.peer.cancels.append(request.message_id)
        outcome = pb.CANCEL_OUTCOME_UNKNOWN
        for seen in self.peer.calls:
            if seen.message.message_id == request.message_id:
                late = seen.ended in ("answered", "failed")
                outcome = pb.CANCEL_OUTCOME_TOO_LATE if late else pb.CANCEL_OUTCOME_STOPPED
                seen.told.set()
        receipt = pb.CancelReceipt(
            agent=self.peer.name, instance_id=self.id, message_id=request.message_id, outcome=outcome
        )
        return pb.CancelResponse(receipts=[receipt])

    async def Notify(self, request: pb.NotifyRequest, context: Any) -> pb.NotifyResponse:  # noqa: N802 - gRPC names it
        """Take note."""
        self._note("Notify", request.message, context).ended = "answered"
        return pb.NotifyResponse(
            ack=Message(message_type=MESSAGE_TYPE_ACK, message_id=new_id(), in_reply_to=request.message.message_id)
        )

    def _raw_handlers(self) -> dict[str, Any]:
        """Methods that answer in bytes: a case may want what no library would write."""
        codec: Any = {"response_serializer": bytes}
        return {
            "Delegate": grpc.unary_unary_rpc_method_handler(
                self.Delegate, request_deserializer=pb.DelegateRequest.FromString, **codec
            ),
            "DelegateStream": grpc.unary_stream_rpc_method_handler(
                self.DelegateStream, request_deserializer=pb.DelegateStreamRequest.FromString, **codec
            ),
        }

    async def Delegate(  # type: ignore[override] # noqa: N802 - gRPC names it; bytes, so that they can be wrong
        self, request: pb.DelegateRequest, context: Any
    ) -> bytes:
        """Do what the case says; the first reply counts."""
        seen = self._note("Delegate", request.message, context)
        async for event, nested in self._done(seen, context):
            if event.HasField("reply"):
                return wire.delimited(_REPLY, wire.serialized(event.reply, nested))
        return b""

    async def DelegateStream(  # type: ignore[override] # noqa: N802 - as Delegate
        self, request: pb.DelegateStreamRequest, context: Any
    ) -> AsyncIterator[bytes]:
        """Do what the case says."""
        seen = self._note("DelegateStream", request.message, context)
        seen.facts["after_sequence"] = request.after_sequence
        sequence = request.after_sequence
        async for event, nested in self._done(seen, context):
            sequence += 1
            if nested:
                reply = wire.delimited(_STREAMED_REPLY, wire.serialized(event.reply, nested))
                yield pb.DelegateStreamResponse(sequence=sequence).SerializeToString() + reply
                continue
            event.sequence = sequence
            yield event.SerializeToString()

    def _note(self, method: str, message: Message, context: Any) -> Seen:
        metadata = {key: value for key, value in context.invocation_metadata() if isinstance(value, str)}
        chain = {key.removeprefix("botmesh-"): value for key, value in metadata.items() if key.startswith("botmesh-")}
        path = chain.get("path", "")
        facts: dict[str, Any] = {
            "method": method,
            "text": text_of(message.payload),
            "context": from_struct(message.context),
            "message_type": Kind.Name(message.message_type).removeprefix("MESSAGE_TYPE_"),
            "instance": self.peer.instances.index(self),
            "deadline": context.time_remaining(),
            "metadata": metadata,
            **{name: getattr(message, name) for name in _MESSAGE_FIELDS},
            **chain,
            "path": path.split(",") if path else [],
            "to": chain.get("to", ""),
            "me": f"{self.peer.name}/{self.id}",
        }
        seen = Seen(facts, message, metadata)
        self.peer.calls.append(seen)
        return seen

    async def _done(self, seen: Seen, context: Any) -> AsyncIterator[tuple[pb.DelegateStreamResponse, Any]]:
        """Events, each with what its reply has `nested`."""
        try:
            for act in self.peer.next_acts():
                event = await self._act(seen, context, act)
                if event is not None:
                    yield event, act["reply"].get("nested") if "reply" in act else None
            seen.ended = seen.ended or "answered"
        except asyncio.CancelledError:
            seen.ended = "cancelled"
            raise

    async def _act(self, seen: Seen, context: Any, act: Mapping[str, Any]) -> pb.DelegateStreamResponse | None:
        ((what, how),) = act.items()
        event = pb.DelegateStreamResponse()
        match what:
            case "partial":
                event.partial.append = how.get("append", False)
                event.partial.part.text = how["text"]
            case "progress":
                event.progress.text = how
            case "reset":
                event.reset.reason = how
            case "reply":
                event.reply.CopyFrom(self._reply(seen, how))
            case "forward":
                event.reply.CopyFrom(await self._forward(seen, context, how))
            case "unknown":
                pass
            case _:
                await self._misbehave(seen, context, what, how)
                return None
        return event

    async def _misbehave(self, seen: Seen, context: Any, what: str, how: Any) -> None:
        match what:
            case "wait":
                await asyncio.sleep(how)
            case "hang":
                await seen.told.wait()
                seen.ended = "cancelled"
                await context.abort(grpc.StatusCode.CANCELLED, "told to stop")
            case "die":
                seen.ended = "died"
                if how == "gone":
                    self.relay.close()
                self.relay.cut()
                await asyncio.Event().wait()
            case "fail":
                seen.ended = "failed"
                error = _failure(how)
                if error.reason == "WRONG_INSTANCE":
                    error.metadata |= {"expected": seen.facts["me"], "actual": f"{self.peer.name}/another"}
                await self._abort(context, error, other=how.get("by") == "other")
            case _:
                raise ValueError(f"no peer can {what}")

    async def _abort(self, context: Any, error: BotmeshError, *, other: bool) -> None:
        error.agent = "somebody-else" if other else self.peer.name
        error.instance = new_id() if other else self.id
        await context.abort(error.status, error.text, () if error.reason == "UNSPECIFIED" else to_trailers(error))

    def _reply(self, seen: Seen, how: Mapping[str, Any]) -> Reply:
        message = Message(
            from_agent=self.peer.name,
            message_type=MESSAGE_TYPE_RESPONSE,
            message_id=new_id(),
            in_reply_to=seen.message.message_id,
            correlation_id=seen.message.correlation_id,
        )
        reply = Reply(message=message, instance_id=self.id)
        ParseDict({key: value for key, value in how.items() if key not in _OWN_KEYS}, reply)
        text_format.Merge(how.get("proto", ""), reply)
        if "size" in how:
            reply.message.payload.add(text="x" * how["size"])
        elif how.get("text") != "":
            reply.message.payload.add(text=how.get("text", f"{self.peer.name} did it"))
        return reply

    async def _forward(self, seen: Seen, context: Any, how: Mapping[str, Any]) -> Reply:
        """Ask somebody else, as the next hop of the chain."""
        metadata = [(key, seen.metadata[key]) for key in _FORWARDED if key in seen.metadata]
        metadata.append(("botmesh-path", ",".join([*seen.facts["path"], self.peer.name])))
        message = Message(from_agent=self.peer.name, message_type=MESSAGE_TYPE_DELEGATE, message_id=new_id())
        message.payload.add(text=how.get("text", seen.facts["text"]))
        message.context.update({"script": how.get("script", [])})
        address = await self.peer.registrar.address_of(how["to"])
        async with grpc.aio.insecure_channel(address, options=OPTIONS) as channel:
            try:
                response = await AgentServiceStub(channel).Delegate(
                    pb.DelegateRequest(message=message), metadata=metadata, timeout=context.time_remaining()
                )
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "", to_trailers(from_rpc_error(error)))
        reply: Reply = response.reply
        return reply


_REPLY = pb.DelegateResponse.DESCRIPTOR.fields_by_name["reply"].number
_STREAMED_REPLY = pb.DelegateStreamResponse.DESCRIPTOR.fields_by_name["reply"].number
_OWN_KEYS = ("text", "size", "nested", "proto")
"""Of a reply in a case, besides Reply's own fields."""
_MESSAGE_FIELDS = (
    "from_agent",
    "to_agent",
    "message_id",
    "correlation_id",
    "conversation_id",
    "account_id",
    "skill_id",
)


def _failure(how: Mapping[str, Any]) -> BotmeshError:
    error = PeerError(how.get("text", "the peer fails"), grpc.StatusCode[how["code"]])
    error.reason = how.get("reason", "UNSPECIFIED")  # type: ignore[misc]  # the class of any reason
    error.started = how.get("started", True)
    error.metadata = {key: str(value) for key, value in how.get("fields", {}).items()}
    return error


async def stop_all(peers: Sequence[Peer]) -> None:
    """Stop them; nothing that goes wrong matters any more."""
    for peer in peers:
        for instance in peer.instances:
            with suppress(Exception):
                await instance.stop()
