"""Tasks as lists need them."""

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
from botmesh_service.paging import page_of, read_token
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
    """Tasks by what is asked for."""

    def __init__(self, path: str | Path = ":memory:", on_unreadable: OnUnreadable = log_unreadable) -> None:
        """Open it, or begin anew where it was made by another version of the fold."""
        super().__init__(path, _SCHEMA, VERSION)
        self._on_unreadable = on_unreadable
        self._fresh: dict[Key, tuple[State, int]] = {}
        """What was put and is not committed yet: state and position by account and id."""

    def put(self, state: State, position: int) -> None:
        """How a task stands, up to `position`. It is written with the next commit, or before the next question."""
        key = state.view.account_id, state.view.task_id
        self._fresh.pop(key, None)
        self._fresh[key] = state, position

    def commit(self) -> None:
        """Write down what was put.

        Raises:
            LogUnavailable: that cannot be done now; nothing is lost, and the next commit tries again.
        """
        if not self._fresh:
            return
        try:
            self.begin()
            rows = [row for one in self._fresh.values() if (row := self._row_of(*one)) is not None]
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

    def _row_of(self, state: State, _position: int) -> tuple[object, ...] | None:
        """A task's row; None: its state cannot be put into one, which is told."""
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
        except Exception as error:  # noqa: BLE001 - whatever it is, it must not keep others out of the list
            self._on_unreadable(view.task_id, f"cannot be listed ({type(error).__name__}: {error})")
            return None

    def close(self) -> None:
        """Write down what can be written, and close: the next start tells the rest from the log."""
        with contextlib.suppress(LogUnavailable):
            self.commit()
        self._fresh.clear()
        super().close()

    def pending(self) -> list[tuple[str, str]]:
        """Account and id of the tasks for which something is still to be done, the oldest first."""
        self.commit()
        return self._db.execute("SELECT account, id FROM task WHERE pending ORDER BY updated").fetchall()

    def page(self, wanted: ListTasksRequest, size: int) -> tuple[list[Task], str]:
        """Those that fit every field that is set, the one in which something happened last first; the next token."""
        self.commit()
        clauses, values = ["account = ?"], list[object]([wanted.account_id or DEFAULT_ACCOUNT])
        for column, value in (
            ("agent", wanted.agent),
            ("from_agent", wanted.from_agent),
            ("conversation", wanted.conversation_id),
            ("correlation", wanted.correlation_id),
        ):
            if value:
                clauses.append(f"{column} = ?")
                values.append(value)
        if wanted.states:
            clauses.append(f"state IN ({','.join('?' * len(wanted.states))})")
            values += wanted.states
        if wanted.page_token:
            updated, last = read_token(wanted.page_token)
            clauses.append("(updated < ? OR (updated = ? AND id > ?))")
            values += [updated, updated, last]
        where = " AND ".join(clauses)  # made of the column names above and nothing else
        query = f"SELECT view, updated, id FROM task WHERE {where} ORDER BY updated DESC, id LIMIT ?"  # noqa: S608
        rows = self._db.execute(query, (*values, size + 1))
        return page_of(rows, size, self._task)

    def _task(self, data: bytes, task_id: str) -> Task | None:
        try:
            return Task.FromString(data)
        except DecodeError as error:
            self._on_unreadable(task_id, f"its row in the list cannot be read ({error}); it was left out")
            return None
