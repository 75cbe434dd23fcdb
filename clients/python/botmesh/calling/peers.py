"""Connections to instances: one for each instance, and the choice among several instances."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from typing import Any, Self

import grpc

from botmesh.deadline import now
from botmesh.errors import Unreachable
from botmesh.limits import TRANSPORT_BYTES
from botmesh.policies.methods import AGENT
from botmesh.status import from_rpc_error
from botmesh.transport.link_client import LARGEST, Link, Metadata
from botmesh.v1.instance_pb2 import Instance

CHANNEL_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.enable_retries", 0),  # retry.py retries instead, because it knows what is safe to repeat
    ("grpc.enable_http_proxy", 0),  # instances are connected directly, whatever http_proxy says
    ("grpc.max_receive_message_length", TRANSPORT_BYTES),
    ("grpc.max_send_message_length", TRANSPORT_BYTES),
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.use_local_subchannel_pool", 1),  # channels to one address must not share a backoff
)


_READY = grpc.ChannelConnectivity.READY
UNPACED_CALLS = 500
"""Open calls at one instance up to which calls start unpaced.

A server of gRPC's core fails random calls as CANCELLED once more than 1,000 calls wait for a task there. Servers of
this SDK raise that limit to 10,000 (docs/limits.md), but the caller cannot tell which kind of server it calls.
"""
BURST, BURST_SECONDS = 40, 0.03
"""Paced calls that may start in this many seconds. Nearly none of them fails at such a server, and those that do are
retried (status.py recognizes them)."""


class Peer:
    """The connection to one instance. As a context manager it counts a call in flight."""

    def __init__(self, instance: Instance, *, links: bool = True) -> None:
        """Connect with the first call. `links`: whether calls may use a link if the instance takes links."""
        self.instance = instance
        self._links = links and instance.takes_links
        self._link: Link | None = None
        self.in_flight = 0
        self.ejected_until = 0.0
        self._started = 0
        self._since = 0.0
        self.channel = grpc.aio.insecure_channel(instance.address, options=CHANNEL_OPTIONS)
        self._methods: dict[str, Any] = {}
        self._leaving = False
        self._closing: asyncio.Future[None] | None = None

    @property
    def id(self) -> str:
        """The instance's id."""
        return self.instance.instance_id

    async def unary(self, name: str, request: bytes, timeout: float, metadata: Metadata = ()) -> bytes:
        """Call the method `name` of AgentService with serialized bytes. `timeout` is in seconds.

        Raises:
            BotmeshError: the instance refused the call, or the call failed.
        """
        if self._linked and len(request) <= LARGEST:
            return await self._over_link().unary(name, request, timeout, metadata)
        rpc = self._method(name, self.channel.unary_unary)(request, timeout=timeout, metadata=tuple(metadata))
        try:
            return bytes(await rpc)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None
        except asyncio.CancelledError:
            rpc.cancel()
            raise

    def stream(self, name: str, request: bytes, timeout: float, metadata: Metadata = ()) -> AsyncGenerator[bytes, None]:
        """Call a method that streams its responses. Closing it early cancels the call. Errors are those of `unary`."""
        if self._linked and len(request) <= LARGEST:
            return self._over_link().stream(name, request, timeout, metadata)
        rpc = self._method(name, self.channel.unary_stream)(request, timeout=timeout, metadata=tuple(metadata))
        return _responses(rpc)

    def _method(self, name: str, make: Callable[[str], Any]) -> Any:
        rpc = self._methods.get(name)
        if rpc is None:
            rpc = self._methods[name] = make(AGENT + name)
        return rpc

    @property
    def _linked(self) -> bool:
        """Whether calls use a link."""
        return self._links and not (self._link is not None and self._link.unknown)

    def _over_link(self) -> Link:
        if self._link is None or not self._link.takes_calls:
            self._link = Link(self._method("Link", self.channel.stream_stream)())
        return self._link

    def is_at_hand(self) -> bool:
        """Whether a call can start at once: the instance is connected, and the call need not be paced."""
        if self._link is not None and self._link.takes_calls:
            return True
        return self._bears_one_more and self.channel.get_state(try_to_connect=True) is _READY

    @property
    def _bears_one_more(self) -> bool:
        return self.in_flight <= UNPACED_CALLS or self._linked

    async def admit(self) -> None:
        """Return when one more call may start: at once up to UNPACED_CALLS open calls, paced beyond."""
        if self._bears_one_more:
            return
        while True:
            at = now()
            if at >= self._since + BURST_SECONDS:
                self._since, self._started = at, 0
            if self._started < BURST:
                self._started += 1
                return
            await asyncio.sleep(self._since + BURST_SECONDS - at)

    async def connect(self, timeout: float) -> None:
        """Connect to the instance within `timeout` seconds.

        Raises:
            Unreachable: the connection failed or took too long; nothing was sent.
        """
        state = self.channel.get_state(try_to_connect=True)
        if state is _READY:
            return
        try:
            async with asyncio.timeout(timeout):
                while state is not _READY:
                    if state in (
                        grpc.ChannelConnectivity.TRANSIENT_FAILURE,
                        grpc.ChannelConnectivity.SHUTDOWN,
                    ):
                        raise self._unreachable("no connection could be made")
                    await self.channel.wait_for_state_change(state)
                    state = self.channel.get_state(try_to_connect=True)
        except TimeoutError:
            raise self._unreachable(f"no connection within {timeout:.1f} s") from None

    def _unreachable(self, why: str) -> Unreachable:
        address = self.instance.address
        return Unreachable(f"{self.instance.agent} at {address}: {why}; nothing was sent", address=address)

    async def leave(self) -> None:
        """Close the connection as soon as no call is in flight."""
        self._leaving = True
        if self.in_flight == 0:
            await self.close()

    async def close(self) -> None:
        """Close the connection at once."""
        if self._link is not None:
            await self._link.close()
        await self.channel.close()

    def __enter__(self) -> Self:
        """Count one more call in flight."""
        self.in_flight += 1
        return self

    def __exit__(self, *_: object) -> None:
        """Count one call less, and close if `leave` was called and this was the last."""
        self.in_flight -= 1
        if self._leaving and self.in_flight == 0:
            self._closing = asyncio.ensure_future(self.close())


async def _responses(rpc: Any) -> AsyncGenerator[bytes, None]:
    try:
        async for response in rpc:
            yield response
    except grpc.aio.AioRpcError as error:
        raise from_rpc_error(error) from None
    finally:
        rpc.cancel()


class Peers:
    """The connections to all instances that this process has called."""

    def __init__(self, ejection_time: float, *, links: bool = True) -> None:
        """Eject a failing instance for `ejection_time` seconds, if there are others. `links`: see Peer."""
        self._peers: dict[str, Peer] = {}
        self._ejection_time = ejection_time
        self._links = links

    @property
    def in_flight(self) -> int:
        """The number of open calls."""
        return sum(peer.in_flight for peer in self._peers.values())

    def choose(self, instances: Sequence[Instance], avoid: Collection[str] = ()) -> Peer:
        """Choose two random instances, and return the one with fewer calls in flight.

        Ejected instances, and those with an id in `avoid`, are chosen only if there are no others.
        """
        if len(instances) == 1:
            return self.get(instances[0])
        at = now()
        fresh = [instance for instance in instances if instance.instance_id not in avoid]
        healthy = [
            instance
            for instance in fresh
            if instance.instance_id not in self._peers or self.get(instance).ejected_until <= at
        ]
        candidates = healthy or fresh or list(instances)
        if len(candidates) == 1:
            return self.get(candidates[0])
        two = random.sample(candidates, 2)
        return min(map(self.get, two), key=lambda peer: peer.in_flight)

    def get(self, instance: Instance) -> Peer:
        """Return the peer of an instance, connected or not."""
        peer = self._peers.get(instance.instance_id)
        if peer is None:
            peer = self._peers[instance.instance_id] = Peer(instance, links=self._links)
        return peer

    def eject(self, peer: Peer) -> None:
        """Prefer other instances for the ejection time, because this one failed."""
        peer.ejected_until = now() + self._ejection_time

    async def keep(self, live: Callable[[Instance], bool]) -> None:
        """Close the connections to instances for which `live` returns False, each after its last call."""
        for peer in [peer for peer in self._peers.values() if not live(peer.instance)]:
            del self._peers[peer.id]
            await peer.leave()

    async def close(self) -> None:
        """Close all connections."""
        for peer in self._peers.values():
            await peer.close()
        self._peers.clear()
