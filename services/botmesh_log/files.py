"""SQLite files of a data folder: keeps them private, checks them before use, and sets damaged ones aside."""

import contextlib
import logging
import os
import sqlite3
import stat
import struct
from datetime import UTC, datetime
from pathlib import Path

from botmesh.errors import InvalidField, LogUnavailable

logger = logging.getLogger("botmesh")

FULL_CHECK_BYTES = 64 * 1024 * 1024
"""Bytes up to which a file is checked in full before it is used."""
KEPT_ASIDE = 3
"""Damaged versions that are kept of each file."""
OWN, PRIVATE, _OTHERS = 0o700, 0o600, 0o077
"""Modes of folders and of files, and the bits that must not be set."""
_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_DAMAGE = (sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_READONLY_DBMOVED, sqlite3.SQLITE_IOERR_CORRUPTFS)
ERRORS = sqlite3.Error, UnicodeDecodeError
"""Errors of SQLite for a damaged file; its messages may quote damaged text, which need not be UTF-8."""
_SAID: set[Path] = set()
"""Folders about whose mode a warning was logged."""
_MAX_ROW = 64 * 1024 * 1024
"""Bytes of a row, so that a damaged length allocates no more."""


class FileUnavailable(LogUnavailable, sqlite3.DatabaseError):
    """A file cannot be used. It is an SQLite error for internal handlers, and a typed error for callers."""

    starts = False


def prepare_folder(folder: Path) -> None:
    """Create a data folder with mode 0700, or restrict an existing one to that and log a warning once.

    Raises:
        InvalidField: it cannot be created.
    """
    try:
        folder.mkdir(mode=OWN, parents=True, exist_ok=True)
        mode = stat.S_IMODE(folder.stat().st_mode)
    except OSError as error:
        text = f"the folder {folder} cannot be made: {error.strerror}"
        raise InvalidField(text, field="data_dir", value=folder) from None
    if not mode & _OTHERS and mode & OWN == OWN:
        return
    said, told = folder.resolve() in _SAID, ""
    if mode & stat.S_ISVTX:  # a folder for all, as /tmp: its files are private all the same
        told = f"{folder} is a folder that all users share: name another data_dir"
    else:
        try:
            folder.chmod(OWN)
        except OSError as error:
            told = f"the mode of {folder} ({mode:04o}) lets others in and cannot be changed: {error.strerror}"
        else:
            if mode & _OTHERS:
                told = f"others could open {folder} ({mode:04o}): now only its owner can (0700)"
    if told and not said:
        _SAID.add(folder.resolve())
        logger.warning(told)


def make_private(path: Path) -> None:
    """Give a file mode 0600 whatever the umask, and create it if it is missing.

    The files that SQLite puts beside it get the same mode. An existing file is not opened, because closing it would
    end SQLite's locks on it.

    Raises:
        OSError: it cannot be created.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, PRIVATE))
    for one in (path, *beside(path), *path.parent.glob(f"{path.name}.damaged-*")):
        with contextlib.suppress(OSError):  # it is gone, or somebody else's
            if stat.S_IMODE(one.stat().st_mode) != PRIVATE:
                one.chmod(PRIVATE)


def beside(path: Path) -> tuple[Path, Path]:
    """The -wal and -shm files that SQLite keeps beside an open file and leaves after a crash."""
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def connect(path: Path, *, mode: str = "rw") -> sqlite3.Connection:
    """Connect to an existing file, with `mode` "rw" or "ro"; any damage of it raises sqlite3.Error and no more."""
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    db = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _MAX_ROW)
    db.execute("PRAGMA trusted_schema = OFF")  # a damaged schema runs nothing
    return db


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error shows a damaged file, and not a full disk, a lock or a wrong query."""
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return "decode to UTF-8" in str(error)
    if code & 0xFF in _CORRUPT or code in _DAMAGE or code == sqlite3.SQLITE_TOOBIG:
        return True
    return str(error).startswith(("no such table", "no such column", "malformed database schema"))


def look_at(path: Path) -> str:
    """Check a file's header and size before SQLite opens and so may change it; the damage, or empty text.

    Call it while this process has no connection to the file.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            header = file.read(_HEADER_BYTES)
    except FileNotFoundError:
        return ""
    wal = beside(path)[0]
    has_wal = wal.exists() and wal.stat().st_size > 0
    if not size:
        return "it is empty, although its -wal is not" if has_wal else ""
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        return "it is no SQLite file: its header is wrong"
    (page,) = struct.unpack(">H", header[16:18])
    page = 65536 if page == 1 else page
    if page < 512 or page & (page - 1):  # noqa: PLR2004
        return "its header is wrong"
    (pages,) = struct.unpack(">I", header[28:32])
    if size < pages * page and not has_wal:  # after a crash, the -wal has what is missing
        return f"it has {size // page} of {pages} pages"
    return ""


def check(db: sqlite3.Connection, *, thorough: bool = False) -> str:
    """Run SQLite's check of a file, and return its first finding; empty text if there is none.

    Args:
        db: a connection to it.
        thorough: also compares each index with its table, which takes several times as long.

    Raises:
        sqlite3.Error: the file cannot be read now, which does not mean that it is damaged.
    """
    factory = db.text_factory
    try:
        db.text_factory = bytes  # findings may quote what is damaged
        rows = db.execute(f"PRAGMA {'integrity' if thorough else 'quick'}_check(1)").fetchall()
    except sqlite3.Error as error:
        if is_damage(error):
            return str(error)
        raise
    except UnicodeDecodeError:
        return "malformed database schema"
    finally:
        db.text_factory = factory
    found = b"; ".join(row[0] for row in rows).decode("utf-8", "replace")
    return "" if found == "ok" else " ".join(found.removeprefix("*** in database main ***").split())[:200]


def set_aside(path: Path) -> Path:
    """Rename a file and its -wal to NAME.damaged-TIME, remove all but the newest three, and return the new path.

    No connection of this process may have the file open.

    Raises:
        OSError: it cannot be renamed.
    """
    now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    aside = path.with_name(f"{path.name}.damaged-{now}")
    wal, shm = beside(path)
    for one, suffix in ((path, ""), (wal, "-wal")):
        with contextlib.suppress(FileNotFoundError):
            one.rename(f"{aside}{suffix}")
    shm.unlink(missing_ok=True)  # SQLite makes it of the -wal
    make_private_if_there(aside)
    older = sorted(one for one in path.parent.glob(f"{path.name}.damaged-*") if not one.name.endswith(("-wal", "-shm")))
    for one in older[:-KEPT_ASIDE]:
        remove(one)
    return aside


def make_private_if_there(path: Path) -> None:
    """As `make_private`, but does not create a missing file."""
    if path.exists():
        make_private(path)


def remove(path: Path) -> None:
    """Remove a file with its -wal and -shm, as far as they exist."""
    for one in (path, *beside(path)):
        with contextlib.suppress(FileNotFoundError):
            one.unlink()
