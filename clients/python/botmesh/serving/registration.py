"""Keeps an instance in the registry: registers it, sends heartbeats, and registers it again after an outage."""

import asyncio
import logging
import random
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress

from grpc.aio import AioRpcError

from botmesh.calling.registry_client import ASK_TIMEOUT, RegistryClient
from botmesh.errors import BotmeshError, DeadlineExceeded, PeerError, Refused, Unavailable, UnknownLease
from botmesh.limits import Limits, seconds
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.instance_pb2 import Load, Readiness

logger = logging.getLogger("botmesh")
_BACKOFF = 0.1, 2.0
"""Seconds before the registry is tried again, at first and at most."""
_UNTIL_LISTED = 0.2
"""Seconds between heartbeats until the registry has reached the instance at its address."""
_BETWEEN_EARLY = 1.0
"""Seconds between two heartbeats that are sent early because many delegations of one conversation are open."""


class Registration:
    """The lease of one instance."""

    def __init__(
        self,
        registry: RegistryClient,
        card: AgentCard,
        instance_id: str,
        address: str,
        state: Callable[[], tuple[Readiness, Load]],
        *,
        open_delegations: Callable[[], Sequence[tuple[str, int]]] = tuple,
        takes_links: bool = False,
    ) -> None:
        """Prepare the registration of an instance; nothing is sent before `start`.

        Args:
            registry: the client of the registry.
            card: the agent's card.
            instance_id: the id of the instance.
            address: IP and port at which callers reach the instance.
            state: returns the readiness and the load that heartbeats report.
            open_delegations: returns the conversations, with the number of open delegations, that heartbeats report.
            takes_links: whether the instance serves Link.
        """
        self.on_limits: Callable[[Limits], None] = lambda _: None
        self.on_trace_endpoint: Callable[[str], None] = lambda _: None
        self.on_open_elsewhere: Callable[[Mapping[str, int]], None] = lambda _: None
        """Called with the open delegations of other instances, by conversation."""
        self.listed = asyncio.Event()
        """Set once the registry has reached the instance at its address."""
        self._registry = registry
        self._card = card
        self._instance_id = instance_id
        self._address = address
        self._state = state
        self._open_delegations = open_delegations
        self._takes_links = takes_links
        self._token = secrets.token_urlsafe(24)  # made here, so that a request whose answer was lost can be repeated
        self._last_probe_error = ""
        self._soon = asyncio.Event()
        self._last_early = -_BETWEEN_EARLY
        self._early: asyncio.TimerHandle | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Register, or keep trying while no registry answers.

        Raises:
            Refused: the registry refuses this instance for good.
        """
        try:
            interval = await self._register()
        except (PeerError, Unavailable, DeadlineExceeded, AioRpcError):
            logger.warning("no registry answers at %s: trying again until one does", self._registry.address)
            interval = None
        self._keeping = asyncio.create_task(self._keep(interval), name="botmesh-lease")

    def tell_soon(self) -> None:
        """Send a heartbeat now instead of at the end of the interval."""
        self._soon.set()

    def tell_early(self) -> None:
        """Send a heartbeat now, or a second after the last one that was sent for this reason."""
        if self._early is None:
            loop = asyncio.get_running_loop()
            self._early = loop.call_at(max(loop.time(), self._last_early + _BETWEEN_EARLY), self._tell_early)

    def _tell_early(self) -> None:
        self._early = None
        self._last_early = asyncio.get_running_loop().time()
        self.tell_soon()

    async def stop(self) -> None:
        """Stop the heartbeats and end the lease. At a registry that is away the lease expires."""
        if self._early is not None:
            self._early.cancel()
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        request = pb.DeregisterRequest(instance_id=self._instance_id, lease_token=self._token)
        with suppress(BotmeshError, AioRpcError):
            await self._registry.stub.Deregister(request, timeout=1.0)

    async def _register(self) -> float:
        """Register, and return the seconds between heartbeats."""
        response = await self._registry.stub.Register(
            pb.RegisterRequest(
                card=self._card,
                instance_id=self._instance_id,
                address=self._address,
                lease_token=self._token,
                readiness=self._state()[0],
                takes_links=self._takes_links,
            ),
            timeout=ASK_TIMEOUT,
        )
        self._token = response.lease.token
        self.on_limits(Limits.from_proto(response.limits))
        self.on_trace_endpoint(response.trace_endpoint)
        return seconds(response.lease.heartbeat_interval)

    async def _keep(self, interval: float | None) -> None:
        least, most = _BACKOFF
        pause = least
        while True:
            try:
                if interval is None:
                    interval = await self._register()
                    logger.info("registered with %s", self._registry.address)
                pause = least
                await self._beat(interval)
            except UnknownLease:
                logger.debug("the registry has forgotten %s: registering anew", self._card.name)
            except Refused as error:
                logger.error("the registry refuses %s: %s", self._card.name, error)  # noqa: TRY400 - no trace needed
            except (BotmeshError, AioRpcError, TimeoutError) as error:
                logger.debug("lost the registry: %s", error)
            except Exception:  # nothing that a registry sends may end the lease
                logger.exception("keeping the lease of %s failed; it is tried again", self._card.name)
            interval = None
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(most, pause * 2)

    async def _beat(self, interval: float) -> None:
        """Send heartbeats until the stream breaks."""
        stream = self._registry.stub.Heartbeat(self._heartbeats(lambda: interval))
        try:
            async with asyncio.timeout(None) as silence:
                async for response in stream:
                    interval = seconds(response.lease.heartbeat_interval) or interval
                    silence.reschedule(asyncio.get_running_loop().time() + 3 * interval)
                    if response.HasField("limits"):
                        self.on_limits(Limits.from_proto(response.limits))
                    self.on_open_elsewhere({told.key: told.count for told in response.open_elsewhere})
                    self._note_probe(response)
        finally:
            self.on_open_elsewhere({})  # old counts would refuse calls for as long as the registry is away

    async def _heartbeats(self, interval: Callable[[], float]) -> AsyncIterator[pb.HeartbeatRequest]:
        while True:
            readiness, load = self._state()
            opened = [pb.OpenDelegations(key=key, count=count) for key, count in self._open_delegations()]
            yield pb.HeartbeatRequest(
                instance_id=self._instance_id,
                lease_token=self._token,
                readiness=readiness,
                load=load,
                open_delegations=opened,
            )
            with suppress(TimeoutError):
                # Until the instance is listed it asks often, because callers of `listed` wait for it.
                pause = interval() if self.listed.is_set() else min(interval(), _UNTIL_LISTED)
                await asyncio.wait_for(self._soon.wait(), pause)
            self._soon.clear()

    def _note_probe(self, response: pb.HeartbeatResponse) -> None:
        if response.probe == pb.PROBE_STATE_PASSED:
            self.listed.set()
        elif response.probe == pb.PROBE_STATE_FAILED and response.probe_error != self._last_probe_error:
            self._last_probe_error = response.probe_error
            logger.warning(
                "the registry cannot reach this instance at %s: %s; set advertise to an address that it can reach",
                self._address,
                response.probe_error,
            )
