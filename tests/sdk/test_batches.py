"""What waits while a batch is on its way goes with the next one, in order, and not without bounds."""

import asyncio

import pytest

from botmesh.transport.batches import BATCH_BYTES, BATCH_ITEMS, MAX_UNSENT, Batches


class Stream:
    """Takes one batch whenever it is let."""

    def __init__(self):
        self.batches = []
        self.free = asyncio.Semaphore(0)
        self.fails = False

    async def write(self, batch):
        await self.free.acquire()
        if self.fails:
            raise OSError("the stream is over")
        self.batches.append(batch)

    async def let(self, count=1):
        for _ in range(count):
            self.free.release()
            for _ in range(5):
                await asyncio.sleep(0)


async def test_what_comes_while_a_batch_is_on_its_way_goes_together():
    stream = Stream()
    batches = Batches(stream.write)
    batches.put(1)
    await asyncio.sleep(0)
    for number in (2, 3, 4):
        batches.put(number)
    await stream.let(3)
    assert stream.batches == [[1], [2, 3, 4]]


async def test_a_batch_that_is_large_enough_takes_no_more():
    stream = Stream()
    batches = Batches(stream.write)
    for number in range(4):
        batches.put(number, BATCH_BYTES // 2)
    batches.put(4, 10 * BATCH_BYTES)
    batches.put(5, 1)
    await stream.let(4)
    assert stream.batches == [[0, 1], [2, 3], [4], [5]]


async def test_a_batch_of_many_is_cut():
    stream = Stream()
    batches = Batches(stream.write)
    for number in range(BATCH_ITEMS + 1):
        batches.put(number)
    await stream.let(2)
    assert [len(batch) for batch in stream.batches] == [BATCH_ITEMS, 1]


async def test_whoever_makes_more_than_goes_out_has_to_wait():
    stream = Stream()
    batches = Batches(stream.write)
    batches.put(1, MAX_UNSENT)
    await batches.drain()
    batches.put(2, 1)
    waiting = asyncio.ensure_future(batches.drain())
    await asyncio.sleep(0.01)
    assert not waiting.done()
    await stream.let()
    await asyncio.wait_for(waiting, 1)
    batches.close()


@pytest.mark.parametrize("how", ["closed", "failed"])
async def test_a_stream_that_is_over_takes_nothing_and_lets_nobody_wait(how):
    stream = Stream()
    batches = Batches(stream.write)
    batches.put(1, MAX_UNSENT + 1)
    waiting = asyncio.ensure_future(batches.drain())
    await asyncio.sleep(0)
    if how == "closed":
        batches.close()
    else:
        stream.fails = True
        await stream.let()
    await asyncio.wait_for(waiting, 1)
    batches.put(2)
    await stream.let()
    assert stream.batches == []
