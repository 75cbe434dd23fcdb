"""Waiting for the messages of a stream: each in time, with one timer for all."""

import asyncio

import pytest

from botmesh.deadline import now
from botmesh.transport.idle_limit import IdleLimit

IDLE = 0.05


async def test_a_wait_that_takes_too_long_is_broken_off_and_the_task_goes_on():
    limit = IdleLimit(IDLE, None)
    for _ in range(3):
        await limit.wait(asyncio.sleep(IDLE / 2))  # together longer than any may take
    with pytest.raises(TimeoutError):
        await limit.wait(asyncio.sleep(5))
    assert asyncio.current_task().cancelling() == 0
    await asyncio.sleep(0)
    limit.end()


async def test_no_wait_lasts_beyond_the_deadline():
    until = now() + IDLE
    with pytest.raises(TimeoutError):
        await IdleLimit(None, until).wait(asyncio.sleep(5))
    assert now() - until < 1


async def test_between_two_waits_there_is_all_the_time():
    limit = IdleLimit(IDLE, None)
    await limit.wait(asyncio.sleep(0))
    await asyncio.sleep(3 * IDLE)
    await limit.wait(asyncio.sleep(0))
    with pytest.raises(TimeoutError):
        await limit.wait(asyncio.sleep(5))


async def test_who_is_cancelled_from_outside_is_cancelled():
    task = asyncio.ensure_future(IdleLimit(10, None).wait(asyncio.sleep(5)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
