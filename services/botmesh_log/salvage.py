"""What `botmesh log` does: say how the files of a data folder are, and keep of a damaged log what can be read."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from botmesh.errors import InvalidField
from botmesh_log import files
from botmesh_log.log_check import EVENTS, PROJECTIONS, checkpoints, identity_of, opened_as_it_is, survey
from botmesh_log.rows import Row, checksum, columns, is_checked, readable_rows, settle
from botmesh_log.sqlite_log import lock_folder
from botmesh_log.tables import prepare

JOURNAL = "journal.sqlite"
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class FileReport:
    """How one file is."""

    name: str
    state: str
    """ "ok", "damaged" or "missing"; a projection or a journal that is missing is made anew, and not told."""
    text: str
    """What is in it, or what is wrong and lost."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was kept of a log."""

    events: int
    streams: int
    lost: dict[str, int]
    """How many events were lost, by stream."""
    lost_text: str
    aside: str
    """The name under which the old file is kept; empty: there was none."""


def check_folder(folder: Path) -> list[FileReport]:
    """How each file of a data folder is. Reads all of them, changes none, and may run beside a mesh.

    Raises:
        InvalidField: there is no such folder, or no log in it.
    """
    known = checkpoints(folder) if folder.is_dir() else []
    if not known and not (folder / EVENTS).exists():
        raise InvalidField(f"there is no log in {folder}", field="folder", value=folder)
    reports = [_check_events(folder / EVENTS, max((one.position for one in known), default=0))]
    sources = {one.file: one for one in known}
    own = identity_of(folder / EVENTS)
    for name in (*PROJECTIONS, JOURNAL):
        path = folder / name
        if path.exists():
            what = _what_is_wrong(path)
            at = sources.get(name)
            if what:
                fate = "it begins anew" if name == JOURNAL else "it is rebuilt from the log"
                reports.append(FileReport(name, "damaged", f"{what}; at the next start it is set aside, and {fate}"))
            elif at is not None and at.log and at.log != own:
                reports.append(FileReport(name, "damaged", f"it was made of another log than {EVENTS}"))
            else:
                reports.append(FileReport(name, "ok", "" if at is None else f"at position {at.position}"))
    return reports


def salvage(folder: Path) -> Salvaged:
    """Copy every event that can be read to a new file, in order; the old one is set aside (NAME.damaged-TIME).

    Positions and sequences stay, so what is lost leaves gaps. The projections are removed: the next start rebuilds
    them. The new log has another identity. If it fails, the old file is where it was.

    Raises:
        InvalidField: a process has the folder, there is nothing to salvage, or there is no room for a copy.
    """
    path = folder / EVENTS
    if not folder.is_dir():
        raise InvalidField(f"there is no folder {folder}", field="folder", value=folder)
    known = max((one.position for one in checkpoints(folder)), default=0)
    if not path.exists() and not known:
        raise InvalidField(f"there is no log in {folder}", field="folder", value=folder)
    lock = lock_folder(folder)
    try:
        return _salvage(path, known)
    except (*files.ERRORS, OSError) as error:
        raise InvalidField(f"{path} cannot be salvaged: {error}", field="folder", value=folder) from None
    finally:
        lock.close()


def _salvage(path: Path, known: int) -> Salvaged:
    found = survey(path, known)
    copy = path.with_name(f"{path.name}.salvage")
    files.remove(copy)
    files.make_private(copy)
    try:
        with contextlib.closing(files.connect(copy)) as db:
            prepare(db)
            _copy(path, db)
            (events, streams) = db.execute("SELECT count(*), count(DISTINCT stream) FROM event").fetchone()
            db.execute("PRAGMA journal_mode = WAL")
    except BaseException:
        files.remove(copy)
        raise
    aside = files.set_aside(path).name if path.exists() else ""
    files.remove(path)  # a -wal whose file is gone
    copy.rename(path)
    for name in PROJECTIONS:
        files.remove(path.with_name(name))
    return Salvaged(events, streams, found.lost, found.lost_text, aside)


def _copy(path: Path, db: sqlite3.Connection) -> None:
    """Copy what can be read. Errors of the old file end nothing, those of the new one all."""
    db.execute("BEGIN")
    for row in _readable(path):
        db.execute("INSERT OR IGNORE INTO event VALUES (?, ?, ?, ?, ?, ?)", row)
    db.execute("COMMIT")


def _readable(path: Path) -> Iterator[Row]:
    if files.look_at(path).startswith("it is ") or not path.exists():
        return
    try:
        with opened_as_it_is(path) as db:
            for row in readable_rows(db, columns(db)):
                record = settle(db, row)
                if record is None or record.damage:
                    continue
                places = record.position, record.stream, record.sequence, record.at, record.payload
                yield (*places, checksum(*places) if is_checked(row) else None)
    except files.ERRORS:
        return


def _check_events(path: Path, known: int) -> FileReport:
    if not path.exists():
        return FileReport(path.name, "missing", survey(path, known).lost_text)
    what = _what_is_wrong(path)
    found = survey(path, known)
    gaps = 0 if what else _gaps(path)
    text = f"{found.events} events of {len(found.streams)} streams"
    if found.unchecked:
        text += f", {found.unchecked} of them without a checksum"
    if gaps:
        text += f"; {gaps} events are missing between others"
    if what or found.lost:
        return FileReport(path.name, "damaged", f"{what}; {found.lost_text}" if what else found.lost_text)
    return FileReport(path.name, "ok", text)


def _what_is_wrong(path: Path) -> str:
    what = files.look_at(path)
    if what:
        return what
    try:
        with contextlib.closing(files.connect(path, mode="ro")) as db:
            return files.check(db, thorough=True)
    except files.ERRORS as error:
        return str(error)


def _gaps(path: Path) -> int:
    with contextlib.suppress(*files.ERRORS), contextlib.closing(files.connect(path, mode="ro")) as db:
        if not columns(db):
            return 0
        stream = columns(db).split(", ")[1]
        query = f"SELECT max(sequence) - count(*) FROM event GROUP BY {stream} HAVING max(sequence) > count(*)"  # noqa: S608
        return sum(row[0] for row in db.execute(query))
    return 0
