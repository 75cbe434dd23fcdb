"""Waits for work that continues if the waiting task is cancelled."""

import asyncio
import logging
from typing import Any, TypeVar

from botmesh.errors import BotmeshError

logger = logging.getLogger("botmesh")
T = TypeVar("T")


async def shielded(work: "asyncio.Future[T]") -> T:
    """Wait for `work`, which continues after a cancellation of this; its later failure is logged if it is a bug."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(_heed)
        raise


def _heed(work: "asyncio.Future[Any]") -> None:
    """Retrieve the outcome, because asyncio warns of exceptions that are never retrieved."""
    error = None if work.cancelled() else work.exception()
    if error is not None and not isinstance(error, BotmeshError):
        logger.error("what nobody waits for any more has failed", exc_info=error)
