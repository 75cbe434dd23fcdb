"""Mixed load on a whole mesh of processes: nothing fails that was not meant to be refused, and memory stays flat.

A few seconds here; `make test-long` soaks for half an hour (SOAK_SECONDS=1800) and prints how memory went.
"""

import asyncio
import json
import os
import random
import statistics
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path

import grpc
import psutil
import pytest

import botmesh
from botmesh.calling.peers import CHANNEL_OPTIONS
from botmesh.names import new_id
from botmesh.policies import Endpoint
from botmesh.settings import load
from botmesh.telemetry.telemetry import Telemetry
from botmesh.transport.adapter import client_interceptors
from botmesh.v1.conversation_pb2 import Owner
from botmesh.v1.conversation_service_pb2 import PostRequest, TransferConversationRequest
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from tests.mesh.processes import Process, _kill
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.alone]
SECONDS = float(os.environ.get("SOAK_SECONDS", "6"))
CALLERS = 8
CONTACTS = 16
"""So few that what is kept of each conversation (its newest 1,000 entries) is full before memory is judged."""
PAUSE = 0.05
"""Seconds, on average, between two things that one caller does: a mixed load, not as much as goes."""
FLAT = 24.0
"""MiB an hour that no process may grow by in the second half of a long soak."""
BOTS = Path(__file__).parent / "bots.py"
LONG = 600.0
"""Seconds from which on memory is judged: caches fill first (outcomes are remembered for five minutes)."""


class Load:
    """Everything that can be asked of a mesh, at random."""

    def __init__(self, mesh, conversations):
        self.mesh = mesh
        self.conversations = conversations
        self.contacts = asyncio.Queue()
        for number in range(CONTACTS):
            self.contacts.put_nowait(f"contact-{number}")
        self.done = Counter()
        self.refused = Counter()
        self.failed = []

    async def run(self, seconds):
        ends = time.monotonic() + seconds
        await asyncio.gather(*(self.call(ends) for _ in range(CALLERS)))

    async def call(self, ends):
        kinds = [getattr(self, name) for name in dir(self) if name.startswith("do_")]
        while time.monotonic() < ends:
            await asyncio.sleep(random.uniform(0, 2 * PAUSE))
            kind = random.choice(kinds)
            try:
                await kind()
            except botmesh.BotmeshError as error:
                self.failed.append(f"{kind.__name__}: {error.reason} {error}")
            except Exception as error:
                self.failed.append(f"{kind.__name__}: {error!r}")
            else:
                self.done[kind.__name__] += 1

    async def planned(self, reason, call):
        try:
            await call
        except botmesh.BotmeshError as error:
            if error.reason != reason:
                raise
            self.refused[reason] += 1
        else:
            raise AssertionError(f"this should have been refused with {reason}")

    async def do_delegate(self):
        assert (await self.mesh.delegate("worker", "hello")).text == "hello"

    async def do_chain(self):
        reply = await self.mesh.delegate("front", "hello", conversation_id=new_id())
        assert reply.text == "hello"

    async def do_repeat(self):
        name = new_id()
        first, again = [await self.mesh.delegate("worker", "same", message_id=name) for _ in range(2)]
        assert first.message_id == again.message_id

    async def do_stream(self):
        async with self.mesh.stream("teller") as stream:
            pieces = [event.text async for event in stream]
        assert "".join(pieces).split() == [str(number) for number in range(50)]

    async def do_leave_a_stream(self):
        async with self.mesh.stream("teller") as stream:
            async for _ in stream:
                break

    async def do_give_up(self):
        task = asyncio.ensure_future(self.mesh.delegate("worker", context={"seconds": 2}))
        await asyncio.sleep(0.05)
        task.cancel()
        await asyncio.wait([task])

    async def do_consult(self):
        opinions = await self.mesh.consult("who?", agents=["worker", "front"])
        assert len(opinions.answers) == 2

    async def do_broadcast(self):
        (receipt,) = await self.mesh.broadcast("news", agents=["worker"])
        assert receipt.error is None

    async def do_find(self):
        await self.mesh.find("hello")

    async def do_task(self):
        task = await self.mesh.submit("worker", "later", context={"seconds": 0.05})
        assert (await task.result(timeout=30)).text == "later"

    async def do_talk(self):
        contact = await self.contacts.get()
        try:
            assert await self.say(contact, "how are you?") == "how are you?"
        finally:
            self.contacts.put_nowait(contact)

    async def do_move(self):
        contact = new_id()  # the same two agents would soon refuse to hand it on
        assert await self.say(contact, "move") == "back: move"
        assert await self.say(contact, "home") == "home"

    async def do_wait_for_a_person(self):
        talk = "waits-for-a-person"
        posted = self.conversations.Post(
            PostRequest(conversation_id=talk, contact_id=talk, payload=[botmesh.text("?")])
        )
        async for _ in posted:
            pass
        if not self.done["do_wait_for_a_person"]:
            to_desk = TransferConversationRequest(conversation_id=talk, target=Owner(desk=""))
            await self.conversations.TransferConversation(to_desk)

    async def do_too_deep(self):
        await self.planned("HOP_LIMIT", self.mesh.delegate("front", "deep", max_hops=0))

    async def do_unknown(self):
        await self.planned("UNKNOWN_AGENT", self.mesh.delegate("nobody", "hello"))

    async def do_too_large(self):
        await self.planned("MESSAGE_TOO_LARGE", self.mesh.delegate("worker", "x" * 1_100_000))

    async def do_too_late(self):
        late = self.mesh.delegate("worker", context={"seconds": 5}, timeout=0.1)
        await self.planned("DEADLINE_EXPIRED", late)

    async def say(self, contact, words):
        """The last that a contact hears on what it says."""
        request = PostRequest(contact_id=contact, payload=[botmesh.text(words)])
        heard = ""
        async for response in self.conversations.Post(request, timeout=30):
            heard = response.entry.payload[0].text if response.HasField("entry") else heard
        return heard


class Memory:
    """What processes hold, over time."""

    def __init__(self, processes):
        self.watched = {name: psutil.Process(pid) for name, pid in processes.items()}
        self.samples = {name: [] for name in processes}

    async def watch(self):
        while True:
            for name, process in self.watched.items():
                self.samples[name].append((time.monotonic() / 3600, process.memory_full_info().uss / 2**20))
            await asyncio.sleep(max(1.0, SECONDS / 200))

    def slopes(self):
        """MiB an hour in the second half, by least squares."""
        halves = {name: samples[len(samples) // 2 :] for name, samples in self.samples.items()}
        return {name: statistics.linear_regression(*zip(*half, strict=True)).slope for name, half in halves.items()}

    def report(self):
        slopes = self.slopes() if SECONDS >= LONG else {}
        for name, samples in self.samples.items():
            sizes = [samples[(len(samples) - 1) * quarter // 4][1] for quarter in range(5)]
            grown = f", {slopes[name]:+.1f} MiB an hour in the second half" if name in slopes else ""
            print(f"{name}: {', '.join(f'{size:.1f}' for size in sizes)} MiB at each quarter{grown}")
        return slopes


async def test_a_mixed_load_fails_nowhere_and_memory_stays_flat():
    async with AsyncExitStack() as stack:
        services = Process("up")
        stack.push_async_callback(_kill, services)
        await services.start("-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json", BOTMESH_PRIMARY="front")
        address = json.loads(services.ready)["registry"]
        pids = {"up": services.pid, "callers": os.getpid()}
        for name in ("worker", "teller", "front", "back"):
            bot = Process(name)
            stack.push_async_callback(_kill, bot)
            await bot.start(str(BOTS), name, BOTMESH_REGISTRY=address, BOTMESH_LOG_LEVEL="error")
            pids[name] = bot.pid
        settings = load(environ={}, flags={"registry": address})
        mesh = await stack.enter_async_context(botmesh.connect(address, settings=settings))
        channel = await stack.enter_async_context(
            grpc.aio.insecure_channel(
                address, options=CHANNEL_OPTIONS, interceptors=client_interceptors(Endpoint(Telemetry("soak")))
            )
        )
        await mesh.delegate("worker", "are you there?")
        for name in ("teller", "front", "back"):
            await until(lambda name=name: mesh.directory.live("default", name), 20)
        load_ = Load(mesh, ConversationServiceStub(channel))
        memory = Memory(pids)
        watching = asyncio.create_task(memory.watch())
        await load_.run(SECONDS)
        watching.cancel()
    slopes = memory.report()
    print(f"done: {dict(load_.done)}; refused as planned: {dict(load_.refused)}")
    assert load_.failed == []
    assert set(load_.refused) == {"HOP_LIMIT", "UNKNOWN_AGENT", "MESSAGE_TOO_LARGE", "DEADLINE_EXPIRED"}
    assert all(slope < FLAT for slope in slopes.values()), slopes
