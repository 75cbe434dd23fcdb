"""Tasks as lists need them."""

from pathlib import Path

from botmesh.names import DEFAULT_ACCOUNT
from botmesh.v1.task_pb2 import Task
from botmesh.v1.task_service_pb2 import ListTasksRequest
from botmesh_log.projection import ProjectionFile
from botmesh_tasks.fold import VERSION, State

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

    def __init__(self, path: str | Path = ":memory:") -> None:
        """Open it, or begin anew where it was made by another version of the fold."""
        super().__init__(path, _SCHEMA, VERSION)

    def put(self, state: State, position: int) -> None:
        """How a task stands, up to `position`."""
        self.begin()
        view = state.view
        self._db.execute(
            "INSERT OR REPLACE INTO task VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
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
            ),
        )
        self.skip_to(position)

    def pending(self) -> list[tuple[str, str]]:
        """Account and id of the tasks for which something is still to be done, the oldest first."""
        return self._db.execute("SELECT account, id FROM task WHERE pending ORDER BY updated").fetchall()

    def page(self, wanted: ListTasksRequest, size: int) -> tuple[list[Task], str]:
        """Those that fit every field that is set, the one in which something happened last first; the next token."""
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
            updated, _, last = wanted.page_token.partition(":")
            clauses.append("(updated < ? OR (updated = ? AND id > ?))")
            values += [int(updated), int(updated), last]
        where = " AND ".join(clauses)  # made of the column names above and nothing else
        query = f"SELECT view, updated, id FROM task WHERE {where} ORDER BY updated DESC, id LIMIT ?"  # noqa: S608
        rows = self._db.execute(query, (*values, size + 1)).fetchall()
        token = f"{rows[size - 1][1]}:{rows[size - 1][2]}" if len(rows) > size else ""
        return [Task.FromString(row[0]) for row in rows[:size]], token
