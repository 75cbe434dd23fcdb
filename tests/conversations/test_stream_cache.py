"""Streams in memory, and the jobs that are done for them: what conversations, accounts and tasks share."""

import asyncio

import pytest

from botmesh.errors import Unavailable
from botmesh_service.keyed_jobs import KeyedJobs
from botmesh_service.problems import Problems
from botmesh_service.stream_cache import StreamCache


class Stream:
    def __init__(self, key):
        self.key = key
        self.size = 1
        self.is_busy = False


@pytest.fixture
def cache():
    reads = []

    async def read(key):
        reads.append(key)
        await asyncio.sleep(0)
        return Stream(key)

    cache = StreamCache(
        read,
        max_streams=3,
        max_weight=10,
        weight_of=lambda stream: stream.size,
        may_forget=lambda _, stream: not stream.is_busy,
    )
    cache.reads = reads
    return cache


async def test_a_stream_is_read_once_however_many_ask_for_it(cache):
    first, second = await asyncio.gather(cache.get("a"), cache.get("a"))
    assert first is second
    assert cache.reads == ["a"]


async def test_the_stream_that_was_used_longest_ago_is_forgotten(cache):
    for key in "abcad":
        await cache.get(key)
    assert list(cache.recent) == ["c", "a", "d"]


async def test_a_stream_that_somebody_holds_is_found_again(cache):
    held = await cache.get("a")
    for key in "bcd":
        await cache.get(key)
    assert "a" not in cache.recent
    assert await cache.get("a") is held


async def test_a_busy_stream_stays_and_others_go(cache):
    (await cache.get("a")).is_busy = True
    for key in "bcd":
        await cache.get(key)
    assert set(cache.recent) == {"a", "c", "d"}


async def test_a_stream_that_grows_makes_others_go(cache):
    await cache.get("a")
    large = await cache.get("b")
    large.size = 10
    cache.weigh("b", large)
    assert list(cache.recent) == ["b"]
    assert cache.weight == 10


async def test_a_stream_that_cannot_be_read_is_read_again():
    failures = [Unavailable("away")]

    async def read(key):
        if failures:
            raise failures.pop()
        return Stream(key)

    cache = StreamCache(read, max_streams=1)
    with pytest.raises(Unavailable):
        await cache.get("a")
    assert (await cache.get("a")).key == "a"


async def test_one_job_of_a_kind_runs_for_an_owner_and_then_comes_what_is_next():
    jobs, done, go_on = KeyedJobs("conversations", "conversation", Problems()), [], asyncio.Event()

    async def job(name):
        await go_on.wait()
        done.append(name)

    for name in ("first", "second"):
        jobs.start("c", "turn", job(name), subject="c", then=lambda: done.append("next"))
    assert jobs.has_any("c")
    running = jobs.get("c", "turn")
    go_on.set()
    await running
    await asyncio.sleep(0)
    assert done == ["first", "next"]
    assert jobs.get("c", "turn") is None


async def test_a_job_that_fails_is_noted_and_a_stopped_one_has_nothing_next():
    problems, done = Problems(), []
    jobs = KeyedJobs("conversations", "conversation", problems)

    async def fail():
        raise ValueError("broken")

    jobs.start("c", "turn", fail(), subject="c", then=lambda: done.append("next"))
    await asyncio.sleep(0.01)
    assert [(problem.component, problem.subject) for problem in problems.newest(5)] == [("conversations", "c")]
    await jobs.stop()
    await asyncio.sleep(0)
    assert done == []
    assert not jobs.has_any("c")
