"""Looks at conversations when their time has come; one that cannot be looked at is put off, and others come first."""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Awaitable, Callable

from botmesh.errors import BotmeshError
from botmesh_conversations.aggregate import ConversationAggregate
from botmesh_conversations.alarms import Alarms
from botmesh_conversations.projection import Projection
from botmesh_conversations.projector import COMPONENT, Projector
from botmesh_service.pauses import Pauses
from botmesh_service.problems import Problems
from botmesh_service.supervisor import recovered

logger = logging.getLogger("botmesh")

ALARM_TASK = "alarms"
LOOK_SECONDS = 60.0
"""At least so often: a wall clock can jump."""
ALARM_BATCH = 100
"""Overdue conversations that are looked at together."""


class AlarmClock:
    """Rings the alarms of all conversations."""

    def __init__(
        self,
        projection: Projection,
        projector: Projector,
        alarms: Alarms,
        problems: Problems,
        get: Callable[[str], Awaitable[ConversationAggregate]],
        advance: Callable[[ConversationAggregate], None],
    ) -> None:
        """`get` gives a conversation by its id; `advance` begins what it needs next."""
        self._projection = projection
        self._projector = projector
        self._alarms = alarms
        self._problems = problems
        self._get = get
        self._advance = advance
        self._pauses = Pauses()

    async def run(self) -> None:
        """Look at each conversation when its time has come."""
        while True:
            self._projector.next_due = self._projection.next_due() or math.inf
            self._projector.sooner.clear()
            seconds = min(self._projector.next_due - time.time(), LOOK_SECONDS)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._projector.sooner.wait(), max(0.0, seconds))
                continue
            await asyncio.gather(*(self._ring(one) for one in self._projection.overdue(time.time(), ALARM_BATCH)))
            recovered(self._problems, COMPONENT, ALARM_TASK)

    async def _ring(self, conversation_id: str) -> None:
        try:
            live = await self._get(conversation_id)
            done = await live.write(lambda state: self._alarms.ring(state, live.account, time.time()))
        except BotmeshError as error:
            logger.error("conversation %s: %s; it is tried again", conversation_id, error)  # noqa: TRY400
            self._put_off(conversation_id)
            return
        except Exception as error:
            logger.debug("conversation %s could not be looked at", conversation_id, exc_info=True)
            text = f"its alarm cannot ring ({type(error).__name__}: {error}); it is tried again"
            self._problems.unreadable(COMPONENT, conversation_id, text)
            self._put_off(conversation_id)
            return
        if not done and self._is_still_due(live):
            self._put_off(conversation_id)  # nothing came of it, and nothing will a moment later
            return
        self._pauses.forget(conversation_id)
        self._advance(live)

    def _is_still_due(self, live: ConversationAggregate) -> bool:
        """Whether it would ring again at once, now that it was looked at anew."""
        self._projector.put(live, (), 0)  # something else was faster, or the triggers have changed
        due = self._projector.due(live)
        return due is not None and due <= time.time()

    def _put_off(self, conversation_id: str) -> None:
        self._projection.put_off(conversation_id, time.time() + self._pauses.next(conversation_id))
