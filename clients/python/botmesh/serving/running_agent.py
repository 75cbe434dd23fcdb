"""The parts of an agent while it serves: its server, its registration and its participant."""

import asyncio
from collections.abc import Callable, Mapping

from botmesh.calling.directory import Directory
from botmesh.calling.registry_client import RegistryClient
from botmesh.errors import InvalidField
from botmesh.limits import Limits
from botmesh.participant import Participant
from botmesh.policies import Endpoint
from botmesh.serving.agent_service import AgentServicer
from botmesh.serving.grpc_server import Server
from botmesh.serving.registration import Registration
from botmesh.serving.runs import Functions
from botmesh.settings import Settings
from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1 import instance_pb2
from botmesh.v1.agent_card_pb2 import AgentCard
from botmesh.v1.agent_service_pb2_grpc import add_AgentServiceServicer_to_server
from botmesh.work.table import WorkTable

SERVICE = "botmesh.v1.AgentService"
DRAIN_NOTICE_SECONDS = 0.3
"""Seconds that a draining instance keeps answering DRAINING, so that every caller's directory has seen the change."""


class RunningAgent:
    """One instance of an agent, from its start to its stop."""

    def __init__(
        self,
        card: AgentCard,
        functions: Functions,
        instance_id: str,
        settings: Settings,
        *,
        capacity: Callable[[], int | None],
        narrow: Callable[[Limits], Limits],
        directory: Directory | None = None,
    ) -> None:
        """Assemble the parts; nothing is bound or connected before `start`.

        Args:
            card: the agent's card; its account is set.
            functions: the bot's functions.
            instance_id: the id of this instance.
            settings: the agent's settings.
            capacity: returns the number of running tasks at which the instance is busy; None: never.
            narrow: narrows limits by the bot's own.
            directory: the agents that the bot can call, if there is no registry.
        """
        self.settings = settings
        self.card = card
        self.instance_id = instance_id
        self._capacity = capacity
        works = WorkTable(
            settings.idempotency_ttl,
            settings.idempotency_entries,
            settings.idempotency_bytes,
            settings.orphan_grace,
        )
        self.endpoint = Endpoint(
            Telemetry(card.name, instance_id),
            account=card.account_id,
            agent=card.name,
            instance=instance_id,
            shared=card.shared,
            works=works,
        )
        self.registry = None if directory is not None else RegistryClient(settings.registry, self.endpoint)
        self.participant = Participant(
            self.endpoint, settings, registry=self.registry, directory=directory, narrow=narrow
        )
        self.participant.learn(Limits())
        self.registration: Registration | None = None
        self.server = Server(card.name, endpoint=self.endpoint)
        servicer = AgentServicer(card, functions, self.participant.client, lambda: self.state()[0])
        add_AgentServiceServicer_to_server(servicer, self.server.grpc)

    def state(self) -> tuple[instance_pb2.Readiness, instance_pb2.Load]:
        """The instance's readiness and load, as its heartbeats report them."""
        running = len(self.endpoint.works.running)
        capacity = self._capacity()
        readiness = instance_pb2.READINESS_READY
        if self.endpoint.draining:
            readiness = instance_pb2.READINESS_DRAINING
        elif capacity is not None and running >= capacity:
            readiness = instance_pb2.READINESS_BUSY
        return readiness, instance_pb2.Load(in_flight=running, recent_failures=self.endpoint.stats.recent_failures())

    def _learn_open(self, elsewhere: Mapping[str, int]) -> None:
        self.endpoint.open_elsewhere = dict(elsewhere)

    async def start(self) -> str:
        """Serve, begin to register, and return the address as bound, "127.0.0.1:40123".

        Raises:
            BotmeshError: the address is in use, or the registry refuses the agent.
        """
        settings = self.settings
        address = await self.server.start(settings.bind, [SERVICE])
        if self.registry is not None:
            advertised = settings.advertise or _reachable(address)
            self.registration = Registration(
                self.registry,
                self.card,
                self.instance_id,
                advertised,
                self.state,
                open_delegations=self.endpoint.open_delegations,
                takes_links=settings.links,
            )
            self.registration.on_limits = self.participant.learn
            self.registration.on_open_elsewhere = self._learn_open
            self.endpoint.on_many_open = self.registration.tell_early
            self.registration.on_trace_endpoint = self.endpoint.telemetry.export_to
            await self.registration.start()
        return address

    async def stop(self, drain_timeout: float) -> None:
        """Refuse new work, let running work finish within `drain_timeout` seconds, and leave the mesh."""
        self.endpoint.draining = True
        if self.registration is not None:
            self.registration.tell_soon()
        if drain_timeout:
            await self.server.set_serving(False)
        notice = asyncio.create_task(
            asyncio.sleep(DRAIN_NOTICE_SECONDS if drain_timeout and self.registration is not None else 0)
        )
        await self.endpoint.works.drain(drain_timeout)
        await notice
        if self.registration is not None:
            await self.registration.stop()
        await self.participant.directory.close()
        await self.server.stop(grace=0.5)
        await self.participant.client.close()
        if self.registry is not None:
            await self.registry.close()


def _reachable(address: str) -> str:
    """Return the bound address if other machines can call it.

    Raises:
        InvalidField: the address stands for all addresses of this machine.
    """
    if address.startswith(("0.0.0.0:", "[::]:")):
        raise InvalidField(
            f"{address} stands for all addresses of this machine: set advertise to the one that others reach",
            field="advertise",
        )
    return address
