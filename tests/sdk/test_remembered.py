"""What is remembered of work that has ended is small, and keeps nothing else alive."""

import gc
import weakref

import pytest
from tests.waiting import until

import botmesh
from botmesh import testing
from botmesh.settings import load


class Weight:
    """Something that a bot's function holds while it works."""


def bot(function):
    agent = botmesh.Agent("a", settings=load(environ={}))
    agent.on_delegate(function)
    return agent


async def test_an_error_that_is_remembered_keeps_nothing_of_where_it_was_raised():
    held = []

    async def fails(task):
        weight = Weight()
        held.append(weakref.ref(weight))
        raise botmesh.AgentFailed("no", why="closed")

    agent = bot(fails)
    async with testing.mesh(agent) as mesh:
        traces = set()
        for _ in range(2):
            with pytest.raises(botmesh.AgentFailed) as caught:
                await mesh.delegate("a", message_id="m1")
            traces.add(caught.value.trace_id)
            assert (caught.value.text, caught.value.metadata["why"]) == ("no", "closed")
            assert caught.value.agent == "a"
        del caught
        assert len(held) == 1  # the second was a replay ...
        assert len(traces) == 1  # ... and tells of the trace in which it happened
        works = agent._running.endpoint.works

        def is_gone():
            gc.collect()
            return held[0]() is None

        await until(is_gone)
        assert len(works) == 1


async def test_a_stream_that_is_remembered_is_replayed_whole_and_counted_by_its_events():
    async def tells(task):
        for number in range(500):
            yield f"{number} "

    agent = bot(tells)
    async with testing.mesh(agent) as mesh:
        seen = []
        for _ in range(2):
            async with mesh.stream("a", message_id="m1") as stream:
                seen.append([event.text async for event in stream])
        assert seen[0] == seen[1]
        assert "".join(seen[0]).split() == [str(number) for number in range(500)]
        (entry,) = agent._running.endpoint.works._ended.values()
        assert all(type(event) is bytes for event in entry[6])
        assert entry[1] > 500 * 48


@pytest.mark.parametrize("size", [10, 100_000])
async def test_the_same_id_is_a_repeat_with_the_same_words_and_refused_with_others(size):
    count = 0

    async def counts(task):
        nonlocal count
        count += 1
        return str(count)

    async with testing.mesh(bot(counts)) as mesh:
        words = "x" * size
        assert [(await mesh.delegate("a", words, message_id="m1")).text for _ in range(2)] == ["1", "1"]
        with pytest.raises(botmesh.errors.MessageIdReused):
            await mesh.delegate("a", words + "y", message_id="m1")
    assert count == 1
