"""Work that ends before it has begun."""

import asyncio
import gc

from botmesh.deadline import Deadline
from botmesh.errors import Cancelled
from botmesh.work.work import Work


async def test_work_that_is_cancelled_before_it_begins_leaves_nothing_behind():
    ended = []
    work = Work(("default", "", "m1"), b"", Deadline.after(5), 1.0, 1_000, ended.append)

    async def run():
        raise AssertionError("it was cancelled")

    work.start(run())
    work.cancel("at once")
    await asyncio.sleep(0.01)
    gc.collect()  # a coroutine that was never awaited would be a warning, which is an error here
    assert isinstance(work.error, Cancelled)
    assert ended == [work]
