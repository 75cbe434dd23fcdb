"""A write whose caller is cancelled goes on, and its refusal is nobody's business any more."""

import asyncio
import gc
import logging

import pytest

from botmesh.errors import InvalidField
from botmesh.v1.conversation_pb2 import ConversationEvent, ModeChanged
from botmesh_conversations.event_stream import EventStream
from botmesh_log.memory_log import MemoryLog
from botmesh_log.shielded import shielded


@pytest.fixture
async def complaints():
    """What the loop complains of."""
    heard = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context["message"]))
    return heard


async def given_up(waiting):
    """Cancel a wait that has begun, and let what it waited for end."""
    task = asyncio.ensure_future(waiting)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    await asyncio.sleep(0.01)
    del task
    gc.collect()


def make_stream():
    return EventStream("one", MemoryLog(), [], list.append)


async def test_a_refusal_of_a_write_that_nobody_waits_for_is_no_complaint(complaints):
    stream = make_stream()

    def refuse(_):
        raise InvalidField("no", field="x")

    async with stream._lock:  # somebody else writes: the caller is gone before it is decided
        writing = asyncio.ensure_future(stream.write(refuse))
        await asyncio.sleep(0.01)
        writing.cancel()
        await asyncio.wait([writing])
    await asyncio.sleep(0.01)
    del writing
    gc.collect()
    assert complaints == []


async def test_a_write_that_nobody_waits_for_is_written():
    stream = make_stream()
    await given_up(stream.write(lambda _: [ConversationEvent(mode_changed=ModeChanged(mode=1))]))
    assert stream.sequence == 1


async def test_a_bug_that_nobody_waits_for_is_logged(complaints, caplog):
    async def fail():
        await asyncio.sleep(0)
        raise RuntimeError("a bug")

    with caplog.at_level(logging.ERROR):
        await given_up(shielded(asyncio.ensure_future(fail())))
    assert "a bug" in caplog.text
    assert complaints == []
