"""The directory: a caller's copy of the registry, kept current by a watch.

Calls do not depend on the registry. While it is away, or has just started and does not know all agents yet, callers
use the copy that they have.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import aclosing

from google.protobuf.message import DecodeError
from grpc.aio import AioRpcError

from botmesh.calling.agent_copy import AgentCopy
from botmesh.calling.registry_client import RegistryClient
from botmesh.calling.watched import LeftOut, Named, read, sift
from botmesh.deadline import now
from botmesh.errors import BotmeshError, InvalidField, QuotaExceeded, TooManyInstances
from botmesh.fields import check_fields
from botmesh.limits import Limits
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.limits_pb2 import Limits as LimitsMessage

logger = logging.getLogger("botmesh")

FIRST_SNAPSHOT = 5.0
"""Seconds to wait for the registry's first answer."""
_LOOK_UP = 1.0
"""Seconds for one query about an agent that the copy does not have."""
_BACKOFF = 0.1, 2.0
"""Seconds before the watch begins again, at first and at most."""
IDLE_SECONDS = 60.0
"""Seconds after which a service with a directory for each account drops one that is not used."""
_MAX_WARNED = 1_000
"""Agents and instances whose warnings are remembered; beyond, all are forgotten and may be logged again."""


class Directory(AgentCopy):
    """Agents and their live instances, kept current by a watch of the registry."""

    def __init__(self, account: str, registry: RegistryClient | None = None, *, idle: float | None = None) -> None:
        """Begin empty; the watch starts with the first call of `ready`.

        Args:
            account: the account whose agents, and the agents shared with it, are in the copy.
            registry: the registry to watch; None: `put` fills the copy.
            idle: seconds after which an unused copy is dropped and its watch ended; the next use starts both again.
                None: the copy is kept.
        """
        super().__init__()
        self.account = account
        self.registry = registry
        self.changed: Callable[[], None] = lambda: None
        """Called after every change of the copy."""
        self.on_limits: Callable[[Limits], None] = lambda _: None
        """Called with the mesh's limits whenever the registry sends them."""
        self.on_trace_endpoint: Callable[[str], None] = lambda _: None
        """Called with the address that takes traces whenever the registry sends it."""
        self.in_use: Callable[[], bool] = lambda: False
        """Whether open calls need the copy although they do not ask it now."""
        self.warming = False
        """Whether the registry has just started, so that live agents may be missing."""
        self._revision = ""
        self._ready = asyncio.Event()
        self._watching: asyncio.Task[None] | None = None
        self._idle = idle
        self._timer: asyncio.Handle | None = None
        self._warned: dict[str, None] = {}
        """The agents and instances that a warning was logged for, oldest first."""
        self._refusal: BotmeshError | None = None
        """Why a registry that answers gives no copy."""

    @property
    def watching(self) -> bool:
        """Whether the copy is kept current. A directory without a registry is always current."""
        return self.registry is None or self._watching is not None

    async def ready(self, within: float = FIRST_SNAPSHOT) -> None:
        """Start the watch if it does not run, and return when there is a copy.

        Raises:
            RegistryUnreachable: no registry answered within that many seconds.
            InvalidField: the registry answers, and its copy cannot be read.
            QuotaExceeded, TooManyInstances: the registry answers, and takes no further watch.
        """
        self.asked_at = now()
        if self.registry is None or self._ready.is_set():
            return
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(self.registry), name="botmesh-watch")
            self._schedule_idle_check()
        try:
            await asyncio.wait_for(self._ready.wait(), within)
        except TimeoutError:
            if self._refusal is not None:
                raise self._refusal.bare() from None
            raise self.registry.unreachable() from None

    async def look_up(self, account: str, target: str, within: float) -> None:
        """Query the registry about an agent that has no live instance in the copy, within that many seconds.

        An agent that has just registered is added. An agent that the registry does not know stays unknown.
        """
        await self.ready(min(FIRST_SNAPSHOT, within))
        if not self.live(account, target):
            await self.refresh(account, target, within)

    async def refresh(self, account: str, target: str, within: float) -> None:
        """Query the registry about one agent whatever the copy has. A registry that fails changes nothing."""
        if self.registry is None:
            return
        try:
            agent = await self.registry.get_agent(account, target, min(_LOOK_UP, within))
        except (BotmeshError, AioRpcError):
            return  # the copy decides
        left_out: LeftOut = []
        if sift(pb.AgentChanges(cards=[agent.card]), left_out).cards:
            self.put(agent.card)
        for instance in sift(pb.AgentChanges(instances=agent.instances), left_out).instances:
            self._put_instance(instance)
        self._warn(left_out)

    def apply(self, response: pb.WatchAgentsResponse, left_out: LeftOut | None = None) -> None:
        """Apply one response of the watch, without the cards and instances in it that cannot be used.

        `left_out` has the cards and instances that could not be parsed, and that the response therefore lacks.
        """
        left_out = [] if left_out is None else left_out
        self.warming = response.warming
        if response.HasField("limits") and self._usable(response.limits, left_out):
            self.on_limits(Limits.from_proto(response.limits))
        if response.trace_endpoint:
            self.on_trace_endpoint(response.trace_endpoint)
        kind = response.WhichOneof("event")
        if kind == "snapshot":
            self._apply_snapshot(sift(response.snapshot, left_out), left_out)
            if response.snapshot.complete:
                self._ready.set()
        elif kind == "changes":
            self._apply_changes(sift(response.changes, left_out), left_out, warming=response.warming)
        if not response.warming:
            self._drop_unnamed()
        self._revision = response.revision
        self._warn(left_out)
        self.changed()

    async def close(self) -> None:
        """Stop watching."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait([self._watching])
            self._watching = None

    def _schedule_idle_check(self) -> None:
        if self._idle is not None:
            self._timer = asyncio.get_running_loop().call_later(self._idle / 2, self._drop_if_idle)

    def _drop_if_idle(self) -> None:
        """Drop an unused copy, because it would be stale when the watch begins again."""
        self._timer = None
        if self._watching is None or self._idle is None:
            return
        if now() - self.asked_at < self._idle or self.in_use():
            self._schedule_idle_check()
            return
        self._watching.cancel()
        self._watching = None
        self._ready.clear()
        self._clear()
        self._refusal = None
        self._revision = ""
        self.warming = False

    def _usable(self, limits: LimitsMessage, left_out: LeftOut) -> bool:
        try:
            check_fields(limits, "limits")
        except InvalidField as error:
            left_out.append(Named("the mesh's limits", error.text))
            return False
        return True

    def _warn(self, left_out: LeftOut) -> None:
        """Log once for each item that it cannot be used."""
        for item in left_out:
            if item.who not in self._warned:
                if len(self._warned) >= _MAX_WARNED:
                    self._warned.clear()
                self._warned[item.who] = None
                logger.warning(
                    "the registry tells of %s what cannot be used, and it is left out: %s", item.who, item.why
                )

    async def _watch(self, registry: RegistryClient) -> None:
        least, most = _BACKOFF
        pause = least
        while True:
            self._named = None
            try:
                async with aclosing(registry.watch(self.account, self._revision)) as responses:
                    async for data in responses:
                        self._receive(registry, data)
                        pause = least
            except (QuotaExceeded, TooManyInstances) as error:
                self._refusal = error
                logger.debug("the registry takes no watch: %s", error)
            except (BotmeshError, AioRpcError) as error:
                logger.debug("watch of the registry ended: %s", error)
            except Exception:
                logger.exception("what the registry says could not be taken in; it is asked again")
            if not self._ready.is_set():
                logger.debug("no copy from the registry at %s yet", registry.address)
            await asyncio.sleep(random.uniform(pause / 2, pause))
            pause = min(most, pause * 2)

    def _receive(self, registry: RegistryClient, data: bytes) -> None:
        """Apply one serialized response; skip it if nothing of it can be read."""
        try:
            response, left_out = read(data)
        except DecodeError:
            text = f"the registry at {registry.address} answers, and what it tells of its agents cannot be read"
            self._refusal = InvalidField(text, field="response")
            self._warn([Named(f"the registry at {registry.address}", "a response that cannot be read")])
            return
        self.apply(response, left_out)
