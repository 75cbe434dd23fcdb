"""Owners and the service as processes of their own, killed without a word."""

import asyncio
import contextlib
import json
import signal
import textwrap

import grpc
import pytest

import botmesh
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh_service.contact_texts import UNANSWERED, WAITING
from tests.mesh.processes import Process, _kill
from tests.waiting import until

pytestmark = pytest.mark.slow

BOT = """
    import asyncio, os, sys
    import botmesh
    agent = botmesh.Agent("reception")

    @agent.on_turn
    async def turn(conversation):
        if os.environ.get("DIES"):
            os.kill(os.getpid(), 9)
        return f"{os.environ['WORD']}: {conversation.text}"

    async def main():
        await agent.start()
        await agent.listed()
        print("ready")
        await asyncio.Event().wait()

    asyncio.run(main())
"""


class World:
    """`botmesh up`, a bot, and a contact."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.address = "127.0.0.1:0"
        (folder / "bot.py").write_text(textwrap.dedent(BOT))

    async def up(self, **settings):
        up = Process("up")
        self.processes.append(up)
        environment = {f"BOTMESH_{name.upper()}": value for name, value in settings.items()}
        data = str(self.folder / "data")
        words = "-m", "botmesh_cli", "up", "--bind", self.address, "--json"
        await up.start(*words, BOTMESH_PRIMARY="reception", BOTMESH_DATA_DIR=data, **environment)
        self.address = json.loads(up.ready)["registry"]
        return up

    async def bot(self, **environment):
        bot = Process("bot")
        self.processes.append(bot)
        return await bot.start(str(self.folder / "bot.py"), BOTMESH_REGISTRY=self.address, **environment)

    async def post(self, text):
        async with grpc.aio.insecure_channel(self.address) as channel:
            request = api.PostRequest(contact_id="anna", payload=[botmesh.text(text)])
            return [one async for one in ConversationServiceStub(channel).Post(request, timeout=60)]

    async def history(self, conversation_id):
        async with grpc.aio.insecure_channel(self.address) as channel:
            request = api.GetHistoryRequest(conversation_id=conversation_id)
            chunks = [chunk async for chunk in ConversationServiceStub(channel).GetHistory(request, timeout=10)]
        return texts(entry for chunk in chunks for entry in chunk.entries)


def texts(entries):
    return [(entry.author or "mesh", "".join(part.text for part in entry.payload)) for entry in entries]


def entries(responses):
    return texts(response.entry for response in responses if response.HasField("entry"))


@pytest.fixture
async def world(tmp_path):
    made = World(tmp_path)
    yield made
    for process in made.processes:
        await _kill(process)


async def test_an_owner_that_was_killed_answers_when_it_is_started_again(world):
    await world.up(owner_patience="60", lease_duration="2")
    bot = await world.bot(WORD="first")
    assert entries(await world.post("hello")) == [("reception", "first: hello")]
    await bot.stop(signal.SIGKILL)
    posting = asyncio.create_task(world.post("are you there?"))
    await asyncio.sleep(5)
    await world.bot(WORD="second")
    responses = await posting
    assert entries(responses) == [("reception", "second: are you there?")]
    assert [one.progress.text for one in responses if one.HasField("progress")] == [WAITING]
    assert not any(one.HasField("owner") for one in responses)


async def test_what_went_to_the_desk_returns_after_kills_of_owner_and_service(world):
    settings = {"owner_patience": "1", "owner_return": "1", "lease_duration": "2"}
    up = await world.up(**settings)
    bot = await world.bot(WORD="first")
    first = await world.post("hello")
    conversation_id = first[0].accepted.conversation_id
    await bot.stop(signal.SIGKILL)
    assert entries(await world.post("are you there?")) == [("mesh", UNANSWERED)]
    await up.stop(signal.SIGKILL)
    await world.up(**settings)
    await world.bot(WORD="second")

    async def answered():
        return (await world.history(conversation_id))[-1] == ("reception", "second: are you there?")

    await until(answered, 20)


async def test_a_message_that_kills_its_bot_three_times_is_the_bots_failure(world):
    """Otherwise it would return each time that the bot is started again."""
    await world.up(owner_patience="60", owner_return="1", lease_duration="2")

    async def start_again_and_again():
        while True:
            with contextlib.suppress(RuntimeError):  # it may die before it says that it is ready
                bot = await world.bot(DIES="yes")
                await bot.exited(60)

    starting = asyncio.create_task(start_again_and_again())
    responses = await world.post("poison")
    starting.cancel()
    assert entries(responses) == [("mesh", UNANSWERED)]
    await world.bot(WORD="well")
    await asyncio.sleep(3)
    assert (await world.history(responses[0].accepted.conversation_id))[-1] == ("mesh", UNANSWERED)
