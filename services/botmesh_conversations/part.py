"""Conversations as one part of a mesh: wired, on a server that it shares with others."""

import asyncio
import functools
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from botmesh.caller import Caller
from botmesh.directory import Directory
from botmesh.errors import InvalidField
from botmesh.interceptors import End
from botmesh.limits import Limits
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.peers import Peers
from botmesh.registry import RegistryClient
from botmesh.settings import Settings
from botmesh.telemetry import Telemetry
from botmesh_conversations.accounts import Accounts
from botmesh_conversations.alarms import Alarms
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.projection import Projection
from botmesh_conversations.service import ConversationService
from botmesh_conversations.turns import Turns
from botmesh_log.event_log import EventLog

if TYPE_CHECKING:
    from botmesh_conversations.trigger_file import TriggerFiles

logger = logging.getLogger("botmesh")
_LOOK_SECONDS = 1.0
"""Between two looks at the files of triggers."""


def _trigger_files(folder: str) -> "TriggerFiles":
    # Read late: a mesh without triggers needs none of the libraries that check them.
    from botmesh_conversations.trigger_file import TriggerFiles  # noqa: PLC0415

    return TriggerFiles(Path(folder))


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
        self._log = log
        self._settings = settings
        self._telemetry = telemetry
        self._registry = RegistryClient(registry, self._end(DEFAULT_ACCOUNT))
        self._files = _trigger_files(settings.triggers) if settings.triggers else None
        self._watching: asyncio.Task[None] | None = None
        triggers_of = self._files.of if self._files is not None else lambda _: ()
        self._accounts = Accounts(log, self._caller, {DEFAULT_ACCOUNT: settings.primary}, triggers_of)
        turns = Turns(
            timeout=settings.turn_timeout,
            suggestion_seconds=settings.suggestion_timeout,
            max_replies=settings.max_replies,
            gather_seconds=settings.gather,
            not_mine_to_primary=settings.not_mine_to_primary,
            address=address,
        )
        alarms = Alarms(settings.silence, settings.claim_timeout)
        self.conversations = Conversations(
            log, Projection(projection), self._accounts, telemetry, turns, alarms, settings.offer_timeout
        )

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`, which has not started yet."""
        ConversationService(self.conversations).add_to(server)

    async def open(self) -> None:
        """Go on where the last process stopped; the server has started."""
        await self.conversations.open()
        if self._files is not None:
            self._watching = asyncio.create_task(self._watch_triggers(self._files), name="botmesh-triggers")

    async def close(self) -> None:
        """Stop what is under way; the next start goes on with it."""
        if self._watching is not None:
            self._watching.cancel()
        await self.conversations.close()
        await self._accounts.close()
        await self._registry.close()
        await self._log.close()

    def _end(self, account: str) -> End:
        limits = self._settings.limits
        return End(self._telemetry, account=account, ceiling=limits, limits=limits)

    def _caller(self, account: str) -> Caller:
        """What calls one account's agents."""
        end = self._end(account)
        directory = end.targets = Directory(account, self._registry)
        directory.on_trace_endpoint = self._telemetry.export_to
        directory.on_limits = functools.partial(self._learn, end)
        return Caller(end, directory, Peers(self._settings.set_aside), self._settings.connect_timeout)

    def _learn(self, end: End, limits: Limits) -> None:
        end.ceiling, end.limits = limits, limits.narrow(self._settings.narrowing)

    async def _watch_triggers(self, files: "TriggerFiles") -> None:
        """Take in changed files; wrong ones change nothing."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                changed = files.reload()
            except (InvalidField, OSError) as error:
                logger.error("the triggers stay as they are: %s", error)  # noqa: TRY400 - no trace needed
                continue
            if changed:
                self._accounts.take_triggers()
                logger.info("the triggers have changed")
