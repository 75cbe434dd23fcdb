"""Random damage to an event log: it is refused, or what is read is what was written, or says that it is not."""

import asyncio
import contextlib
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from botmesh.errors import InvalidField, LogUnavailable
from botmesh_log import files, log_check
from botmesh_log.event_log import SequenceConflict
from botmesh_log.salvage import check_folder, salvage
from botmesh_log.sqlite_log import open_log

pytestmark = pytest.mark.slow
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))
STREAMS = 6


async def write(path):
    log = open_log(path)
    written = []
    for number in range(150):
        stream = f"c{number % STREAMS}"
        size = 9_000 if number % 50 == 7 else 20 + number * 3  # some larger than a page
        written += await log.append(stream, number // STREAMS, [bytes([number]) * size])
    await log.close()
    return {record.position: record for record in written}


@pytest.fixture(scope="module")
def intact(tmp_path_factory):
    path = tmp_path_factory.mktemp("intact") / "events.sqlite"
    written = asyncio.run(write(path))
    return path.read_bytes(), written


flips = st.tuples(st.just("flip"), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
near_headers = st.tuples(st.just("header"), st.integers(0, 40), st.integers(0, 255), st.integers(0, 200))
noise = st.tuples(st.just("noise"), st.floats(0, 1, exclude_max=True), st.binary(min_size=1, max_size=64))
cuts = st.tuples(st.just("cut"), st.floats(0, 1))
blank = st.tuples(st.just("blank"), st.integers(0, 40))
damages = st.lists(st.one_of(flips, flips, near_headers, noise, cuts, blank), min_size=1, max_size=4)


def damaged(data, steps):
    data = bytearray(data)
    for step, *how in steps:
        if not data:
            return data
        pages = max(1, len(data) // 4096)
        if step == "flip":
            data[int(how[0] * len(data))] ^= 1 << how[1]
        elif step == "header":  # of a page, where a byte decides most
            at = min(len(data) - 1, how[0] % pages * 4096 + how[2])
            data[at] = how[1]
        elif step == "noise":
            at = int(how[0] * len(data))
            data[at : at + len(how[1])] = how[1][: len(data) - at]
        elif step == "cut":
            del data[int(how[0] * len(data)) :]
        else:
            at = how[0] % pages * 4096
            data[at : at + 4096] = bytes(len(data[at : at + 4096]))
    return data


def check_records(records, written):
    for record in records:
        if not record.damage:
            assert record == written[record.position]
        else:
            assert record.payload == b""


async def read_all_of(path, written):
    log = open_log(path, lambda *_: None)
    try:
        try:
            position = 1
            while records := await log.read_all(position, 40):
                check_records(records, written)
                assert [one.position for one in records] == sorted({one.position for one in records})
                assert records[0].position >= position
                position = records[-1].position + 1
        except LogUnavailable:
            pass
        for stream in (f"c{number}" for number in range(STREAMS)):
            try:
                records, last = [], 0
                while page := await log.read(stream, last + 1, 10):
                    assert page[0].sequence > last
                    last = page[-1].sequence
                    records += page
                check_records(records, written)
                assert {record.stream for record in records} <= {stream}
                try:
                    await log.append(stream, last, [b"goes on"])
                except SequenceConflict as conflict:  # the last events are there and cannot be found
                    await log.append(stream, max(last + 1, conflict.actual), [b"goes on"])
            except LogUnavailable:
                pass
    finally:
        await log.close()


@pytest.mark.parametrize("full_check", [files.FULL_CHECK_BYTES, 0], ids=["checked", "too large for a full check"])
def test_a_damaged_file_is_refused_or_read_as_it_was_written(intact, monkeypatch, full_check):
    data, written = intact
    monkeypatch.setattr(files, "FULL_CHECK_BYTES", full_check)
    if not full_check:
        monkeypatch.setattr(log_check, "_NEWEST", 5)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damages)
    def look(steps):
        folder = Path(tempfile.mkdtemp(prefix="botmesh-fuzz-"))
        try:
            path = folder / "events.sqlite"
            path.write_bytes(damaged(data, steps))
            with contextlib.suppress(InvalidField):
                asyncio.run(read_all_of(path, written))
        finally:
            shutil.rmtree(folder)

    look()


def test_whatever_is_salvaged_is_as_it_was_written(intact):
    data, written = intact

    async def all_of(path):
        log = open_log(path)
        records = await log.read_all(1, 100_000)
        await log.close()
        return records

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(damages)
    def look(steps):
        folder = Path(tempfile.mkdtemp(prefix="botmesh-fuzz-"))
        try:
            path = folder / "events.sqlite"
            path.write_bytes(damaged(data, steps))
            check_folder(folder)
            found = salvage(folder)
            assert check_folder(folder)[0].state == "ok"
            records = asyncio.run(all_of(path))
            assert len(records) == found.events
            for record in records:
                assert record == written[record.position]
        finally:
            shutil.rmtree(folder)

    look()
