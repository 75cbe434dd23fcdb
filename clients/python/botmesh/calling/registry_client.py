"""The client of the registry: its connections, and calls with typed errors."""

import hmac
import secrets
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from botmesh.calling.peers import CHANNEL_OPTIONS
from botmesh.errors import BotmeshError, InvalidField, PeerError, RegistryUnreachable
from botmesh.policies import Endpoint
from botmesh.transport.adapter import client_interceptors
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_pb2 import Agent
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub

ASK_TIMEOUT = 5.0
"""Seconds for one call to the registry."""
_OWN = "botmesh-own-watch"
_SECRET = secrets.token_urlsafe(32)
"""A secret of this process. A caller that sends it to a registry runs in the registry's own process."""
_SERVICE = "/botmesh.v1.RegistryService/"

_WATCHES_PER_CHANNEL = 200
"""Watches over one connection, fewer than the registry allows."""

R = TypeVar("R", bound=Message)


def is_of_this_process(metadata: Iterable[tuple[str, str | bytes]] | None) -> bool:
    """Whether a call comes from this process. The registry's quota of watches does not apply to such calls."""
    shown = [value for key, value in metadata or () if key == _OWN]
    return len(shown) == 1 and isinstance(shown[0], str) and hmac.compare_digest(shown[0].encode(), _SECRET.encode())


class _Serialized(bytes):
    """A serialized response, which watched.py can read in part when the parser fails. The policies need its size."""

    __slots__ = ()

    def ByteSize(self) -> int:  # noqa: N802 - protobuf's name
        """The size of the message in bytes."""
        return len(self)


class _WatchChannel:
    """A connection that carries watches only."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        self.channel = channel
        self.watches = 0
        self.watch: Any = channel.unary_stream(
            _SERVICE + "WatchAgents",
            request_serializer=pb.WatchAgentsRequest.SerializeToString,
            response_deserializer=_Serialized,
        )


class RegistryClient:
    """Calls the registry at one address for one endpoint."""

    def __init__(self, address: str, endpoint: Endpoint, *, in_mesh: bool = False) -> None:
        """Connect with the first call. `in_mesh`: the caller is a service that may run in the registry's process."""
        self.address = address
        self.endpoint = endpoint
        self._channel = self._open()
        self.stub = RegistryServiceStub(self._channel)
        self._metadata = ((_OWN, _SECRET),) if in_mesh else ()
        self._watch_channels: list[_WatchChannel] = []
        self._get = self._raw("GetAgent", pb.GetAgentRequest)
        self._find = self._raw("FindAgents", pb.FindAgentsRequest)

    def _raw(self, name: str, request: type[Message]) -> Callable[..., Awaitable[Any]]:
        return self._channel.unary_unary(
            _SERVICE + name, request_serializer=request.SerializeToString, response_deserializer=_Serialized
        )

    async def watch(self, account: str, since: str) -> AsyncGenerator[bytes, None]:
        """Yield the serialized responses of WatchAgents after the revision `since`; empty: from a snapshot.

        Watches have connections of their own, because a connection carries a limited number of calls and other calls
        must find room.

        Raises:
            BotmeshError, AioRpcError: the registry refused the watch, or the stream was lost.
        """
        carrier = next((carrier for carrier in self._watch_channels if carrier.watches < _WATCHES_PER_CHANNEL), None)
        if carrier is None:
            carrier = _WatchChannel(self._open())
            self._watch_channels.append(carrier)
        call = carrier.watch(pb.WatchAgentsRequest(account_id=account, since=since), metadata=self._metadata)
        carrier.watches += 1
        try:
            async for response in call:
                yield response
        finally:
            carrier.watches -= 1
            call.cancel()

    def _open(self) -> grpc.aio.Channel:
        return grpc.aio.insecure_channel(
            self.address, options=CHANNEL_OPTIONS, interceptors=client_interceptors(self.endpoint)
        )

    async def get_agent(self, account: str, name: str, timeout: float = ASK_TIMEOUT) -> Agent:
        """Return one agent with its instances, as the registry knows it now. Errors are those of the registry."""
        request = pb.GetAgentRequest(account_id=account, name=name)
        return _parsed(pb.GetAgentResponse, await self._ask(self._get, request, timeout)).agent

    async def find(
        self,
        account: str,
        query: str,
        tags: Sequence[str] = (),
        languages: Sequence[str] = (),
        limit: int = 5,
        min_confidence: float | None = None,
    ) -> list[pb.AgentMatch]:
        """Return the active agents whose skills fit the utterance `query`, best first; see Delegator.find."""
        request = pb.FindAgentsRequest(
            account_id=account, query=query, tags=tags, languages=languages, limit=limit, min_confidence=min_confidence
        )
        return list(_parsed(pb.FindAgentsResponse, await self._ask(self._find, request)).matches)

    async def report_unreachable(self, instance_id: str, error: str) -> None:
        """Tell the registry that an instance did not answer. A registry that is away raises nothing."""
        try:
            await self._ask(
                self.stub.ReportUnreachable, pb.ReportUnreachableRequest(instance_id=instance_id, error=error)
            )
        except BotmeshError:
            return  # the instance's lease will expire

    async def close(self) -> None:
        """Close the connections."""
        for carrier in self._watch_channels:
            await carrier.channel.close()
        await self._channel.close()

    async def _ask(self, method: Callable[..., Awaitable[Any]], request: Message, timeout: float = ASK_TIMEOUT) -> Any:
        try:
            return await method(request, timeout=timeout)
        except PeerError as error:
            if error.status is grpc.StatusCode.UNAVAILABLE:
                raise self.unreachable() from error
            raise

    def unreachable(self) -> RegistryUnreachable:
        """Return the error for a registry that does not answer."""
        return RegistryUnreachable(
            f"no registry answers at {self.address}: start one with `botmesh up`, or name another (BOTMESH_REGISTRY)",
            address=self.address,
        )


def _parsed(kind: type[R], response: bytes) -> R:
    try:
        return kind.FromString(response)
    except DecodeError:
        raise InvalidField("the registry answered what cannot be read", field="response") from None
