"""The look at what a mesh has left behind finds what it is there to find."""

import shutil
import sqlite3
from contextlib import closing

import botmesh
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.message_pb2 import Message
from botmesh.v1.task_service_pb2 import SubmitTaskRequest
from botmesh.v1.task_service_pb2_grpc import TaskServiceStub
from botmesh_log.sqlite_log import open_log
from tests.fuzz.left_over import differences
from tests.in_process import InProcessMesh


async def leave(folder, make_agent):
    """A folder with conversations and a task; the id of a conversation."""
    agent = make_agent("shout-bot")
    async with InProcessMesh(folder, primary="shout-bot") as mesh, mesh.bots(agent):
        stub = await mesh.stub(ConversationServiceStub)
        for contact in ("anna", "berta"):
            request = api.PostRequest(contact_id=contact, message_id="m1", payload=[botmesh.text("hello")])
            responses = [response async for response in stub.Post(request, timeout=10)]
        one = responses[0].accepted.conversation_id
        await stub.SetTags(api.SetTagsRequest(conversation_id=one, add=["vip"]))
        tasks = await mesh.stub(TaskServiceStub)
        await tasks.SubmitTask(SubmitTaskRequest(message=Message(to_agent="shout-bot", message_id="t1")))
    return one


async def test_what_a_mesh_leaves_behind_is_what_its_log_says(tmp_path, make_agent):
    await leave(tmp_path / "data", make_agent)
    assert await differences(tmp_path / "data") == []


async def test_lists_that_differ_from_the_log_are_found(tmp_path, make_agent):
    one = await leave(tmp_path / "data", make_agent)
    changed = tmp_path / "changed"  # beside it: what this module leaves behind is looked at, too
    shutil.copytree(tmp_path / "data", changed)
    with closing(sqlite3.connect(changed / "projection.sqlite", isolation_level=None)) as db:
        db.execute("UPDATE conversation SET owner = 'nobody' WHERE id = ?", (one,))
        db.execute("DELETE FROM tag")
    found = await differences(changed)
    assert [text.split(" differ")[0] for text in found] == ["conversations", "tags"]


async def test_an_event_that_cannot_be_read_is_found(tmp_path, make_agent):
    one = await leave(tmp_path / "data", make_agent)
    planted = tmp_path / "planted"
    shutil.copytree(tmp_path / "data", planted)
    log = open_log(planted / "events.sqlite")
    await log.append(one, len(await log.read(one)), [b"\xff\xff\xff"])
    await log.close()
    assert any("cannot be read" in text for text in await differences(planted))
