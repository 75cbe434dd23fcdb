"""A connection to a file whose damage may show while it is in use."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from botmesh_log.files import FileUnavailable, is_damage

_CLOSED = "Cannot operate on a closed database"

OnDamage = Callable[[sqlite3.Error], FileUnavailable]
"""Handles a damaged file, and returns the error to raise."""


class GuardedConnection:
    """The part of sqlite3.Connection that projections and the journal use.

    Damage goes to `on_damage`, also if a cursor finds it.
    """

    def __init__(self, db: sqlite3.Connection, on_damage: OnDamage) -> None:
        """Wrap `db`; `on_damage` handles its damage."""
        self._db = db
        self._on_damage = on_damage
        self._refusal = ""

    def refuse_questions(self, text: str) -> None:
        """Refuse every SELECT with this text, until it is called with empty text."""
        self._refusal = text

    def ask(self, query: str, values: Sequence[Any] = ()) -> "GuardedCursor":
        """As `execute`, but also while SELECTs are refused."""
        try:
            return GuardedCursor(self._db.execute(query, values), self)
        except sqlite3.Error as error:
            raise self.handled(error) from None

    def execute(self, query: str, values: Sequence[Any] = ()) -> "GuardedCursor":
        """As sqlite3.Connection.execute.

        Raises:
            FileUnavailable: the file was damaged, or is being rebuilt.
            sqlite3.Error: any other failure.
        """
        if self._refusal and query.lstrip()[:6].upper() == "SELECT":
            raise FileUnavailable(self._refusal)
        return self.ask(query, values)

    def executemany(self, query: str, rows: Iterable[Any]) -> "GuardedCursor":
        """As sqlite3.Connection.executemany; errors are those of `execute`."""
        try:
            return GuardedCursor(self._db.executemany(query, rows), self)
        except sqlite3.Error as error:
            raise self.handled(error) from None

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open; False for a closed file."""
        try:
            return self._db.in_transaction
        except sqlite3.ProgrammingError:
            return False

    def rollback(self) -> None:
        """Roll back the open transaction, if any; a failure is ignored, because the next statement shows it."""
        with contextlib.suppress(sqlite3.Error):
            self._db.rollback()

    def close(self) -> None:
        """Close the connection; a failure of its last checkpoint is ignored, because the next open repeats it."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def handled(self, error: sqlite3.Error) -> sqlite3.Error:
        """Handle the damage that an error shows, if any, and return the error to raise."""
        was_closed = isinstance(error, sqlite3.ProgrammingError) and str(error).startswith(_CLOSED)
        if isinstance(error, FileUnavailable) or not (was_closed or is_damage(error)):
            return error
        return self._on_damage(error)  # a closed file could not be begun anew before, or the service is stopping


class GuardedCursor:
    """The part of sqlite3.Cursor that projections and the journal use."""

    def __init__(self, cursor: sqlite3.Cursor, owner: GuardedConnection) -> None:
        """Wrap `cursor`; `owner` handles damage."""
        self._cursor = cursor
        self._owner = owner

    @property
    def rowcount(self) -> int:
        """The number of rows that the statement changed."""
        return self._cursor.rowcount

    def fetchone(self) -> Any:
        """The next row, or None."""
        try:
            return self._cursor.fetchone()
        except sqlite3.Error as error:
            raise self._owner.handled(error) from None

    def fetchall(self) -> list[Any]:
        """All rows that are left."""
        try:
            return self._cursor.fetchall()
        except sqlite3.Error as error:
            raise self._owner.handled(error) from None

    def __iter__(self) -> Iterator[Any]:
        """Row by row."""
        while (row := self.fetchone()) is not None:
            yield row
