"""`botmesh up` on damaged files, as a real process: it refuses in one sentence, or serves; never a traceback."""

import asyncio
import contextlib
import json
import shutil
import signal
import sqlite3
from contextlib import closing

import grpc
import pytest

import botmesh
from botmesh.errors import BotmeshError, LogUnavailable
from botmesh.policies import Endpoint
from botmesh.telemetry.telemetry import Telemetry
from botmesh.transport.adapter import client_interceptors
from botmesh.v1 import conversation_service_pb2 as api
from botmesh.v1 import journal_service_pb2 as journal_api
from botmesh.v1 import task_service_pb2 as task_api
from botmesh.v1.conversation_service_pb2_grpc import ConversationServiceStub
from botmesh.v1.journal_service_pb2_grpc import JournalServiceStub
from botmesh.v1.message_pb2 import Message
from botmesh.v1.problem_service_pb2 import ListProblemsRequest
from botmesh.v1.problem_service_pb2_grpc import ProblemServiceStub
from botmesh.v1.task_service_pb2_grpc import TaskServiceStub
from tests.cli.conftest import Cli
from tests.mesh.processes import Process, _kill
from tests.storage import damage
from tests.waiting import until

pytestmark = pytest.mark.slow
PLANTS_UNREADABLE = True

UP = "-m", "botmesh_cli", "up", "--bind", "127.0.0.1:0", "--json"
SAID = [f"this is number {number} of what anna says" for number in range(12)]
REBUILT = "projection.sqlite", "tasks.sqlite", "journal.sqlite"


class Mesh:
    """A `botmesh up` process in a folder, and what a contact does with it."""

    def __init__(self, folder):
        self.folder = folder
        self.process = Process("up")

    async def __aenter__(self):
        await self.process.start(*UP, BOTMESH_DATA_DIR=str(self.folder))
        self.address = json.loads(self.process.ready)["registry"]
        self.stack = contextlib.AsyncExitStack()
        typed = client_interceptors(Endpoint(Telemetry("test")))
        channel = await self.stack.enter_async_context(grpc.aio.insecure_channel(self.address, interceptors=typed))
        self.conversations = ConversationServiceStub(channel)
        self.tasks = TaskServiceStub(channel)
        self.journal = JournalServiceStub(channel)
        self.problems = ProblemServiceStub(channel)
        return self

    async def __aexit__(self, kind, *_):
        await self.stack.aclose()
        try:
            if kind is None and self.process._process.returncode is None:
                assert await self.process.stop() == 0
        finally:
            log = self.process.log()
            await _kill(self.process)
        assert "Traceback" not in log, log

    async def post(self, text, contact="anna"):
        request = api.PostRequest(contact_id=contact, payload=[botmesh.text(text)])
        answers = [response async for response in self.conversations.Post(request, timeout=20)]
        return answers[0].accepted.conversation_id

    async def said(self, conversation_id):
        request = api.GetHistoryRequest(conversation_id=conversation_id)
        chunks = [chunk async for chunk in self.conversations.GetHistory(request, timeout=10)]
        return [entry.payload[0].text for chunk in chunks for entry in chunk.entries if entry.payload]

    async def listed(self):
        found = await self.conversations.ListConversations(api.ListConversationsRequest(), timeout=10)
        return [view.contact_id for view in found.conversations]

    async def record(self, message_id):
        message = Message(message_id=message_id, payload=[botmesh.text("x" * 500)], from_agent="a", to_agent="b")
        entry = journal_api.JournalEntry(message=message, logged=True)
        await self.journal.Record(journal_api.RecordRequest(entries=[entry]), timeout=10)

    async def everything(self):
        """Use every file; what fails is typed."""
        for call in (
            self.post("more", contact="berta"),
            self.listed(),
            self.tasks.ListTasks(task_api.ListTasksRequest(), timeout=10),
            self.record("again"),
            self.journal.ListMessages(journal_api.ListMessagesRequest(), timeout=10),
        ):
            with contextlib.suppress(LogUnavailable):
                await call


@pytest.fixture(scope="module")
def talked(tmp_path_factory):
    """A folder with a short conversation in it, and the conversation's id."""
    folder = tmp_path_factory.mktemp("talked") / "data"

    async def talk():
        async with Mesh(folder) as mesh:
            for number in range(60):
                await mesh.record(f"m{number}")
            return [await mesh.post(text) for text in SAID][-1]

    conversation_id = asyncio.run(talk())
    return folder, conversation_id


@pytest.fixture
def folder(talked, tmp_path):
    shutil.copytree(talked[0], tmp_path / "data")
    return tmp_path / "data"


async def refused(folder):
    """The sentence with which `botmesh up` refuses a folder."""
    cli = Cli(None, folder.parent)
    _, err = await cli(*UP[2:], code=4, env={"BOTMESH_DATA_DIR": str(folder)})
    (error,) = (json.loads(line)["error"] for line in err.splitlines() if line.startswith("{"))
    assert error["text"].count("\n") == 0
    return error["text"]


def aside(folder):
    return {one.name.partition(".damaged-")[0] for one in folder.glob("*.damaged-*")}


@pytest.mark.parametrize("kind", damage.ALL)
async def test_a_damaged_log_is_refused_and_salvaged_and_then_serves(folder, talked, kind):
    damage.ALL[kind](folder / "events.sqlite")
    text = await refused(folder)
    assert "events.sqlite" in text
    assert "read" in text
    assert f"botmesh log salvage {folder}" in text
    cli = Cli(None, folder.parent)
    out, _ = await cli("log", "check", str(folder), code=4)
    assert out.startswith("events.sqlite")
    assert len(out.splitlines()) == 4
    found = json.loads((await cli("log", "salvage", str(folder), "--json"))[0])
    assert found["lost_events"] > 0 or kind in ("halve", "page_header")  # there, it may be the index
    await cli("log", "check", str(folder))
    async with Mesh(folder) as mesh:
        await mesh.post("after", contact="berta")
        assert "berta" in await mesh.listed()
        if found["events"]:
            with contextlib.suppress(BotmeshError):  # how it began may be lost
                assert set(await mesh.said(talked[1])) <= set(SAID)


async def test_a_log_whose_wal_was_deleted_is_refused(folder):
    async with Mesh(folder) as mesh:
        await mesh.post("goes to the -wal")
        await asyncio.sleep(1)  # lists are written a moment later
        mesh.process.send(signal.SIGKILL)
        await mesh.process.exited()
    (folder / "events.sqlite-wal").unlink()
    assert "ends at position" in await refused(folder)


async def test_one_flipped_bit_in_what_was_said_hinders_nobody(folder, talked):
    damage.flip_payload(folder / "events.sqlite", SAID[5].encode())
    async with Mesh(folder) as mesh:
        assert await mesh.post("after") == talked[1]
        said = await mesh.said(talked[1])
        assert [text for text in said if text in {*SAID, "after"}] == [*SAID[:5], *SAID[6:], "after"]
        problems = (await mesh.problems.ListProblems(ListProblemsRequest(), timeout=10)).problems
        assert any(one.subject == talked[1] and "checksum" in one.text for one in problems)


@pytest.mark.parametrize("kind", ["halve", "wrong_header", "random_pages", "remove"])
@pytest.mark.parametrize("name", REBUILT)
async def test_any_other_damaged_file_is_set_aside_at_the_start_and_everything_served(folder, talked, name, kind):
    damage.ALL[kind](folder / name)
    async with Mesh(folder) as mesh:
        assert await mesh.listed() == ["anna"]
        assert await mesh.post("after") == talked[1]
        await mesh.tasks.ListTasks(task_api.ListTasksRequest(), timeout=10)
        await mesh.record("new")
        found = await mesh.journal.ListMessages(journal_api.ListMessagesRequest(page_size=500), timeout=10)
        assert {one.message.message_id for one in found.entries} >= {"new"}
    assert aside(folder) == (set() if kind == "remove" else {name})
    assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}


@pytest.mark.parametrize("kind", ["empty", "remove", "replace", "wrong_header"])
async def test_a_log_that_goes_while_the_mesh_runs_refuses_within_seconds(folder, talked, kind):
    async with Mesh(folder) as mesh:
        await mesh.post("before")
        damage.ALL[kind](folder / "events.sqlite")

        async def is_refused():
            try:
                await mesh.post("x")
            except LogUnavailable as error:
                return "while this process had it open" in error.text
            return False

        await until(is_refused, 6)
        await mesh.everything()
    if kind != "wrong_header":  # the -wal had a better one
        await refused(folder)


@pytest.mark.parametrize("kind", ["empty", "remove", "random_pages"])
@pytest.mark.parametrize("name", REBUILT)
async def test_any_other_file_that_is_damaged_while_the_mesh_runs_costs_nothing_that_was_said(
    folder, talked, name, kind
):
    async with Mesh(folder) as mesh:
        await mesh.post("before")
        damage.ALL[kind](folder / name)
        for _ in range(2):
            await mesh.everything()
            await asyncio.sleep(0.7)
    async with Mesh(folder) as mesh:
        assert set(await mesh.listed()) >= {"anna"}
        assert [text for text in await mesh.said(talked[1]) if text in SAID] == SAID
        assert await mesh.post("after") == talked[1]
        await mesh.record("new")


async def test_a_folder_that_a_mesh_has_is_checked_and_not_salvaged(folder):
    async with Mesh(folder) as mesh:
        cli = Cli(None, folder.parent)
        out, _ = await cli("log", "check", str(folder))
        assert [line.split()[0] for line in out.splitlines()] == ["events.sqlite", *REBUILT]
        _, err = await cli("log", "salvage", str(folder), code=4)
        assert "another process" in err
        await mesh.post("after")


async def test_a_backup_taken_while_the_mesh_runs_can_be_restored(folder, talked):
    async with Mesh(folder) as mesh:
        await mesh.post("in the backup")
        with closing(sqlite3.connect(folder / "events.sqlite")) as db:
            db.execute("VACUUM INTO ?", (str(folder.parent / "backup.sqlite"),))
        await mesh.post("after the backup")
    for one in folder.glob("*.sqlite*"):
        if one.name.startswith(("events", "projection", "tasks")):
            one.unlink()
    shutil.copy(folder.parent / "backup.sqlite", folder / "events.sqlite")
    async with Mesh(folder) as mesh:
        assert [
            text for text in await mesh.said(talked[1]) if text in {*SAID, "in the backup", "after the backup"}
        ] == [
            *SAID,
            "in the backup",
        ]
        assert await mesh.post("goes on") == talked[1]


async def test_nothing_to_check_and_nothing_to_salvage_is_one_sentence(tmp_path):
    cli = Cli(None, tmp_path)
    for words in (("check", "nowhere"), ("salvage", "nowhere"), ("check", "."), ("salvage", ".")):
        _, err = await cli("log", *words, code=4)
        assert "there is no" in err
    assert list(tmp_path.iterdir()) == []
