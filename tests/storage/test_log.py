"""An event log on a damaged file, a full disk, and of older versions."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing

import pytest

from botmesh.errors import InvalidField, LogUnavailable
from botmesh_log import files, log_check, look_through
from botmesh_log.event_log import SequenceConflict
from botmesh_log.log_check import survey
from botmesh_log.memory_log import MemoryLog
from botmesh_log.projection import ProjectionFile
from botmesh_log.salvage import check_folder, salvage
from botmesh_log.sqlite_log import open_log
from tests.storage import damage
from tests.waiting import until

SCHEMA_1 = """
CREATE TABLE event (
  position INTEGER PRIMARY KEY, conversation TEXT NOT NULL, sequence INTEGER NOT NULL, at REAL NOT NULL,
  payload BLOB NOT NULL, UNIQUE (conversation, sequence)
);
PRAGMA user_version = 1;
"""
HUGE = 2**63 + 17, 2**63 - 1, 2**64, 10**30, -1, 0, -(2**63) - 5, -(10**30)


def payload(number):
    return b"%06d" % number * 30


async def filled(path, streams=5, each=40):
    """A log with events in many pages; all of it is in the file itself."""
    log = open_log(path)
    for sequence in range(each):
        await asyncio.gather(*(log.append(f"c{n}", sequence, [payload(sequence)]) for n in range(streams)))
    await log.close()


async def all_of(log):
    records, position = [], 1
    while page := await log.read_all(position, 37):
        records += page
        position = page[-1].position + 1
    return records


def change(path, statement, *values):
    with closing(sqlite3.connect(path)) as db, db:
        assert db.execute(statement, values).rowcount == 1


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
async def test_any_integer_is_a_position_and_a_sequence(tmp_path, kind):
    log = MemoryLog() if kind == "memory" else open_log(tmp_path / "events.sqlite")
    await log.append("c1", 0, [b"a", b"b"])
    for number in HUGE:
        expected = 2 if number <= 1 else 0
        assert len(await log.read("c1", number)) == expected
        assert len(await log.read_all(number)) == expected
        assert len(await log.read_all(1, number)) == (0 if number < 1 else 2)
        assert len(await log.read("c1", 1, number)) == (0 if number < 1 else 2)
        with pytest.raises(SequenceConflict):
            await log.append("c1", number, [b"x"])
    for name in ("\ud800", "a\0b"):
        assert await log.read(name) == []
        with pytest.raises(ValueError, match="stream"):
            await log.append(name, 0, [b"x"])
    assert [record.payload for record in await log.append("c1", 2, [b"c"])] == [b"c"]
    await log.close()


async def test_a_log_of_schema_1_is_migrated_and_its_rows_stay_as_they_are(tmp_path):
    path = tmp_path / "events.sqlite"
    with closing(sqlite3.connect(path)) as db:
        db.executescript(SCHEMA_1)
        rows = [(n, f"c{n % 7}", n // 7 + 1, 1e9 + n, payload(n)) for n in range(7, 5000)]
        db.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?)", rows)
        db.commit()
    size = path.stat().st_size
    log = open_log(path)
    found = await log.read("c3", 1, 10)
    assert [(one.position, one.sequence, one.damage) for one in found[:2]] == [(10, 2, ""), (17, 3, "")]
    await log.append("c3", (await log.read("c3", 1, 10_000))[-1].sequence, [b"new"])
    await log.close()
    assert path.stat().st_size <= size + 3 * damage.PAGE  # the table of its identity, and no second copy of the rows
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        assert db.execute("SELECT count(*) FROM event WHERE checksum IS NULL").fetchone() == (len(rows),)
    (report,) = check_folder(tmp_path)
    assert report.state == "ok"
    assert f"{len(rows)} of them without a checksum" in report.text


DAMAGED_ROWS = {
    "payload": ("UPDATE event SET payload = x'00' WHERE position = 3", "checksum"),
    "time": ("UPDATE event SET at = at + 1 WHERE position = 3", "checksum"),
    "checksum": ("UPDATE event SET checksum = 5 WHERE position = 3", "checksum"),
    "type of the payload": ("UPDATE event SET payload = 'text' WHERE position = 3", "types"),
    "type of the time": ("UPDATE event SET at = 'noon' WHERE position = 3", "types"),
}


@pytest.mark.parametrize("what", DAMAGED_ROWS)
async def test_a_damaged_row_is_a_record_that_says_so_and_disturbs_no_other(tmp_path, what):
    path = tmp_path / "events.sqlite"
    log = open_log(path)
    await log.append("c1", 0, [b"a", b"b", b"c", b"d"])
    await log.close()
    statement, damaged = DAMAGED_ROWS[what]
    change(path, statement)
    told = []
    log = open_log(path, lambda *problem: told.append(problem))
    for records in (await log.read("c1"), await log.read_all()):
        assert [record.payload for record in records] == [b"a", b"b", b"", b"d"]
        assert [(record.stream, record.sequence) for record in records] == [("c1", n) for n in (1, 2, 3, 4)]
        assert damaged in records[2].damage
        assert not any(record.damage for record in (records[0], records[1], records[3]))
    await log.append("c1", 4, [b"e"])
    await log.close()
    ((kind, subject, text),) = told
    assert (kind, subject) == ("unreadable", "c1")
    assert "event 3" in text


async def test_text_that_is_none_and_gaps_end_no_reader(tmp_path):
    path = tmp_path / "events.sqlite"
    log = open_log(path)
    await log.append("c1", 0, [b"a", b"b", b"c", b"d"])
    await log.close()
    change(path, "DELETE FROM event WHERE position = 2")
    change(path, "UPDATE event SET stream = CAST(x'63ff' AS TEXT) WHERE position = 3")
    log = open_log(path, lambda *_: None)
    assert [(one.sequence, one.payload) for one in await log.read("c1")] == [(1, b"a"), (4, b"d")]
    records = await log.read_all()
    assert [one.payload for one in records] == [b"a", b"", b"d"]
    await log.append("c1", 4, [b"e"])
    await log.close()


async def test_a_page_that_cannot_be_read_ends_no_reader(tmp_path, monkeypatch):
    path = tmp_path / "events.sqlite"
    await filled(path)
    whole = survey(path)
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'event'").fetchone()
    data = path.read_bytes()
    leaves = [n for n in range(2, len(data) // damage.PAGE + 1) if data[(n - 1) * damage.PAGE] == 0x0D and n != root]
    monkeypatch.setattr(log_check, "_NEWEST", 5)
    monkeypatch.setattr(files, "FULL_CHECK_BYTES", 0)  # as of a large file: it is found later
    damage.overwrite(path, (leaves[1] - 1) * damage.PAGE, b"\xff" * 8)
    told = []
    log = open_log(path, lambda *problem: told.append(problem))
    records = await all_of(log)
    lost = [record for record in records if record.damage]
    assert len(records) == whole.events == 200
    assert 5 <= len(lost) <= 40
    assert all(record.payload == payload(record.sequence - 1) for record in records if not record.damage)
    for n in range(5):
        found = await log.read(f"c{n}")
        assert [one.sequence for one in found] == list(range(1, 41))
        assert [one.position for one in found if one.damage] == [one.position for one in lost if one.stream == f"c{n}"]
    await log.append("c0", 40, [b"goes on"])
    await log.close()


async def test_the_full_check_of_a_large_file_comes_after_the_start_and_tells(tmp_path, monkeypatch):
    path = tmp_path / "events.sqlite"
    await filled(path, each=60)
    monkeypatch.setattr(log_check, "_NEWEST", 5)
    monkeypatch.setattr(files, "FULL_CHECK_BYTES", 0)
    monkeypatch.setattr(look_through, "DELAY_SECONDS", 0.1)
    damage.page_header(path)
    told = []
    log = open_log(path, lambda *problem: told.append(problem))
    await until(lambda: told)
    kind, subject, text = told[0]
    assert (kind, subject) == ("storage", "events.sqlite")
    assert "botmesh log check" in text
    await log.close()


async def test_old_events_are_verified_while_the_log_is_in_use(tmp_path, monkeypatch):
    path = tmp_path / "events.sqlite"
    await filled(path, each=300)
    change(path, "UPDATE event SET payload = x'00' WHERE position = 10")
    monkeypatch.setattr(look_through, "DELAY_SECONDS", 0.1)
    told = []
    log = open_log(path, lambda *problem: told.append(problem))
    assert told == []  # the newest 1,000 are in order
    await until(lambda: told)
    assert told[0][:2] == ("unreadable", "c4")
    await log.close()


class Projection(ProjectionFile):
    def __init__(self, path):
        super().__init__(path, "CREATE TABLE IF NOT EXISTS x (y INTEGER PRIMARY KEY);", 1)


async def with_projection(folder):
    await filled(folder / "events.sqlite")
    projection = Projection(folder / "projection.sqlite")
    projection.skip_to(200)
    projection.close()


@pytest.mark.parametrize("kind", damage.ALL)
async def test_a_damaged_log_is_refused_in_one_sentence_and_can_be_salvaged(tmp_path, kind):
    await with_projection(tmp_path)
    path = tmp_path / "events.sqlite"
    damage.ALL[kind](path)
    before = path.read_bytes() if path.exists() else b""
    with pytest.raises(InvalidField) as caught:
        open_log(path)
    text = caught.value.text
    assert "\n" not in text
    assert "events.sqlite" in text
    assert f"botmesh log salvage {tmp_path}" in text
    assert "cannot be read" in text or "can be read" in text
    assert (path.read_bytes() if path.exists() else b"") == before
    report = check_folder(tmp_path)[0]
    assert report.state in ("damaged", "missing")
    found = salvage(tmp_path)
    assert found.events + sum(found.lost.values()) == 200
    assert bool(found.events) == (kind in ("halve", "page_header"))
    log = open_log(path)
    records = await all_of(log)
    assert len(records) == found.events
    assert all(record.payload == payload(record.sequence - 1) and not record.damage for record in records)
    for stream in {record.stream for record in records}:
        last = (await log.read(stream, 1, 1000))[-1].sequence
        await log.append(stream, last, [b"goes on"])
    await log.close()
    assert check_folder(tmp_path)[0].state == "ok"


async def test_a_log_made_anew_is_not_taken_for_the_old_one(tmp_path):
    await with_projection(tmp_path)
    path = tmp_path / "events.sqlite"
    (tmp_path / "elsewhere").mkdir()
    await filled(tmp_path / "elsewhere" / "events.sqlite", each=100)
    (tmp_path / "elsewhere" / "events.sqlite").replace(path)
    with pytest.raises(InvalidField, match="not the log that projection"):
        open_log(path)


async def test_a_log_that_has_lost_its_wal_is_refused(tmp_path):
    program = (
        "import asyncio, sys, os\n"
        "from botmesh_log.sqlite_log import open_log\n"
        "async def main():\n"
        "    log = open_log(sys.argv[1])\n"
        "    for n in range(20): await log.append('c1', n, [b'x' * 100])\n"
        "    os._exit(0)\n"
        "asyncio.run(main())\n"
    )
    path = tmp_path / "events.sqlite"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(path))
    assert await process.wait() == 0
    log = open_log(path)
    assert len(await log.read("c1")) == 20  # with its -wal
    await log.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program.replace("range(20)", "range(20, 30)"), str(path)
    )
    assert await process.wait() == 0
    projection = Projection(tmp_path / "tasks.sqlite")
    projection.skip_to(30)
    projection.close()
    (tmp_path / "events.sqlite-wal").unlink()
    with pytest.raises(InvalidField, match=r"ends at position 20, and tasks.sqlite was at 30.*10 of 30 events"):
        open_log(path)


@pytest.mark.parametrize("kind", ["remove", "replace", "empty", "halve", "wrong_header", "wal"])
async def test_a_file_that_goes_under_a_running_process_is_noticed_within_seconds(tmp_path, kind):
    path = tmp_path / "events.sqlite"
    await filled(path)
    told = []
    log = open_log(path, lambda *problem: told.append(problem))
    await log.append("c0", 40, [b"before"])
    if kind == "wal":
        (tmp_path / "events.sqlite-wal").unlink()
    else:
        damage.ALL[kind](path)
    await until(lambda: told, 4)
    for refused in (log.append("c0", 41, [b"x"]), log.read("c0"), log.read_all()):
        with pytest.raises(LogUnavailable, match="while this process had it open"):
            await refused
    assert told[0][:2] == ("storage", "events.sqlite")
    await log.close()


_FILLS = """
import asyncio, resource, sys
from botmesh.errors import LogUnavailable
from botmesh_log.sqlite_log import open_log

async def main():
    log = open_log(sys.argv[1])
    await log.append("c1", 0, [b"a"])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
    at, refused = 1, 0
    while not refused:
        try:
            at = (await log.append("c1", at, [b"x" * 50_000]))[-1].sequence
        except LogUnavailable as error:
            refused += 1
            print(error)
    assert len(await log.read("c1")) == at
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await log.append("c1", at, [b"there is room"])
    assert (await log.read("c1"))[-1].payload == b"there is room"
    await log.close()

asyncio.run(main())
"""


async def test_a_disk_that_is_full_refuses_and_goes_on_once_there_is_room(tmp_path):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _FILLS, str(tmp_path / "events.sqlite"), stdout=-1, stderr=-1
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    assert b"nothing was taken in" in out
    assert check_folder(tmp_path)[0].state == "ok"


@pytest.mark.parametrize("umask", [0, 0o022, 0o777 & ~0o700])
async def test_files_are_private_whatever_the_umask_and_tightened_where_they_are_not(tmp_path, umask, caplog):
    folder = tmp_path / "wide"
    before = os.umask(umask)
    try:
        for _ in range(2):
            log = open_log(folder / "events.sqlite")
            projection = Projection(folder / "projection.sqlite")
            await log.append(os.urandom(4).hex(), 0, [b"a"])
            projection.skip_to(1)
            names = {one.name for one in folder.iterdir()}
            assert {"events.sqlite-wal", "events.sqlite-shm", "events.lock", "projection.sqlite-wal"} <= names
            assert folder.stat().st_mode & 0o777 == 0o700
            assert {one.stat().st_mode & 0o777 for one in folder.iterdir()} == {0o600}
            projection.close()
            await log.close()
            (folder / "events.sqlite.damaged-x").touch()
            folder.chmod(0o755)
            for one in folder.iterdir():
                one.chmod(0o644)
    finally:
        os.umask(before)
    assert sum("now only its owner" in one.message for one in caplog.records) == 1
