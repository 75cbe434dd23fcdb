import asyncio

import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.work.work import MAX_PIECES

KIB = "x" * 1024


def endless(name="endless", **settings):
    agent = botmesh.Agent(name, settings=load(environ={}, flags=settings))
    agent.yielded = 0

    @agent.on_delegate
    async def answer(task):
        while True:
            agent.yielded += 1
            yield KIB
            await asyncio.sleep(0)

    return agent


@pytest.mark.parametrize("links", ["true", "false"])
async def test_a_reply_without_end_is_ended_by_its_callee(links):
    agent = endless(max_reply_bytes="64KiB", links=links)
    async with testing.mesh(agent) as mesh:
        with pytest.raises(errors.MessageTooLarge) as caught:
            async for _ in mesh.stream("endless", "go", timeout=20):
                pass
        assert caught.value.metadata["direction"] == "reply"
        assert caught.value.metadata["limit"] == str(64 * 1024)
        yielded = agent.yielded
        await asyncio.sleep(0.2)
        assert agent.yielded == yielded <= 65


async def test_a_reply_without_end_is_ended_where_nobody_reads_it_as_it_comes():
    agent = endless(max_reply_bytes="64KiB")
    async with testing.mesh(agent) as mesh:
        with pytest.raises(errors.MessageTooLarge):
            await mesh.delegate("endless", "go", timeout=20)


async def test_a_caller_that_takes_less_leaves_and_its_callee_stops():
    agent = endless()
    async with testing.mesh(agent, settings=load(environ={}, flags={"max_reply_bytes": "64KiB"})) as mesh:
        with pytest.raises(errors.MessageTooLarge) as caught:
            async for _ in mesh.stream("endless", "go", timeout=20):
                pass
        assert not caught.value.from_peer
        await asyncio.sleep(0.5)
        yielded = agent.yielded
        await asyncio.sleep(0.3)
        assert agent.yielded == yielded


async def test_progress_without_end_takes_no_memory():
    agent = botmesh.Agent("busy", settings=load(environ={}))

    @agent.on_delegate
    async def answer(task):
        for count in range(20_000):
            yield botmesh.progress(f"{count} {KIB}")
        yield "done"

    async with testing.mesh(agent) as mesh:
        assert (await mesh.delegate("busy", "go", timeout=20)).text == "done"
        seen = [event async for event in mesh.stream("busy", "go", timeout=20)]
    assert seen[-1].text == "done"


async def test_a_reply_of_too_many_tiny_pieces_is_ended():
    agent = botmesh.Agent("crumbs", settings=load(environ={}))

    @agent.on_delegate
    async def answer(task):
        for _ in range(MAX_PIECES + 10):
            yield "x"

    async with testing.mesh(agent) as mesh:
        with pytest.raises(errors.MessageTooLarge):
            await mesh.delegate("crumbs", "go", timeout=60)
