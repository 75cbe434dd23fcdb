"""One durable append to the event log at a time."""

import tempfile
from pathlib import Path

from bench.worker import obey
from botmesh.names import new_id
from botmesh_log.sqlite_log import open_log


async def load() -> None:
    """A batch of one event, about as large as those of a transfer."""
    with tempfile.TemporaryDirectory(prefix="botmesh-bench-") as folder:
        log = open_log(Path(folder) / "events.sqlite")

        async def append() -> None:
            await log.append(new_id(), 0, [b"x" * 200])

        await obey(append)
        await log.close()
