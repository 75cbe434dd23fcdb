"""A SQLite file computed from the event log, which can be deleted and rebuilt."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

from botmesh.errors import InvalidField
from botmesh_log import files
from botmesh_log.files import FileUnavailable
from botmesh_log.guarded import GuardedConnection
from botmesh_log.log_check import EVENTS, identity_of

logger = logging.getLogger("botmesh")

_CHECKPOINT = """
CREATE TABLE IF NOT EXISTS checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER);
INSERT OR IGNORE INTO checkpoint VALUES (1, 0);
CREATE TABLE IF NOT EXISTS source (only INTEGER PRIMARY KEY CHECK (only = 1), log TEXT NOT NULL);
"""
_MEMORY = ":memory:"


class ProjectionFile:
    """A SQLite file with a checkpoint, from which it catches up with the log after a crash.

    A damaged file is renamed to NAME.damaged-TIME and replaced by an empty one. If that happens at the start, its
    position is 0, and its owner adds all events as always. If it happens while the file is in use:

    - the query that met the damage, and every query until the rebuild is over, raises FileUnavailable, which is both
      a LogUnavailable and an sqlite3.Error; writes are accepted;
    - `position` stays 0, so that a process that ends early does not leave a file that looks complete;
    - `on_rebuild` is called in the same thread: it starts to add all events, and must not raise;
    - `rebuilt()` ends the rebuild.
    """

    def __init__(self, path: str | Path, schema: str, version: int) -> None:
        """Open the file; replace it if it is damaged, or was written by another version or from another log.

        Raises:
            InvalidField: it can neither be opened nor set aside.
        """
        self.on_rebuild: Callable[[], None] | None = None
        """Called when a damaged file was set aside while it was in use."""
        self.damage = ""
        """A sentence about the file that was set aside; empty if none was."""
        self._is_rebuilding = self._is_closed = False
        self._path = str(path)
        self._schema, self._version = schema, version
        self._log_id = ""
        """Of the log beside it, in the same folder."""
        if self._path != _MEMORY:
            files.prepare_folder(Path(path).parent)
            self._log_id = identity_of(Path(path).parent / EVENTS)
        try:
            self._begin()
        except (sqlite3.Error, OSError) as error:
            text = f"{self._path} cannot be opened: {error}"
            raise InvalidField(text, field="data_dir", value=self._path) from None

    @property
    def position(self) -> int:
        """The position in the log up to which the file is complete."""
        (position,) = self._db.ask("SELECT position FROM checkpoint").fetchone() or (0,)
        return position if type(position) is int and position > 0 else 0

    @property
    def is_rebuilding(self) -> bool:
        """Whether a file that replaces a damaged one is not complete yet."""
        return self._is_rebuilding

    def skip_to(self, position: int) -> None:
        """Move the checkpoint to a position; nothing happens during a rebuild."""
        if not self._is_rebuilding:
            self._db.execute("UPDATE checkpoint SET position = max(position, ?)", (position,))

    def rebuilt(self, position: int) -> None:
        """End a rebuild: all events up to a position are in the file, and queries are answered again."""
        self._is_rebuilding = False
        self._db.refuse_questions("")
        self.skip_to(position)

    def begin(self) -> None:
        """Begin a transaction, unless one is open; `commit` ends it."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN")

    def commit(self) -> None:
        """Commit the open transaction, if there is one."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Commit, and close the file."""
        with contextlib.suppress(sqlite3.Error):
            ProjectionFile.commit(self)
        self._is_closed = True
        self._db.close()

    def _begin(self) -> None:
        """Open the existing file, or a new one in its place."""
        what = self._what_is_wrong()
        if what:
            self._set_aside(what)
        try:
            self._db = self._open()
        except files.ERRORS as error:
            damaged = isinstance(error, UnicodeDecodeError) or files.is_damage(error)
            if not damaged or self._path == _MEMORY:
                raise
            self._set_aside(str(error))
            self._db = self._open()
        (found,) = self._db.ask("PRAGMA user_version").fetchone()
        (source,) = self._db.ask("SELECT log FROM source").fetchone() or ("",)
        if found not in (0, self._version) or (source and self._log_id and source != self._log_id):
            self._db.close()
            files.remove(Path(self._path))
            self._db = self._open()
        self._db.execute(f"PRAGMA user_version = {self._version:d}")
        if self._log_id:
            self._db.execute("INSERT OR REPLACE INTO source VALUES (1, ?)", (self._log_id,))

    def _what_is_wrong(self) -> str:
        path = Path(self._path)
        if self._path == _MEMORY or not path.exists():
            return ""
        what = files.look_at(path)
        if what or not 0 < path.stat().st_size <= files.FULL_CHECK_BYTES:
            return what
        try:
            with contextlib.closing(files.connect(path)) as db:
                return files.check(db)
        except sqlite3.Error as error:
            if files.is_damage(error):
                return str(error)
            raise

    def _open(self) -> GuardedConnection:
        if self._path == _MEMORY:
            raw = sqlite3.connect(_MEMORY, isolation_level=None)
        else:
            files.make_private(Path(self._path))
            raw = files.connect(Path(self._path))
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute("PRAGMA synchronous = OFF")
            raw.executescript(self._schema + _CHECKPOINT)
        except BaseException:
            raw.close()
            raise
        return GuardedConnection(raw, self._rebuild)

    def _set_aside(self, what: str) -> None:
        aside = files.set_aside(Path(self._path))
        self.damage = (
            f"{self._path} was damaged ({what}): it was set aside as {aside.name}, and is rebuilt from the log"
        )
        logger.error(self.damage)

    def _rebuild(self, error: sqlite3.Error) -> FileUnavailable:
        """Replace the damaged file while it is in use, and return the error for the query that met the damage."""
        if self._is_closed:
            return FileUnavailable(f"{self._path} is closed: the service is stopping")
        if self._path == _MEMORY:
            return FileUnavailable(f"{self._path} is damaged: {error}")
        was = self._db
        was.close()
        try:
            self._set_aside(str(error))
            self._db = self._open()
            self._is_rebuilding = True
            self._db.execute(f"PRAGMA user_version = {self._version:d}")
            if self._log_id:
                self._db.execute("INSERT OR REPLACE INTO source VALUES (1, ?)", (self._log_id,))
        except (sqlite3.Error, OSError) as second:
            return FileUnavailable(f"{self._path} is damaged ({error}) and cannot be begun anew: {second}")
        how = "try again soon" if self.on_rebuild is not None else "a restart of the mesh rebuilds it"
        text = f"{Path(self._path).name} was damaged, and is rebuilt from the log: {how}"
        self._db.refuse_questions(text)
        if self.on_rebuild is not None:
            self.on_rebuild()
        return FileUnavailable(text)
