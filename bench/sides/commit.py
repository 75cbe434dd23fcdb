"""One durable append to the event log at a time."""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.worker import obey
from botmesh.names import new_id
from botmesh_log.sqlite_log import open_log

PAUSE = 0.003
"""Seconds before each: in a transfer other things happen between two commits, and caches and disk go to sleep."""


async def load() -> None:
    """A batch of one event, about as large as those of a transfer."""
    with tempfile.TemporaryDirectory(prefix="botmesh-bench-") as folder:
        log = open_log(Path(folder) / "events.sqlite")

        async def append() -> float:
            await asyncio.sleep(PAUSE)
            began = time.perf_counter()
            await log.append(new_id(), 0, [b"x" * 200])
            return time.perf_counter() - began

        await obey(append)
        await log.close()
