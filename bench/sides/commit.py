"""Durable appends to the event log, one at a time."""

import asyncio
import tempfile
import time
from pathlib import Path

from bench.worker import obey
from botmesh.names import new_id
from botmesh_log.sqlite_log import open_log

PAUSE = 0.003
"""Seconds before each append. A transfer has other work between its commits, in which caches and disk become idle."""


async def load() -> None:
    """Append batches of one event, about as large as those of a transfer."""
    with tempfile.TemporaryDirectory(prefix="botmesh-bench-") as folder:
        log = open_log(Path(folder) / "events.sqlite")

        async def append() -> float:
            await asyncio.sleep(PAUSE)
            began = time.perf_counter()
            await log.append(new_id(), 0, [b"x" * 200])
            return time.perf_counter() - began

        await obey(append)
        await log.close()
