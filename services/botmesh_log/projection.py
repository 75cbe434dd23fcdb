"""A file of what is told from the log: thrown away and rebuilt at will."""

import contextlib
import sqlite3
from pathlib import Path

_CHECKPOINT = """
CREATE TABLE IF NOT EXISTS checkpoint (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER);
INSERT OR IGNORE INTO checkpoint VALUES (1, 0);
"""


class ProjectionFile:
    """A SQLite file with a checkpoint. Losing its last moments costs nothing: it catches up from the log."""

    def __init__(self, path: str | Path, schema: str, version: int) -> None:
        """Open it, or begin anew where it was made by another version of the fold."""
        self._path = str(path)
        self._db = self._open(schema)
        (found,) = self._db.execute("PRAGMA user_version").fetchone()
        if found not in (0, version):
            self._db.close()
            for leftover in (self._path, f"{self._path}-wal", f"{self._path}-shm"):
                with contextlib.suppress(FileNotFoundError):
                    Path(leftover).unlink()
            self._db = self._open(schema)
        self._db.execute(f"PRAGMA user_version = {version:d}")

    def _open(self, schema: str) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = OFF")
        db.executescript(schema + _CHECKPOINT)
        return db

    @property
    def position(self) -> int:
        """The last position of the log that is in here."""
        (position,) = self._db.execute("SELECT position FROM checkpoint").fetchone()
        return int(position)

    def skip_to(self, position: int) -> None:
        """What stands up to there is in here, or belongs elsewhere."""
        self._db.execute("UPDATE checkpoint SET position = max(position, ?)", (position,))

    def begin(self) -> None:
        """What is put from now on is written down together, with the next `commit`."""
        if not self._db.in_transaction:
            self._db.execute("BEGIN")

    def commit(self) -> None:
        """Write down what was put."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Write down what was put, and close."""
        self.commit()
        self._db.close()
