"""Waiting for what goes on although whoever waits is cancelled."""

import asyncio
import logging
from typing import Any, TypeVar

from botmesh.errors import BotmeshError

logger = logging.getLogger("botmesh")
T = TypeVar("T")


async def shielded(work: "asyncio.Future[T]") -> T:
    """What comes of `work`. It goes on if this is cancelled; nobody is told of a refusal then, and the log of a bug."""
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        work.add_done_callback(_heed)
        raise


def _heed(work: "asyncio.Future[Any]") -> None:
    """Python complains of a failure that nobody has looked at."""
    error = None if work.cancelled() else work.exception()
    if error is not None and not isinstance(error, BotmeshError):
        logger.error("what nobody waits for any more has failed", exc_info=error)
