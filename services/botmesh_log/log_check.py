"""Checks a log before use: that it is intact, and is the log from which its folder's projections were computed."""

import contextlib
import sqlite3
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from botmesh.errors import InvalidField
from botmesh_log import files
from botmesh_log.event_log import Record
from botmesh_log.rows import columns, is_checked, lenient, names, readable_rows, record_of, settle

SCHEMA = 2
EVENTS = "events.sqlite"
PROJECTIONS = ("projection.sqlite", "tasks.sqlite")
"""Projections that are computed from the log of their folder, and store its identity and their position."""
_NEWEST = 1000
"""Events whose checksums are verified before the log is used."""
_UNNAMED = "unnamed streams"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The position that a projection has reached, and in which log."""

    file: str
    log: str
    """The log's identity; empty if an older version wrote the projection."""
    position: int


@dataclass(slots=True)
class Survey:
    """Counts of the readable and the lost events of a log."""

    events: int = 0
    """Readable events."""
    unchecked: int = 0
    """Readable events without a checksum."""
    streams: set[str] = field(default_factory=set)
    lost: dict[str, int] = field(default_factory=dict)
    """Unreadable events by stream; "unnamed streams" has those whose stream is unknown."""
    last: int = 0
    """The last known position."""

    def lose(self, stream: str, events: int = 1) -> None:
        """Count unreadable events of a stream."""
        self.lost[stream] = self.lost.get(stream, 0) + events

    @property
    def lost_text(self) -> str:
        """The number of lost events, as part of a sentence."""
        lost = sum(self.lost.values())
        streams = [one for one in self.lost if one != _UNNAMED]
        if not self.events:
            return f"none of its {lost} events can be read" if lost else "none of its events can be read"
        if not lost:
            return f"all {self.events} events that are found can be read"
        of = f"{len(streams)} stream{'s' * (len(streams) != 1)}" if streams else "streams that nothing names any more"
        if streams and _UNNAMED in self.lost:
            of = f"{of} and of others that nothing names any more"
        return f"{lost} of {self.events + lost} events, of {of}, cannot be read"


def checkpoints(folder: Path) -> list[Checkpoint]:
    """The checkpoints of a folder's projections that can be read."""
    found = []
    for name in PROJECTIONS:
        path = folder / name
        with contextlib.suppress(*files.ERRORS), contextlib.closing(files.connect(path, mode="ro")) as db:
            ((position,),) = db.execute("SELECT position FROM checkpoint").fetchall()
            log = ""
            with contextlib.suppress(*files.ERRORS):
                ((log,),) = db.execute("SELECT log FROM source").fetchall()
            if type(position) is int and position > 0:
                found.append(Checkpoint(name, log if type(log) is str else "", position))
    return found


def identity(db: sqlite3.Connection) -> str:
    """The random id that a log gets when it is created; empty if it has none yet."""
    with contextlib.suppress(*files.ERRORS):
        row = db.execute("SELECT value FROM meta WHERE name = 'id'").fetchone()
        if row is not None and type(row[0]) is str:
            return row[0]
    return ""


def identity_of(path: Path) -> str:
    """The identity of the log in a file; empty if none can be read."""
    with contextlib.suppress(*files.ERRORS), contextlib.closing(files.connect(path, mode="ro")) as db:
        return identity(db)
    return ""


@contextlib.contextmanager
def opened_as_it_is(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file, however damaged, to read what can be read.

    Raises:
        sqlite3.Error: SQLite cannot open it at all.
    """
    with contextlib.closing(lenient(files.connect(path, mode="ro"))) as db:
        db.execute("PRAGMA writable_schema = ON")  # or SQLite refuses a file that has been cut short
        db.execute("PRAGMA cell_size_check = ON")
        yield db


def survey(path: Path, known: int = 0) -> Survey:
    """Count the readable and the lost events of a log; never raises. `known`: last position of its projections."""
    found = Survey()
    if not files.look_at(path).startswith("it is "):
        with contextlib.suppress(*files.ERRORS), opened_as_it_is(path) as db:
            _survey(db, found)
    if known > found.last:
        found.lose(_UNNAMED, known - found.last)
        found.last = known
    return found


def _survey(db: sqlite3.Connection, found: Survey) -> None:
    named, wanted = names(db), columns(db)
    for row in readable_rows(db, wanted):
        record = settle(db, row)
        stream, _ = named.pop(row[0], ("", 0))
        found.last = max(found.last, row[0])
        if record is None or record.damage:
            found.lose(stream or _UNNAMED)
            continue
        found.events += 1
        found.unchecked += not is_checked(row)
        found.streams.add(record.stream)
    for position, (stream, _) in named.items():
        found.lose(stream)
        found.last = max(found.last, position)


def check_log(path: Path) -> list[Record]:
    """Check a log before it is used, and return the damaged ones of its newest 1,000 events, which do not prevent use.

    SQLite's quick check reads all of a file of up to 64 MiB; of a larger one only header and size are checked here.

    Raises:
        InvalidField: the log is damaged, is not the one that its folder's projections were computed from, or has lost
            its end; or a newer Botmesh wrote it, or it cannot be opened.
    """
    known = checkpoints(path.parent)
    what = files.look_at(path)
    if what:
        raise damaged(path, what, known)
    try:
        if not path.exists() or not path.stat().st_size:
            _check_made_anew(path, known)
            return []
        with contextlib.closing(lenient(files.connect(path, mode="ro"))) as db:
            return _check_open(path, db, known)
    except files.ERRORS as error:
        if isinstance(error, UnicodeDecodeError) or files.is_damage(error):
            raise damaged(path, str(error), known) from None
        raise InvalidField(f"{path} cannot be opened: {error}", field="data_dir", value=path) from None


def _check_open(path: Path, db: sqlite3.Connection, known: list[Checkpoint]) -> list[Record]:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA:
        text = f"{path} was made by a newer Botmesh (schema {version}): use that one"
        raise InvalidField(text, field="data_dir", value=path)
    what = files.check(db) if path.stat().st_size <= files.FULL_CHECK_BYTES else ""
    wanted = columns(db)
    if not wanted:
        (tables,) = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if what or version or tables:
            raise damaged(path, what or "it has no table of events", known)
        _check_made_anew(path, known)
        return []
    if what:
        raise damaged(path, what, known)
    newest = db.execute(f"SELECT {wanted} FROM event ORDER BY position DESC LIMIT ?", (_NEWEST,)).fetchall()  # noqa: S608
    last, own = newest[0][0] if newest else 0, identity(db)
    for one in known:
        if one.log and one.log != own:
            text = f"it is not the log that {one.file} was made of"
            raise damaged(path, text, known, "another log took its place")
        if one.position > last:
            text = f"it ends at position {last}, and {one.file} was at {one.position} already"
            raise damaged(path, text, known)
    return [record for row in newest if (record := settle(db, row) or record_of(row)).damage]


def _check_made_anew(path: Path, known: list[Checkpoint]) -> None:
    if known:
        what = "it is empty" if path.exists() else "it is missing"
        raise damaged(path, f"{what}, and {known[0].file} was at position {known[0].position}", known)


def damaged(path: Path, what: str, known: list[Checkpoint], lost: str = "") -> InvalidField:
    """The error that refuses a log: its damage, the number of lost events, and what to do."""
    if not lost:
        lost = survey(path, max((one.position for one in known), default=0)).lost_text
    text = (
        f"{path} cannot be used: {what}; {lost}; restore a backup (docs/storage.md), or keep what can be read with "
        f"`botmesh log salvage {path.parent}`"
    )
    return InvalidField(text, field="data_dir", value=path)


def application_id(header: bytes) -> int:
    """The application id in a file's header, which is random for each log."""
    (number,) = struct.unpack(">I", header[68:72])
    return int(number)
