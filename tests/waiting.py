"""Waiting for what happens soon, without guessing when."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], seconds: float = 3.0) -> None:
    """Return when `condition()` holds; TimeoutError if it does not in time."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)
