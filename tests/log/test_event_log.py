"""One contract for every event log, and what only a file can do."""

import asyncio
import os
import random
import signal
import sqlite3
import sys

import pytest

from botmesh.errors import InvalidField, LogUnavailable
from botmesh_log.event_log import MAX_BATCH, MAX_PAYLOAD, SequenceConflict
from botmesh_log.memory_log import MemoryLog
from botmesh_log.sqlite_log import open_log


@pytest.fixture(params=["memory", "sqlite"])
async def log(request, tmp_path):
    made = MemoryLog() if request.param == "memory" else open_log(tmp_path / "events.sqlite")
    yield made
    await made.close()


@pytest.fixture
async def file_log(tmp_path):
    made = open_log(tmp_path / "deep" / "events.sqlite")
    yield made
    await made.close()


async def test_what_is_appended_can_be_read(log):
    first = await log.append("c1", 0, [b"a", "ü".encode()])
    await log.append("c2", 0, [b"x"])
    await log.append("c1", 2, [b"c"])
    assert [(r.stream, r.sequence, r.payload) for r in first] == [("c1", 1, b"a"), ("c1", 2, "ü".encode())]
    assert [r.payload for r in await log.read("c1")] == [b"a", "ü".encode(), b"c"]
    assert [r.payload for r in await log.read("c1", 2)] == ["ü".encode(), b"c"]
    assert [(r.position, r.stream) for r in await log.read_all()] == [(1, "c1"), (2, "c1"), (3, "c2"), (4, "c1")]
    assert [r.position for r in await log.read_all(2, 2)] == [2, 3]
    assert await log.read("nobody") == []


@pytest.mark.parametrize("expected", [0, 1, 3])
async def test_an_append_after_another_sequence_is_a_conflict_and_writes_nothing(log, expected):
    await log.append("c1", 0, [b"a", b"b"])
    with pytest.raises(SequenceConflict) as caught:
        await log.append("c1", expected, [b"c", b"d"])
    assert (caught.value.stream, caught.value.expected, caught.value.actual) == ("c1", expected, 2)
    assert len(await log.read_all()) == 2


async def test_of_many_appends_at_once_to_one_conversation_one_wins(log):
    outcomes = await asyncio.gather(*(log.append("c1", 0, [b"%d" % n]) for n in range(50)), return_exceptions=True)
    assert sum(not isinstance(outcome, Exception) for outcome in outcomes) == 1
    assert {type(outcome) for outcome in outcomes} == {list, SequenceConflict}
    assert len(await log.read("c1")) == 1


async def test_what_no_log_takes_is_refused(log):
    for conversation, batch in (
        ("c", []),
        ("", [b"a"]),
        ("c", [b"a"] * (MAX_BATCH + 1)),
        ("c", [b"x" * (MAX_PAYLOAD + 1)]),
    ):
        with pytest.raises(ValueError, match="event"):
            await log.append(conversation, 0, batch)
    assert await log.read_all() == []


async def test_a_conflict_disturbs_nobody_else(log):
    await log.append("c1", 0, [b"a"])
    outcomes = await asyncio.gather(
        *(log.append(f"other{n}", 0, [b"x"]) if n % 2 else log.append("c1", 0, [b"y"]) for n in range(40)),
        return_exceptions=True,
    )
    assert sum(isinstance(outcome, SequenceConflict) for outcome in outcomes) == 20
    assert len(await log.read_all()) == 21


async def test_appends_that_wait_share_commits(file_log):
    await asyncio.gather(*(file_log.append(f"c{n}", 0, [b"x"]) for n in range(200)))
    assert file_log.commits < 100
    positions = [record.position for record in await file_log.read_all()]
    assert positions == list(range(1, 201))


async def test_commits_are_durable(file_log):
    (journal,) = file_log._db.execute("PRAGMA journal_mode").fetchone()
    (synchronous,) = file_log._db.execute("PRAGMA synchronous").fetchone()
    assert (journal, synchronous) == ("wal", 2)


async def test_a_second_process_is_refused(tmp_path):
    log = open_log(tmp_path / "events.sqlite")
    with pytest.raises(InvalidField, match="another process"):
        open_log(tmp_path / "events.sqlite")
    await log.close()
    await open_log(tmp_path / "events.sqlite").close()


async def test_a_log_of_a_newer_version_is_refused(tmp_path):
    await open_log(tmp_path / "events.sqlite").close()
    with sqlite3.connect(tmp_path / "events.sqlite") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(InvalidField, match="newer"):
        open_log(tmp_path / "events.sqlite")
    with pytest.raises(InvalidField, match="newer"):
        open_log(tmp_path / "events.sqlite")  # the first refusal has let go of the file


async def test_a_full_disk_is_a_typed_error_and_passes(file_log):
    await file_log.append("c1", 0, [b"a"])
    (pages,) = file_log._db.execute("PRAGMA page_count").fetchone()
    file_log._db.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(LogUnavailable):
        await file_log.append("c1", 1, [b"x" * 1_000_000])
    file_log._db.execute("PRAGMA max_page_count = 1000000")
    await file_log.append("c1", 1, [b"b"])
    assert [record.payload for record in await file_log.read("c1")] == [b"a", b"b"]


async def test_closing_lets_what_waits_be_written(tmp_path):
    log = open_log(tmp_path / "events.sqlite")
    waiting = [asyncio.create_task(log.append(f"c{n}", 0, [b"x"])) for n in range(50)]
    await asyncio.sleep(0)
    await log.close()
    await asyncio.gather(*waiting)
    with pytest.raises(LogUnavailable):
        await log.append("c", 0, [b"x"])
    again = open_log(tmp_path / "events.sqlite")
    assert len(await again.read_all()) == 50
    await again.close()


_APPENDS = """
import asyncio, sys
from botmesh_log.sqlite_log import open_log

async def main():
    log = open_log(sys.argv[1])
    at = len(await log.read("c1", 1, 1_000_000))
    while True:
        at = (await log.append("c1", at, [b"x" * 100, b"y"]))[-1].sequence
        print(at, flush=True)

asyncio.run(main())
"""


async def test_after_kill_9_everything_acknowledged_is_there(tmp_path):
    path = tmp_path / "events.sqlite"
    for _ in range(4):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _APPENDS, str(path), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(random.randint(5, 60)):
            await process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        said = (await process.stdout.read()).decode().split()
        await process.wait()
        log = open_log(path)
        records = await log.read("c1", 1, 1_000_000)
        await log.close()
        assert [record.sequence for record in records] == list(range(1, len(records) + 1))
        assert len(records) % 2 == 0
        complete = [int(one) for one in said[:-1]]
        assert not complete or len(records) >= complete[-1]
