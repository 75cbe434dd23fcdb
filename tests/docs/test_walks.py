"""What the walks of docs/architecture.md say is appended is what is appended, in those batches."""

import asyncio
import re
from collections import defaultdict

import botmesh
from botmesh.v1.conversation_pb2 import ConversationEvent
from botmesh.v1.task_pb2 import TaskEvent
from botmesh_log.sqlite_log import SqliteLog
from botmesh_mesh.local import local
from tests.docs.pages import pages


def appended_in(heading):
    """The batches of a walk: "append opened, message_posted" of its diagram."""
    page = pages()["docs/architecture.md"]
    diagram = re.search(rf"^### {heading}.*?```mermaid\n(.*?)```", page, re.MULTILINE | re.DOTALL)[1]
    return [re.split(r",\s*", batch.strip()) for batch in re.findall(r"append ([a-z_, ]+)", diagram)]


def record_batches(monkeypatch):
    batches = defaultdict(list)
    append = SqliteLog.append

    async def recording(self, stream, expected_sequence, batch):
        records = await append(self, stream, expected_sequence, batch)
        batches[stream].append(list(batch))
        return records

    monkeypatch.setattr(SqliteLog, "append", recording)
    return batches


def kinds(batch, event_type):
    return [event_type.FromString(payload).WhichOneof("event") for payload in batch]


async def test_a_turn_with_a_transfer(monkeypatch):
    reception, billing = botmesh.Agent("reception-bot"), botmesh.Agent("billing-bot")

    @reception.on_turn
    async def hand_over(conversation):
        await conversation.transfer("billing-bot", reason="money")

    @billing.on_turn
    async def answer(conversation):
        return "I have sent your invoice again."

    batches = record_batches(monkeypatch)
    async with local(reception, billing, primary="reception-bot") as mesh:
        assert await mesh.say("anna", "where is my invoice?") == [("billing-bot", "I have sent your invoice again.")]
    (stream,) = [name for name in batches if kinds(batches[name][0], ConversationEvent)[0] == "opened"]
    assert [kinds(batch, ConversationEvent) for batch in batches[stream]] == appended_in("A turn with a transfer")


async def test_a_task(monkeypatch):
    asking, working = botmesh.Agent("front-bot"), botmesh.Agent("report-bot")
    heard = asyncio.Event()

    @asking.on_delegate
    async def submit(task):
        return (await task.submit("report-bot", "the sales of May")).task_id

    @asking.on_receipt
    async def done(task):
        heard.set()

    batches = record_batches(monkeypatch)

    @working.on_delegate
    async def report(task):
        yield botmesh.progress("half of it", 0.5)
        while not any(kinds(own[-1], TaskEvent) == ["progressed"] for own in batches.values()):
            await asyncio.sleep(0.01)
        yield "12 sold"

    async with local(asking, working) as mesh:
        task_id = (await mesh.client.delegate("front-bot", "go")).text
        assert (await mesh.client.task(task_id).result()).text == "12 sold"
        await asyncio.wait_for(heard.wait(), 10)
        (stream,) = [name for name in batches if name.endswith(task_id)]
        while kinds(batches[stream][-1], TaskEvent) != ["receipt_delivered"]:
            await asyncio.sleep(0.01)
    assert [kinds(batch, TaskEvent) for batch in batches[stream]] == appended_in("A task")
