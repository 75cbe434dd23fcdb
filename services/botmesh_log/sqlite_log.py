"""The event log in one SQLite file. One thread writes: appends that wait share a transaction and its fsync."""

import asyncio
import contextlib
import fcntl
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from botmesh.errors import InvalidField, LogUnavailable
from botmesh_log.event_log import Record, SequenceConflict, check_batch

SCHEMA = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS event (
  position INTEGER PRIMARY KEY, conversation TEXT NOT NULL, sequence INTEGER NOT NULL, at REAL NOT NULL,
  payload BLOB NOT NULL, UNIQUE (conversation, sequence)
);
"""
_STREAMS = 10_000
"""Streams whose last sequence is known without asking the file: twice as many as conversations are kept in memory."""
_MOST_IN_A_COMMIT = 500
"""Appends that share one transaction."""
_READERS = 2


@dataclass(slots=True)
class _Append:
    """An append that waits for the writer."""

    stream: str
    expected: int
    batch: Sequence[bytes]
    loop: asyncio.AbstractEventLoop
    future: "asyncio.Future[list[Record]]"
    records: list[Record]

    def settle(self, error: Exception | None = None) -> None:
        """Let whoever waits know."""

        def tell() -> None:
            if not self.future.done():
                if error is None:
                    self.future.set_result(self.records)
                else:
                    self.future.set_exception(error)

        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            self.loop.call_soon_threadsafe(tell)


def open_log(path: str | os.PathLike[str]) -> "SqliteLog":
    """The log at `path`, made with its folders if there is none.

    Raises:
        InvalidField: another process has it, or a newer Botmesh made it.
    """
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = file.with_suffix(".lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        text = f"another process keeps its events in {file.parent}: stop it, or name another data_dir"
        raise InvalidField(text, field="data_dir", value=file.parent) from None
    return SqliteLog(file, lock)


class SqliteLog:
    """An EventLog that outlasts its process. Use `open_log`."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        """Open `path`, which nobody else writes while `lock` is held."""
        self.commits = 0
        """Transactions so far; fewer than appends under load."""
        self._path = path
        self._lock = lock
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._closed = False
        self._last: dict[str, int] = {}
        try:
            self._db = _connect(path)
            self._check_schema()
            (self._position,) = self._db.execute("SELECT coalesce(max(position), 0) FROM event").fetchone()
        except BaseException:
            lock.close()
            raise
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="botmesh-log-read")
        self._writer = threading.Thread(target=self._write, name="botmesh-log-write", daemon=True)
        self._writer.start()

    async def append(self, stream: str, expected_sequence: int, batch: Sequence[bytes]) -> list[Record]:
        """Append all of `batch` or nothing; durable on return."""
        check_batch(stream, batch)
        if self._closed:
            raise LogUnavailable("the log is closed: the service is stopping")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Record]] = loop.create_future()
        self._waiting.put(_Append(stream, expected_sequence, batch, loop, future, []))
        return await future

    async def read(self, stream: str, from_sequence: int = 1, limit: int = 1000) -> list[Record]:
        """A stream's events from a sequence on."""
        return await self._read(
            "SELECT * FROM event WHERE conversation = ? AND sequence >= ? ORDER BY sequence LIMIT ?",
            (stream, from_sequence, limit),
        )

    async def read_all(self, from_position: int = 1, limit: int = 1000) -> list[Record]:
        """All events from a position on."""
        return await self._read(
            "SELECT * FROM event WHERE position >= ? ORDER BY position LIMIT ?", (from_position, limit)
        )

    async def close(self) -> None:
        """Let appends that wait be written, and close."""
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        for connection in (*self._connections, self._db):
            connection.close()
        self._lock.close()

    async def _read(self, query: str, values: Sequence[Any]) -> list[Record]:
        def work() -> list[Record]:
            if not hasattr(self._local, "db"):
                self._local.db = _connect(self._path)
                self._connections.append(self._local.db)
            return [Record(*row) for row in self._local.db.execute(query, values)]

        return await asyncio.get_running_loop().run_in_executor(self._readers, work)

    def _check_schema(self) -> None:
        (version,) = self._db.execute("PRAGMA user_version").fetchone()
        if version > SCHEMA:
            text = f"{self._path} was made by a newer Botmesh (schema {version}): use that one"
            raise InvalidField(text, field="data_dir", value=self._path)
        self._db.executescript(_TABLES)
        self._db.execute(f"PRAGMA user_version = {SCHEMA:d}")

    def _write(self) -> None:
        """The writer's thread: takes all that waits, writes it in one transaction, and tells everybody."""
        ending = False
        while not ending:
            waiting = [self._waiting.get()]
            while len(waiting) < _MOST_IN_A_COMMIT:
                try:
                    waiting.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            ending = None in waiting
            appends = [one for one in waiting if one is not None]
            if appends:
                self._commit(appends)

    def _commit(self, appends: list[_Append]) -> None:
        conflicts: list[tuple[_Append, SequenceConflict]] = []
        position = self._position
        touched: dict[str, int] = {}
        try:
            self._db.execute("BEGIN IMMEDIATE")
            for one in appends:
                last = touched.get(one.stream, -1)
                if last < 0:
                    last = self._sequence_of(one.stream)
                if last != one.expected:
                    conflicts.append((one, SequenceConflict(one.stream, one.expected, last)))
                    continue
                position = self._insert(one, position)
                touched[one.stream] = one.expected + len(one.batch)
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._undo(appends, error)
            return
        self.commits += 1
        self._position = position
        self._remember(touched)
        refused = {id(one) for one, _ in conflicts}
        for one, conflict in conflicts:
            one.settle(conflict)
        for one in appends:
            if id(one) not in refused:
                one.settle()

    def _insert(self, one: _Append, position: int) -> int:
        now = time.time()
        one.records = [
            Record(position + index, one.stream, one.expected + index, now, payload)
            for index, payload in enumerate(one.batch, start=1)
        ]
        self._db.executemany(
            "INSERT INTO event VALUES (?, ?, ?, ?, ?)",
            [(r.position, r.stream, r.sequence, r.at, r.payload) for r in one.records],
        )
        return position + len(one.batch)

    def _undo(self, appends: Sequence[_Append], error: sqlite3.Error) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")
        for one in appends:
            one.settle(LogUnavailable(f"the log cannot be written: {error}; nothing was taken in, try again"))

    def _sequence_of(self, stream: str) -> int:
        if stream not in self._last:
            query = "SELECT coalesce(max(sequence), 0) FROM event WHERE conversation = ?"
            (self._last[stream],) = self._db.execute(query, (stream,)).fetchone()
        return self._last[stream]

    def _remember(self, touched: dict[str, int]) -> None:
        if len(self._last) > _STREAMS:
            self._last.clear()
        self._last |= touched


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA busy_timeout = 5000")
    return db
