"""The journal's SQLite file. A damaged file is set aside and replaced by a new one, also while it is in use."""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from botmesh_log import files
from botmesh_log.files import FileUnavailable
from botmesh_log.guarded import GuardedConnection, GuardedCursor
from botmesh_log.stream import OnUnreadable

MEMORY = ":memory:"
"""The path of a database in memory."""


class FileReplaced(FileUnavailable):
    """The file was damaged, and an empty one is open in its place. The caller can repeat its work once.

    Its text is the damage.
    """


class JournalFile:
    """A SQLite file that is checked when it is opened, and guarded against damage while it is in use."""

    def __init__(self, path: str | Path, schema: str, on_unreadable: OnUnreadable) -> None:
        """Open the file, or replace it if it is damaged.

        Args:
            path: of the file, or MEMORY.
            schema: statements that create the tables if they are missing.
            on_unreadable: called with a subject and a sentence for a damaged file.

        Raises:
            sqlite3.Error, OSError: it can neither be opened nor set aside.
        """
        self._path = Path(path)
        self._in_memory = str(path) == MEMORY
        self._schema = schema
        self._on_unreadable = on_unreadable
        self._is_open = False
        if not self._in_memory:
            files.prepare_folder(self._path.parent)
            damage = files.look_at(self._path)
            if damage:
                self._set_aside(damage)
        self._db = self._open_or_replace()

    def execute(self, query: str, values: Sequence[Any] = ()) -> GuardedCursor:
        """Execute one statement. The cursor raises the same errors when it reads rows.

        Raises:
            FileReplaced: the file was damaged, and an empty one is open in its place.
            FileUnavailable: the file was damaged and cannot be replaced, or is closed.
            sqlite3.Error: any other failure.
        """
        return self._db.execute(query, values)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit the statements of a block together, or none of them if it raises; errors are those of `execute`."""
        self.execute("BEGIN")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._db.rollback()
            raise

    def close(self) -> None:
        """Close the file."""
        self._is_open = False
        self._db.close()

    def _open_or_replace(self) -> GuardedConnection:
        try:
            return self._open()
        except files.ERRORS as error:
            is_damaged = isinstance(error, _DamagedError | UnicodeDecodeError) or files.is_damage(error)
            if self._in_memory or not is_damaged:
                raise
            self._set_aside(str(error))
            return self._open()

    def _open(self) -> GuardedConnection:
        if self._in_memory:
            db = sqlite3.connect(MEMORY, isolation_level=None, check_same_thread=False)
        else:
            files.make_private(self._path)
            db = files.connect(self._path)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = NORMAL")  # a crash of the machine loses reports only
            db.executescript(self._schema)
            if not self._in_memory and self._path.stat().st_size <= files.FULL_CHECK_BYTES:
                _check(db)
        except BaseException:
            db.close()
            raise
        self._is_open = True
        return GuardedConnection(db, self._replace)

    def _replace(self, error: sqlite3.Error) -> FileUnavailable:
        """Replace the damaged file while it is in use, and return the error for the statement that met the damage."""
        if self._in_memory or not self._is_open:
            return FileUnavailable(f"the journal cannot be used now: {error}; try again later")
        damage = str(error)
        self.close()
        try:
            self._set_aside(damage)
            self._db = self._open_or_replace()
        except (sqlite3.Error, OSError) as second:
            return FileUnavailable(f"the journal is damaged ({damage}) and cannot be begun anew: {second}")
        return FileReplaced(damage)

    def _set_aside(self, damage: str) -> None:
        aside = files.set_aside(self._path)
        text = f"{self._path} was damaged ({damage}): it was set aside as {aside.name}, and the journal begins anew"
        self._on_unreadable("message log", text)


class _DamagedError(sqlite3.DatabaseError):
    """SQLite's check has found damage."""


def _check(db: sqlite3.Connection) -> None:
    damage = files.check(db)
    if damage:
        raise _DamagedError(damage)
