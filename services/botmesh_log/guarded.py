"""A connection to a file that may turn out damaged while it is in use."""

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from botmesh_log.files import FileUnavailable, is_damage

_CLOSED = "Cannot operate on a closed database"

OnDamage = Callable[[sqlite3.Error], FileUnavailable]
"""Does something about a damaged file, and says what is to be raised."""


class GuardedConnection:
    """What a projection uses of an sqlite3.Connection. Damage is handled where it shows, also within a cursor."""

    def __init__(self, db: sqlite3.Connection, on_damage: OnDamage) -> None:
        """Guard `db`."""
        self._db = db
        self._on_damage = on_damage
        self._refusal = ""

    def refuse_questions(self, text: str) -> None:
        """Refuse every SELECT with this text; empty: answer them."""
        self._refusal = text

    def ask(self, query: str, values: Sequence[Any] = ()) -> "GuardedCursor":
        """As `execute`, also while questions are refused."""
        try:
            return GuardedCursor(self._db.execute(query, values), self)
        except sqlite3.Error as error:
            raise self.handled(error) from None

    def execute(self, query: str, values: Sequence[Any] = ()) -> "GuardedCursor":
        """As sqlite3 has it.

        Raises:
            FileUnavailable: the file was damaged, or is being rebuilt.
            sqlite3.Error: something else is the matter.
        """
        if self._refusal and query.lstrip()[:6].upper() == "SELECT":
            raise FileUnavailable(self._refusal)
        return self.ask(query, values)

    def executemany(self, query: str, rows: Iterable[Any]) -> "GuardedCursor":
        """As sqlite3 has it; errors as in `execute`."""
        try:
            return GuardedCursor(self._db.executemany(query, rows), self)
        except sqlite3.Error as error:
            raise self.handled(error) from None

    @property
    def in_transaction(self) -> bool:
        """As sqlite3 has it; a closed file is in none."""
        try:
            return self._db.in_transaction
        except sqlite3.ProgrammingError:
            return False

    def close(self) -> None:
        """Close. What could not be checkpointed is checkpointed later, or lost with the file."""
        with contextlib.suppress(sqlite3.Error):
            self._db.close()

    def handled(self, error: sqlite3.Error) -> sqlite3.Error:
        """Handle damage; the error to raise."""
        was_closed = isinstance(error, sqlite3.ProgrammingError) and str(error).startswith(_CLOSED)
        if isinstance(error, FileUnavailable) or not (was_closed or is_damage(error)):
            return error
        return self._on_damage(error)  # a closed file could not be begun anew before, or the service is stopping


class GuardedCursor:
    """What a projection uses of an sqlite3.Cursor."""

    def __init__(self, cursor: sqlite3.Cursor, owner: GuardedConnection) -> None:
        """Guard `cursor`."""
        self._cursor = cursor
        self._owner = owner

    @property
    def rowcount(self) -> int:
        """As sqlite3 has it."""
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
