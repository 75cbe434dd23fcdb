import asyncio
import contextlib
import math

import grpc
import pytest

import botmesh
from botmesh import errors, testing
from botmesh.settings import load
from botmesh.v1.agent_service_pb2 import DelegateRequest, GetCardRequest
from tests.waiting import until


@pytest.fixture
def clock_bot():
    """Answers with the seconds that it has left; waits when told to, and notes how it ended."""
    agent = botmesh.Agent("clock-bot", settings=load(environ={}))
    agent.ended = asyncio.Event()

    @agent.on_delegate
    async def answer(task):
        if task.text == "wait":
            try:
                await asyncio.sleep(60)
            finally:
                agent.ended.set()
        return str(task.deadline.remaining)

    return agent


async def test_a_call_without_a_deadline_gets_the_default(clock_bot):
    async with testing.mesh(clock_bot) as mesh:
        reply = await mesh.delegate("clock-bot")
    assert 29 < float(reply.text) < 30.5


async def test_a_raw_call_without_a_deadline_gets_the_default(clock_bot, raw):
    async with testing.mesh(clock_bot):
        response = await raw(clock_bot.address).stub.Delegate(DelegateRequest())
    assert 29 < float(response.reply.message.payload[0].text) <= 30


@pytest.mark.parametrize("timeout", [300.5, 1000, math.inf])
async def test_a_deadline_over_the_limit_is_refused_at_the_caller(clock_bot, timeout):
    async with testing.mesh(clock_bot) as mesh:
        with pytest.raises(errors.DeadlineTooLong) as caught:
            await mesh.delegate("clock-bot", timeout=timeout)
    assert caught.value.status is grpc.StatusCode.INVALID_ARGUMENT
    assert caught.value.metadata["limit"] == "300"
    assert not caught.value.from_peer


@pytest.mark.parametrize("timeout", [0, -1, math.nan])
async def test_a_deadline_that_cannot_be_is_refused(clock_bot, timeout):
    async with testing.mesh(clock_bot) as mesh:
        with pytest.raises(errors.InvalidField):
            await mesh.delegate("clock-bot", timeout=timeout)


async def test_a_deadline_over_the_limit_is_refused_at_the_callee(clock_bot, raw):
    async with testing.mesh(clock_bot):
        client = raw(clock_bot.address)
        error = await client.refusal(client.stub.Delegate(DelegateRequest(), timeout=400))
    assert isinstance(error, errors.DeadlineTooLong)
    assert error.agent == "clock-bot"


@pytest.mark.parametrize("timeout", [300, 302])
async def test_rounding_on_the_wire_is_tolerated_and_clamped(clock_bot, raw, timeout):
    async with testing.mesh(clock_bot):
        response = await raw(clock_bot.address).stub.Delegate(DelegateRequest(), timeout=timeout)
    assert 299 < float(response.reply.message.payload[0].text) <= 300


async def test_a_childs_deadline_is_its_parents_less_a_little(clock_bot):
    parent = botmesh.Agent("parent", settings=load(environ={}))

    @parent.on_delegate
    async def answer(task):
        child = await task.delegate("clock-bot", timeout=20)
        return [child.text, str(task.deadline.remaining)]

    async with testing.mesh(clock_bot, parent) as mesh:
        reply = await mesh.delegate("parent", timeout=4)
        earlier = await mesh.delegate("parent", timeout=100)
    child, own = (float(part.text) for part in reply.parts)
    assert own - 0.5 < child < own
    assert 19 < float(earlier.parts[0].text) < 20.5  # gRPC rounds on the wire


async def test_the_deadline_ends_the_work_itself(clock_bot):
    async with testing.mesh(clock_bot) as mesh:
        with pytest.raises(errors.DeadlineExpired):
            await mesh.delegate("clock-bot", "wait", timeout=0.2)
        await asyncio.wait_for(clock_bot.ended.wait(), 1)


async def test_the_deadline_ends_work_that_nobody_waits_for(clock_bot):
    async with testing.mesh(clock_bot) as mesh:
        await mesh.send("clock-bot", "wait", timeout=0.3)
        await asyncio.wait_for(clock_bot.ended.wait(), 1)


async def test_a_bot_that_ignores_its_cancellation_is_answered_for():
    stubborn = botmesh.Agent("stubborn", settings=load(environ={}))

    @stubborn.on_delegate
    async def answer(task):
        for _ in range(3):
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0.5)
        return "too late"

    async with testing.mesh(stubborn) as mesh:
        with pytest.raises(errors.DeadlineExpired):
            await mesh.delegate("stubborn", timeout=0.2)
        await until(lambda: not stubborn._running.endpoint.works.running, 1)


async def test_a_silent_stream_is_taken_for_dead(clock_bot):
    quiet = botmesh.Agent("quiet", settings=load(environ={}), limits={"stream_idle_timeout": 0.2})

    @quiet.on_delegate
    async def answer(task):
        yield "one"
        await asyncio.sleep(5)
        yield "two"

    async with testing.mesh(quiet) as mesh:
        pieces = []
        with pytest.raises(errors.StreamIdle) as caught:
            async for event in mesh.stream("quiet"):
                pieces.append(event.text)  # noqa: PERF401 - what came before the error counts
    assert pieces == ["one"]
    assert caught.value.agent == "quiet"


async def test_progress_keeps_a_stream_alive():
    busy = botmesh.Agent("busy", settings=load(environ={}), limits={"stream_idle_timeout": 0.3})

    @busy.on_delegate
    async def answer(task):
        for step in range(5):
            await asyncio.sleep(0.1)
            yield botmesh.progress(f"step {step}", step / 5)
        yield "done"

    async with testing.mesh(busy) as mesh:
        events = [event async for event in mesh.stream("busy")]
    assert [event.fraction for event in events[:5]] == [0, 0.2, 0.4, 0.6, 0.8]
    assert events[-1].text == "done"


async def test_control_calls_end_in_time_too(clock_bot, raw):
    async with testing.mesh(clock_bot):
        client = raw(clock_bot.address)
        error = await client.refusal(client.stub.GetCard(GetCardRequest(), timeout=400))
    assert isinstance(error, errors.DeadlineTooLong)
