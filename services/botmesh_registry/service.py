"""RegistryService: validates requests and passes them to the modules that implement them."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import aclosing

import grpc

from botmesh.calling.registry_client import is_of_this_process
from botmesh.errors import BotmeshError, InvalidField, UnknownLease
from botmesh.names import check_agent, check_id
from botmesh.transport.context import ServicerContext
from botmesh.v1 import registry_service_pb2 as pb
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceServicer, add_RegistryServiceServicer_to_server
from botmesh_registry.changelog import Key
from botmesh_registry.checks import (
    check_account,
    check_count,
    check_name,
    check_query,
    check_revision,
    check_share,
    check_words,
)
from botmesh_registry.leases import Leases
from botmesh_registry.mesh_info import MeshInfo
from botmesh_registry.roster import InstanceEntry, Roster
from botmesh_registry.search import DEFAULT_CONFIDENCE, Search, tags_of
from botmesh_registry.view import RESPONSE_BYTES, View, describe
from botmesh_registry.watch import Watches

logger = logging.getLogger("botmesh")

SERVICE_NAME = "botmesh.v1.RegistryService"


class RegistryService(RegistryServiceServicer):
    """Serves the RPCs of RegistryService."""

    def __init__(self, leases: Leases, roster: Roster, watches: Watches, search: Search, mesh_info: MeshInfo) -> None:
        """Serve these parts of a registry."""
        self._leases = leases
        self._roster = roster
        self._watches = watches
        self._search = search
        self._mesh_info = mesh_info
        self._waits: set[asyncio.Timeout] = set()
        self._closed: BotmeshError | None = None
        self._steady: tuple[float, pb.HeartbeatResponse] = 0.0, pb.HeartbeatResponse()

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`."""
        add_RegistryServiceServicer_to_server(self, server)
        # Responses of a watch are encoded once for all watchers, and the generated handler would take messages only.
        watch = grpc.unary_stream_rpc_method_handler(
            self.WatchAgents, request_deserializer=pb.WatchAgentsRequest.FromString, response_serializer=bytes
        )
        server.add_registered_method_handlers(SERVICE_NAME, {"WatchAgents": watch})

    async def Register(self, request: pb.RegisterRequest, context: ServicerContext) -> pb.RegisterResponse:
        """Register an instance, and return its lease, the mesh's limits and the trace endpoint."""
        entry = self._leases.grant(request, context.peer())
        entry.limits_sent = self._mesh_info.version
        return pb.RegisterResponse(
            lease=self._leases.describe(entry.token),
            limits=self._mesh_info.limits,
            trace_endpoint=self._mesh_info.trace_endpoint,
        )

    async def Heartbeat(
        self, request_iterator: AsyncIterator[pb.HeartbeatRequest], context: ServicerContext
    ) -> AsyncIterator[pb.HeartbeatResponse]:
        """Renew a lease with each heartbeat, and return the lease and new limits."""
        beats = aiter(request_iterator)
        entry: InstanceEntry | None = None
        try:
            while (request := await self._next(beats, entry)) is not None:
                if entry is not None and request.instance_id != entry.id:
                    raise InvalidField(
                        "a heartbeat stream is for one instance: open one for each",
                        field="instance_id",
                        value=request.instance_id[:80],
                    )
                entry = self._leases.renew(request)
                yield self._answer(entry)
        finally:
            if entry is not None and not entry.ended and self._closed is None:
                entry.limits_sent = 0  # whether the last answer arrived is not known
                self._leases.suspect(entry.id)

    async def Deregister(self, request: pb.DeregisterRequest, context: ServicerContext) -> pb.DeregisterResponse:
        """End a lease; nothing happens if there is none."""
        self._leases.end(request.instance_id, request.lease_token)
        return pb.DeregisterResponse()

    async def GetAgent(self, request: pb.GetAgentRequest, context: ServicerContext) -> pb.GetAgentResponse:
        """An agent with its listed instances."""
        account = check_account(request.account_id)
        agent = View(self._roster, account).get(check_name(account, request.name))
        return pb.GetAgentResponse(agent=describe(agent))

    async def ListAgents(self, request: pb.ListAgentsRequest, context: ServicerContext) -> pb.ListAgentsResponse:
        """A page of agents, as many as asked for or as one response holds."""
        view = View(self._roster, check_account(request.account_id))
        wanted = check_count("page_size", request.page_size, default=100, most=1000)
        response, size, last = pb.ListAgentsResponse(), 0, ""
        for agent in view.agents(after=_page(request.page_token)):
            if agent.card is None or (request.tag and request.tag not in tags_of(agent.card)):
                continue
            if request.active_only and not agent.active:
                continue
            described = describe(agent)
            size += described.ByteSize() + 8
            if len(response.agents) == wanted or (size > RESPONSE_BYTES and response.agents):
                response.next_page_token = last
                break
            response.agents.append(described)
            last = "/".join(agent.key)
        return response

    async def ResolveAgent(self, request: pb.ResolveAgentRequest, context: ServicerContext) -> pb.ResolveAgentResponse:
        """The instances of an agent that take calls, at most 1,000."""
        account = check_account(request.account_id)
        return View(self._roster, account).resolve(check_name(account, request.name))

    async def FindAgents(self, request: pb.FindAgentsRequest, context: ServicerContext) -> pb.FindAgentsResponse:
        """The agents whose skills match a query, best first."""
        matches = self._search.find(
            check_account(request.account_id),
            check_query(request.query),
            tags=check_words("tags", request.tags),
            languages=check_words("languages", request.languages),
            limit=check_count("limit", request.limit, default=5, most=100),
            min_confidence=check_share("min_confidence", request.min_confidence)
            if request.HasField("min_confidence")
            else DEFAULT_CONFIDENCE,
        )
        return pb.FindAgentsResponse(matches=matches)

    async def ReportUnreachable(
        self, request: pb.ReportUnreachableRequest, context: ServicerContext
    ) -> pb.ReportUnreachableResponse:
        """Probe an instance that a caller could not reach."""
        check_id("instance_id", request.instance_id)
        logger.debug("%s reports instance %.64s: %.200s", context.peer(), request.instance_id, request.error)
        self._leases.suspect(request.instance_id)
        return pb.ReportUnreachableResponse()

    async def WatchAgents(  # type: ignore[override] # encoded once for all who watch
        self, request: pb.WatchAgentsRequest, context: ServicerContext
    ) -> AsyncIterator[bytes]:
        """The snapshot of an account's view and the changes after it, encoded."""
        account = check_account(request.account_id)
        since = check_revision(request.since)
        connection = "" if is_of_this_process(context.invocation_metadata()) else context.peer()
        async with aclosing(self._watches.watch(account, since, connection)) as responses:
            async for response in responses:
                yield response

    def close(self, error: BotmeshError) -> None:
        """End all open streams, and those that are opened later, with `error`."""
        self._closed = error
        self._watches.close(error)
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(0.0)

    async def _next(
        self, beats: AsyncIterator[pb.HeartbeatRequest], entry: InstanceEntry | None
    ) -> pb.HeartbeatRequest | None:
        """The next heartbeat; None if the stream has ended or another one keeps the lease."""
        if self._closed is not None:
            raise self._closed
        wait = asyncio.timeout(self._leases.duration)
        try:
            async with wait:
                self._waits.add(wait)
                return await anext(beats, None)
        except TimeoutError:
            if self._closed is not None:
                raise self._closed from None
            self._leases.expire()
            if entry is not None and not entry.ended:
                return None
            raise UnknownLease("no heartbeat came for a whole lease: register anew") from None
        finally:
            self._waits.discard(wait)

    def _answer(self, entry: InstanceEntry) -> pb.HeartbeatResponse:
        elsewhere = self._leases.open_delegations.elsewhere(entry)
        if not elsewhere and entry.probe == pb.PROBE_STATE_PASSED and entry.limits_sent == self._mesh_info.version:
            if self._steady[0] != self._leases.duration:
                response = pb.HeartbeatResponse(lease=self._leases.describe(), probe=entry.probe)
                self._steady = self._leases.duration, response
            return self._steady[1]  # nearly all responses are this one, so it is built once
        response = pb.HeartbeatResponse(
            lease=self._leases.describe(),
            probe=entry.probe,
            probe_error=entry.probe_error,
            open_elsewhere=elsewhere,
        )
        if entry.limits_sent != self._mesh_info.version:
            response.limits.CopyFrom(self._mesh_info.limits)
            entry.limits_sent = self._mesh_info.version
        return response


def _page(token: str) -> Key | None:
    if not token:
        return None
    account, _, name = token.partition("/")
    try:
        return check_id("page_token", account), check_agent("page_token", name)
    except InvalidField:
        raise InvalidField(
            "page_token must come from an earlier response", field="page_token", value=token[:80]
        ) from None
