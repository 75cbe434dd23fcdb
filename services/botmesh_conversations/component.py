"""Conversations as one part of a mesh: wired, on a server that it shares with others."""

import asyncio
import functools
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import grpc

from botmesh.errors import InvalidField
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.telemetry.telemetry import Telemetry
from botmesh_conversations.accounts import Accounts
from botmesh_conversations.alarms import Alarms
from botmesh_conversations.contact_service import ContactService
from botmesh_conversations.conversations import Conversations
from botmesh_conversations.projection import Projection
from botmesh_conversations.projector import COMPONENT
from botmesh_conversations.service import ConversationService
from botmesh_conversations.turns import Turns
from botmesh_log.event_log import EventLog
from botmesh_service.agent_clients import AgentClients
from botmesh_service.contact_texts import ContactTexts
from botmesh_service.problems import Problems
from botmesh_service.settings import ServiceSettings
from botmesh_service.supervisor import recovered, supervise

if TYPE_CHECKING:
    from botmesh_conversations.triggers.file import TriggerFiles

logger = logging.getLogger("botmesh")
_LOOK_SECONDS = 1.0
"""Between two looks at the files of triggers."""


def _trigger_files(folder: str) -> "TriggerFiles":
    # Read late: a mesh without triggers needs none of the libraries that check them.
    from botmesh_conversations.triggers.file import TriggerFiles  # noqa: PLC0415

    return TriggerFiles(Path(folder))


class ConversationsComponent:
    """Takes part in a mesh as the service that owns its conversations."""

    def __init__(
        self,
        log: EventLog,
        projection: str | Path,
        settings: ServiceSettings,
        telemetry: Telemetry,
        *,
        clients: AgentClients,
        address: str,
        problems: Problems | None = None,
    ) -> None:
        """Keep conversations in `log`; `projection` is a file that may be lost.

        `clients` call the agents; `address` is where this service will answer: bots transfer there. `problems`: where
        what cannot be read or done is told. Whoever made the log and the clients closes them.
        """
        self._problems = problems = Problems() if problems is None else problems
        unreadable = functools.partial(problems.unreadable, COMPONENT)
        self._files = _trigger_files(settings.triggers) if settings.triggers else None
        self._watching: asyncio.Task[None] | None = None
        triggers_of = self._files.of if self._files is not None else lambda _: ()
        self._accounts = Accounts(log, clients.of, {DEFAULT_ACCOUNT: settings.primary}, triggers_of, unreadable)
        turns = Turns(
            timeout=settings.turn_timeout,
            suggestion_seconds=settings.suggestion_timeout,
            max_replies=settings.max_replies,
            gather_seconds=settings.gather,
            history=settings.turn_history,
            not_mine_to_primary=settings.not_mine_to_primary,
            owner_patience=settings.owner_patience,
            texts=ContactTexts(
                apology=settings.text_apology,
                waiting=settings.text_waiting,
                unanswered=settings.text_unanswered,
                not_known=settings.text_not_known,
            ),
            address=address,
        )
        alarms = Alarms(settings.silence, settings.claim_timeout, settings.idle_timeout)
        self.conversations = Conversations(
            log,
            Projection(projection, unreadable),
            self._accounts,
            telemetry,
            turns,
            alarms,
            offer_seconds=settings.offer_timeout,
            owner_return_seconds=settings.owner_return,
            problems=problems,
        )

    def add_to(self, server: grpc.aio.Server) -> None:
        """Serve on `server`, which has not started yet."""
        ConversationService(self.conversations).add_to(server)
        ContactService(self.conversations).add_to(server)

    async def open(self) -> None:
        """Go on where the last process stopped; the server has started."""
        await self.conversations.open()
        if self._files is not None:
            watch = functools.partial(self._watch_triggers, self._files)
            self._watching = supervise("triggers", watch, self._problems, component=COMPONENT)

    async def close(self) -> None:
        """Stop what is under way; the next start goes on with it."""
        if self._watching is not None:
            self._watching.cancel()
        await self.conversations.close()

    async def _watch_triggers(self, files: "TriggerFiles") -> None:
        """Take in changed files; wrong ones change nothing."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            try:
                changed = files.reload()
            except (InvalidField, OSError) as error:
                logger.error("the triggers stay as they are: %s", error)  # noqa: TRY400 - no trace needed
                continue
            recovered(self._problems, COMPONENT, "triggers")
            if changed:
                self._accounts.take_triggers()
                logger.info("the triggers have changed")
