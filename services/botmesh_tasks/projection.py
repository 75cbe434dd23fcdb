"""The projection of tasks: a SQLite table from which lists are answered."""

import contextlib
import sqlite3
from pathlib import Path

from google.protobuf.message import DecodeError

from botmesh.errors import LogUnavailable
from botmesh.names import DEFAULT_ACCOUNT
from botmesh.v1.task_pb2 import Task
from botmesh.v1.task_service_pb2 import ListTasksRequest
from botmesh_log.projection import ProjectionFile
from botmesh_log.stream import OnUnreadable, log_unreadable
from botmesh_service.paging import fitting, page_of, read_token
from botmesh_tasks.fold import VERSION, State

Key = tuple[str, str]
"""(account, task id)"""

_SCHEMA = """
CREATE TABLE IF NOT EXISTS task (
  account TEXT, id TEXT, agent TEXT, from_agent TEXT, conversation TEXT, correlation TEXT, state INTEGER,
  updated INTEGER, pending INTEGER, view BLOB, PRIMARY KEY (account, id)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS by_update ON task (account, updated DESC, id);
CREATE INDEX IF NOT EXISTS pending ON task (pending) WHERE pending;
"""


class Projection(ProjectionFile):
    """The table of tasks. It is computed from the event log and rebuilt if it is lost."""

    def __init__(self, path: str | Path = ":memory:", on_unreadable: OnUnreadable = log_unreadable) -> None:
        """Open the file; replace it if it is damaged or another version of the fold wrote it.

        Args:
            path: of the SQLite file.
            on_unreadable: called with a task id and a sentence for each task that cannot be listed.

        Raises:
            InvalidField: it can neither be opened nor set aside.
        """
        super().__init__(path, _SCHEMA, VERSION)
        self._on_unreadable = on_unreadable
        self._fresh: dict[Key, tuple[State, int]] = {}
        """States that are not committed yet, with their log positions, by account and task id."""

    def put(self, state: State, position: int) -> None:
        """Record a task's state as of a log position. It is written with the next commit or before the next query."""
        key = state.view.account_id, state.view.task_id
        self._fresh.pop(key, None)
        self._fresh[key] = state, position

    def commit(self) -> None:
        """Write all recorded states.

        Raises:
            LogUnavailable: the file cannot be written now. Nothing is lost; the next commit tries again.
        """
        if not self._fresh:
            return
        try:
            self.begin()
            rows = [row for state, _ in self._fresh.values() if (row := self._row_of(state)) is not None]
            self._db.executemany("INSERT OR REPLACE INTO task VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
            self.skip_to(max(position for _, position in self._fresh.values()))
            super().commit()
        except sqlite3.Error as error:
            with contextlib.suppress(sqlite3.Error):
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
            text = f"the list of tasks cannot be written: {error}; nothing is lost, try again later"
            raise LogUnavailable(text) from None
        self._fresh.clear()

    def _row_of(self, state: State) -> tuple[object, ...] | None:
        """A task's row; None, and a report to `on_unreadable`, if its state cannot be stored."""
        view = state.view
        try:
            return (
                view.account_id,
                view.task_id,
                view.agent,
                view.from_agent,
                view.request.conversation_id,
                view.request.correlation_id,
                view.state,
                view.updated_at.ToNanoseconds(),
                state.is_pending,
                view.SerializeToString(),
            )
        except Exception as error:  # noqa: BLE001 - one task must not keep the others out of the list
            self._on_unreadable(view.task_id, f"cannot be listed ({type(error).__name__}: {error})")
            return None

    def close(self) -> None:
        """Commit if possible, and close; the next start reads the rest from the log."""
        with contextlib.suppress(LogUnavailable):
            self.commit()
        self._fresh.clear()
        super().close()

    def pending(self) -> list[tuple[str, str]]:
        """Account and id of the tasks that need further work, those updated longest ago first."""
        self.commit()
        return self._db.execute("SELECT account, id FROM task WHERE pending ORDER BY updated").fetchall()

    def page(self, wanted: ListTasksRequest, size: int) -> tuple[list[Task], str]:
        """A page of the tasks that match all fields set in `wanted`, the last updated first, and the next page token.

        Raises:
            InvalidField: the page token did not come from an earlier response.
            LogUnavailable: the file cannot be read or written now.
        """
        self.commit()
        clauses, values = fitting(
            {
                "account": wanted.account_id or DEFAULT_ACCOUNT,
                "agent": wanted.agent,
                "from_agent": wanted.from_agent,
                "conversation": wanted.conversation_id,
                "correlation": wanted.correlation_id,
            }
        )
        if wanted.states:
            clauses.append(f"state IN ({','.join('?' * len(wanted.states))})")
            values += wanted.states
        if wanted.page_token:
            updated, last = read_token(wanted.page_token)
            clauses.append("(updated < ? OR (updated = ? AND id > ?))")
            values += [updated, updated, last]
        where = " AND ".join(clauses)  # consists of the column names above only
        query = f"SELECT view, updated, id FROM task WHERE {where} ORDER BY updated DESC, id LIMIT ?"  # noqa: S608
        rows = self._db.execute(query, (*values, size + 1))
        return page_of(rows, size, self._task)

    def _task(self, data: bytes, task_id: str) -> Task | None:
        try:
            return Task.FromString(data)
        except DecodeError as error:
            self._on_unreadable(task_id, f"its row in the list cannot be read ({error}); it was left out")
            return None
