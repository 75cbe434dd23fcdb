"""Conversations as one part of a mesh: wired, on a server that it shares with others."""

from pathlib import Path

import grpc

from botmesh.caller import Caller
from botmesh.directory import Directory
from botmesh.interceptors import End
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.peers import Peers
from botmesh.registry import RegistryClient
from botmesh.settings import Settings
from botmesh.telemetry import Telemetry
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.event_log import EventLog
from botmesh_conversations.projection import Projection
from botmesh_conversations.routing import Routing
from botmesh_conversations.service import ConversationService
from botmesh_conversations.turns import Turns


class ConversationPart:
    """Takes part in a mesh as the service that owns its conversations."""

    def __init__(
        self,
        log: EventLog,
        projection: str | Path,
        settings: Settings,
        telemetry: Telemetry,
        *,
        registry: str,
        address: str,
    ) -> None:
        """Keep conversations in `log`; `projection` is a file that may be lost.

        `registry` is where the registry answers, `address` where this service will: bots transfer there.
        """
        end = End(telemetry, account=DEFAULT_ACCOUNT, ceiling=settings.limits, limits=settings.limits)
        self._log = log
        self._registry = RegistryClient(registry, end)
        self._directory = end.targets = Directory(DEFAULT_ACCOUNT, self._registry)
        self._caller = Caller(end, self._directory, Peers(settings.set_aside), settings.connect_timeout)
        routing = Routing(self._directory, {DEFAULT_ACCOUNT: settings.primary})
        turns = Turns(
            self._caller,
            routing,
            settings.turn_timeout,
            settings.suggestion_timeout,
            settings.max_replies,
            settings.gather,
            address,
        )
        self.conversations = Conversations(
            log, Projection(projection), self._caller, routing, turns, settings.offer_timeout
        )

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`, which has not started yet."""
        ConversationService(self.conversations).add_to(server)

    async def open(self) -> None:
        """Go on where the last process stopped; the server has started."""
        await self.conversations.open()

    async def close(self) -> None:
        """Stop what is under way; the next start goes on with it."""
        await self.conversations.close()
        await self._directory.close()
        await self._caller.close()
        await self._registry.close()
        await self._log.close()
