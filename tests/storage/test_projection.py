"""Projections and the journal on damaged files: set aside and begun anew, at the start and while they are used."""

import sqlite3

import pytest

from botmesh.errors import InvalidField, LogUnavailable
from botmesh_journal import Store
from botmesh_log import files
from botmesh_log.projection import ProjectionFile
from botmesh_log.sqlite_log import open_log
from tests.journal.test_store import entry, ids
from tests.storage import damage


class Projection(ProjectionFile):
    """As the services' own: it uses the connection, and keeps what could not be written."""

    def __init__(self, path):
        super().__init__(path, "CREATE TABLE IF NOT EXISTS row (id INTEGER PRIMARY KEY, text TEXT);", 3)

    def put(self, start, count=400):
        self.begin()
        rows = [(number, "x" * 300) for number in range(start, start + count)]
        self._db.executemany("INSERT OR REPLACE INTO row VALUES (?, ?)", rows)
        self.skip_to(start + count)
        self.commit()

    def count(self):
        return self._db.execute("SELECT count(*), sum(length(text)) FROM row").fetchone()[0]


def filled(path):
    projection = Projection(path)
    projection.put(0)
    projection.close()


def aside(folder, name="projection.sqlite"):
    return [one.name for one in folder.glob(f"{name}.damaged-*") if not one.name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize("kind", [kind for kind in damage.ALL if kind not in ("empty", "remove", "replace")])
def test_a_damaged_projection_is_set_aside_at_the_start_and_begins_anew(tmp_path, kind, caplog):
    path = tmp_path / "projection.sqlite"
    filled(path)
    damage.ALL[kind](path)
    projection = Projection(path)
    assert (projection.position, projection.count(), projection.is_rebuilding) == (0, 0, False)
    (name,) = aside(tmp_path)
    assert name in projection.damage
    assert name in caplog.text
    projection.put(0)
    assert projection.count() == 400
    projection.close()
    assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("kind", ["empty", "remove"])
def test_a_projection_that_is_gone_begins_anew(tmp_path, kind):
    path = tmp_path / "projection.sqlite"
    filled(path)
    damage.ALL[kind](path)
    projection = Projection(path)
    assert (projection.position, projection.count()) == (0, 0)
    projection.close()


def cold(projection):
    """Have it read its pages from the file again."""
    projection._db._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    projection._db._db.execute("PRAGMA shrink_memory")


def test_a_projection_that_turns_out_damaged_is_begun_anew_while_it_is_used(tmp_path):
    path = tmp_path / "projection.sqlite"
    filled(path)
    projection = Projection(path)
    told = []
    projection.on_rebuild = lambda: told.append(projection.position)
    cold(projection)
    damage.random_pages(path)
    with pytest.raises(LogUnavailable, match="rebuilt from the log: try again soon") as caught:
        projection.count()
    assert isinstance(caught.value, sqlite3.Error)  # whoever handles those handles it
    assert told == [0]
    assert len(aside(tmp_path)) == 1
    projection.put(0, 100)  # what is put meanwhile is taken in
    with pytest.raises(LogUnavailable, match="rebuilt"):
        projection.count()  # but nothing is answered from a half
    assert (projection.position, projection.is_rebuilding) == (0, True)
    projection.put(0, 400)
    projection.rebuilt(400)
    assert (projection.position, projection.count(), projection.is_rebuilding) == (400, 400, False)
    projection.close()


def test_a_process_that_ends_while_it_rebuilds_leaves_nothing_that_looks_complete(tmp_path):
    path = tmp_path / "projection.sqlite"
    filled(path)
    projection = Projection(path)
    cold(projection)
    damage.random_pages(path)
    with pytest.raises(LogUnavailable, match="a restart of the mesh rebuilds it"):  # nobody listens
        projection.put(500)
    projection.put(500)
    projection.close()
    again = Projection(path)
    assert (again.position, again.is_rebuilding) == (0, False)
    again.close()


def test_damage_that_shows_only_between_two_rows_is_handled_too(tmp_path):
    path = tmp_path / "projection.sqlite"
    filled(path)
    projection = Projection(path)
    cold(projection)
    pages = path.stat().st_size // damage.PAGE
    damage.overwrite(path, (pages - 2) * damage.PAGE, b"\xff" * damage.PAGE)
    rows = projection._db.execute("SELECT * FROM row")
    with pytest.raises(LogUnavailable, match="damaged"):
        list(rows)
    projection.close()


def test_three_damaged_files_are_kept_and_no_more(tmp_path):
    path = tmp_path / "projection.sqlite"
    names = []
    for _ in range(5):
        filled(path)
        damage.wrong_header(path)
        Projection(path).close()
        names += [name for name in aside(tmp_path) if name not in names]
    assert sorted(aside(tmp_path)) == sorted(names[-files.KEPT_ASIDE :])


def test_a_projection_that_can_be_neither_used_nor_set_aside_refuses(tmp_path, monkeypatch):
    path = tmp_path / "projection.sqlite"
    filled(path)
    projection = Projection(path)
    cold(projection)
    damage.random_pages(path)

    def denied(_):
        raise PermissionError(13, "Permission denied")

    set_aside = files.set_aside
    monkeypatch.setattr(files, "set_aside", denied)
    for _ in range(3):
        with pytest.raises(LogUnavailable):
            projection.count()
        with pytest.raises(LogUnavailable):
            projection.put(0)
    with pytest.raises(InvalidField, match="cannot be opened"):
        Projection(path)
    monkeypatch.setattr(files, "set_aside", set_aside)  # and once it can be set aside, it is
    with pytest.raises(LogUnavailable, match="rebuilt"):
        projection.put(0)
    projection.put(0)
    projection.rebuilt(400)
    assert projection.count() == 400
    projection.close()
    with pytest.raises(LogUnavailable, match="stopping"):
        projection.count()


async def test_a_projection_of_another_log_begins_anew(tmp_path):
    log = open_log(tmp_path / "events.sqlite")
    await log.append("c1", 0, [b"x"] * 500)
    filled(tmp_path / "projection.sqlite")
    projection = Projection(tmp_path / "projection.sqlite")
    assert projection.position == 400
    projection._db.execute("UPDATE source SET log = 'other'")
    projection.close()
    projection = Projection(tmp_path / "projection.sqlite")
    assert projection.position == 0
    projection.close()
    await log.close()


@pytest.mark.parametrize("kind", [kind for kind in damage.ALL if kind not in ("empty", "remove", "replace")])
def test_a_damaged_journal_is_set_aside_at_the_start_and_begins_anew(tmp_path, kind):
    path = tmp_path / "journal.sqlite"
    store = Store(path)
    store.record([entry(str(number), "x" * 500) for number in range(100)])
    store.close()
    damage.ALL[kind](path)
    told = []
    store = Store(path, on_unreadable=lambda *problem: told.append(problem))
    assert ids(store) == ([], "")
    store.record([entry("1", micros=5)])
    assert ids(store) == (["1"], "")
    store.close()
    ((subject, text),) = told
    assert subject == "message log"
    assert aside(tmp_path, "journal.sqlite")[0] in text
    assert {one.stat().st_mode & 0o777 for one in tmp_path.iterdir()} == {0o600}


@pytest.mark.parametrize("what", ["record", "messages"])
def test_a_journal_that_turns_out_damaged_begins_anew_while_it_is_used(tmp_path, what):
    path = tmp_path / "journal.sqlite"
    told = []
    store = Store(path, on_unreadable=lambda *problem: told.append(problem))
    store.record([entry(str(number), "x" * 500) for number in range(100)])
    store._file.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    store._file.execute("PRAGMA shrink_memory")
    damage.random_pages(path)
    if what == "messages":
        assert ids(store) == ([], "")
    store.record([entry("new")])
    assert ids(store) == (["new"], "")
    assert store._bytes == sum(row[0] for row in store._file.execute("SELECT size FROM message"))
    assert len(told) == 1
    store.close()


def test_a_journal_on_a_full_disk_refuses_and_takes_nothing_in(tmp_path):
    store = Store(tmp_path / "journal.sqlite")
    store.record([entry("1")])
    (pages,) = store._file.execute("PRAGMA page_count").fetchone()
    store._file.execute(f"PRAGMA max_page_count = {pages:d}")
    for _ in range(2):
        with pytest.raises(LogUnavailable, match="full"):
            store.record([entry(str(number), "x" * 3000) for number in range(2, 50)])
    store._file.execute("PRAGMA max_page_count = 100000")
    assert store._bytes == sum(row[0] for row in store._file.execute("SELECT size FROM message"))
    store.record([entry("2")])
    assert ids(store) == (["2", "1"], "")
    store.close()
