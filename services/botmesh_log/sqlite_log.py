"""The event log in one SQLite file. One thread writes; appends that wait share a transaction and its fsync."""

import asyncio
import contextlib
import fcntl
import logging
import os
import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from botmesh.errors import InvalidField, LogUnavailable
from botmesh_log import files
from botmesh_log.event_log import MAX_INTEGER, Record, SequenceConflict, check_batch
from botmesh_log.log_check import check_log, identity
from botmesh_log.look_through import LookThrough, OnProblem
from botmesh_log.reading import read_all, read_stream
from botmesh_log.rows import checksum, lenient
from botmesh_log.tables import prepare
from botmesh_log.watch import FileWatch

logger = logging.getLogger("botmesh")

_STREAMS = 10_000
"""Streams whose last sequence is cached, twice as many as conversations are kept in memory."""
_MAX_COMMIT_EVENTS = 500
"""Appends that share one transaction."""
_READERS = 2
_WATCH_SECONDS = 1.0
"""Seconds between two checks that the file was not removed or replaced."""


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
        """Give the result or the error to the task that waits for the append."""

        def tell() -> None:
            if not self.future.done():
                if error is None:
                    self.future.set_result(self.records)
                else:
                    self.future.set_exception(error)

        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits
            self.loop.call_soon_threadsafe(tell)


def say_problem(_kind: str, subject: str, text: str) -> None:
    """Log a problem; for processes without a list of problems."""
    logger.error("%s: %s", subject, text)


def lock_folder(folder: Path) -> IO[str]:
    """Lock a folder's log for this process, until the returned file is closed.

    Raises:
        InvalidField: another process has it, or it cannot be written.
    """
    files.prepare_folder(folder)
    path = folder / "events.lock"
    try:
        files.make_private(path)
        lock = path.open("w")
    except OSError as error:
        text = f"{path} cannot be opened: {error.strerror}"
        raise InvalidField(text, field="data_dir", value=folder) from None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        text = f"another process keeps its events in {folder}: stop it, or name another data_dir"
        raise InvalidField(text, field="data_dir", value=folder) from None
    return lock


def open_log(path: str | os.PathLike[str], on_problem: OnProblem = say_problem) -> "SqliteLog":
    """Open the log at `path`; create it with its folders, readable by this user only, if it is missing.

    Args:
        path: of the file, in a folder of its own.
        on_problem: called, in any thread, with damage that does not prevent use: its kind ("unreadable" for an event,
            with its stream as subject, or "storage" for a file), the subject, and a sentence.

    Raises:
        InvalidField: another process has the log; a newer Botmesh wrote it; it is damaged, or is not the log from
            which the projections in its folder were computed; or it cannot be opened now.
    """
    file = Path(path)
    lock = lock_folder(file.parent)
    try:
        return SqliteLog(file, lock, on_problem)
    except (*files.ERRORS, OSError) as error:
        lock.close()
        raise InvalidField(f"{file} cannot be opened: {error}", field="data_dir", value=file) from None
    except BaseException:
        lock.close()
        raise


class SqliteLog:
    """A durable EventLog. `open_log` opens it."""

    def __init__(self, path: Path, lock: IO[str], on_problem: OnProblem = say_problem) -> None:
        """Open the file at `path`, which this process alone writes while `lock` is held."""
        self.commits = 0
        """Transactions so far; fewer than appends under load."""
        self._path = path
        self._lock = lock
        self._on_problem = on_problem
        self._waiting: queue.SimpleQueue[_Append | None] = queue.SimpleQueue()
        self._closed = False
        self._last: dict[str, int] = {}
        for record in check_log(path):
            on_problem("unreadable", record.stream, f"event {record.sequence} {record.damage}")
        files.make_private(path)
        self._db = _connect(path)
        try:
            application = prepare(self._db)
            self.id = identity(self._db)
            """The log's identity, which is random."""
            (self._position,) = self._db.execute("SELECT coalesce(max(position), 0) FROM event").fetchone()
            self._watch = FileWatch(path, application)
        except BaseException:
            self._db.close()
            raise
        files.make_private(path)  # and what SQLite has put beside it, if an older version let others read that
        self._lost = ""
        """A sentence if the file was removed or replaced, after which nothing is read or written; else empty."""
        self._watched = time.monotonic()
        self._local = threading.local()
        self._connections: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="botmesh-log-read")
        self._look_through = LookThrough(path, on_problem)
        self._writer = threading.Thread(target=self._write, name="botmesh-log-write", daemon=True)
        self._writer.start()

    async def append(self, stream: str, expected_sequence: int, batch: Sequence[bytes]) -> list[Record]:
        """Append all of `batch` or nothing; durable on return."""
        check_batch(stream, batch)
        self._check_usable()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[list[Record]] = loop.create_future()
        self._waiting.put(_Append(stream, expected_sequence, batch, loop, future, []))
        return await future

    async def read(self, stream: str, from_sequence: int = 1, limit: int = 1000) -> list[Record]:
        """A stream's events from a sequence on."""
        if from_sequence > MAX_INTEGER or limit < 1:
            return []
        return await self._read(read_stream, stream, max(from_sequence, 1), min(limit, MAX_INTEGER))

    async def read_all(self, from_position: int = 1, limit: int = 1000) -> list[Record]:
        """All events from a position on."""
        if from_position > MAX_INTEGER or limit < 1:
            return []
        return await self._read(read_all, max(from_position, 1), min(limit, MAX_INTEGER))

    async def close(self) -> None:
        """Finish the appends that wait, and close."""
        if self._closed:
            return
        self._closed = True
        self._waiting.put(None)
        await asyncio.to_thread(self._writer.join)
        await asyncio.to_thread(self._look_through.close)
        self._readers.shutdown()
        for connection in (*self._connections, self._db):
            with contextlib.suppress(sqlite3.Error):
                connection.close()
        self._watch.close()
        self._lock.close()

    def _check_usable(self) -> None:
        if self._closed:
            raise LogUnavailable("the log is closed: the service is stopping")
        if self._lost:
            raise LogUnavailable(self._lost)

    async def _read(self, work: Callable[..., list[Record]], *arguments: Any) -> list[Record]:
        self._check_usable()

        def read() -> list[Record]:
            try:
                if not hasattr(self._local, "db"):
                    self._local.db = lenient(_connect(self._path))
                    self._connections.append(self._local.db)
                return work(self._local.db, *arguments, self._on_problem)
            except sqlite3.Error as error:
                self._look_at_file(at_once=True)
                raise LogUnavailable(self._lost or self._advice("read", error)) from None

        return await asyncio.get_running_loop().run_in_executor(self._readers, read)

    def _advice(self, done: str, error: Exception) -> str:
        if isinstance(error, sqlite3.Error) and files.is_damage(error):
            return (
                f"{self._path} cannot be {done}: {error}; stop the mesh and see `botmesh log check {self._path.parent}`"
            )
        return f"{self._path} cannot be {done}: {error}; nothing was taken in, try again"

    def _look_at_file(self, *, at_once: bool = False) -> None:
        """Check, at most once a second, that the file is still at its path: writes to a removed file would be lost."""
        now = time.monotonic()
        if self._lost or self._closed or (now - self._watched < _WATCH_SECONDS and not at_once):
            return
        self._watched = now
        happened = self._watch.look()
        if happened:
            self._lost = (
                f"{self._path} {happened} while this process had it open: nothing is read or written any more; stop "
                "the mesh, restore the file or a backup (docs/storage.md), and start it again"
            )
            self._on_problem("storage", self._path.name, self._lost)

    def _write(self) -> None:
        """Run the writer's thread: write the appends that wait in one transaction, and settle each of them."""
        ending = False
        while not ending:
            waiting: list[_Append | None] = []
            with contextlib.suppress(queue.Empty):
                waiting.append(self._waiting.get(timeout=_WATCH_SECONDS))
            self._look_at_file()
            while waiting and len(waiting) < _MAX_COMMIT_EVENTS:
                try:
                    waiting.append(self._waiting.get_nowait())
                except queue.Empty:
                    break
            ending = None in waiting
            appends = [one for one in waiting if one is not None]
            if not appends:
                continue
            if self._lost:
                for one in appends:
                    one.settle(LogUnavailable(self._lost))
            else:
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
                    last = self._sequence_of(one.stream, one.expected)
                if last != one.expected:
                    conflicts.append((one, SequenceConflict(one.stream, one.expected, last)))
                    continue
                position = self._insert(one, position)
                touched[one.stream] = one.expected + len(one.batch)
            self._db.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - the writer goes on after any error
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
            "INSERT INTO event (position, stream, sequence, at, payload, checksum) VALUES (?, ?, ?, ?, ?, ?)",
            [
                (
                    r.position,
                    r.stream,
                    r.sequence,
                    r.at,
                    r.payload,
                    checksum(r.position, r.stream, r.sequence, r.at, r.payload),
                )
                for r in one.records
            ],
        )
        return position + len(one.batch)

    def _undo(self, appends: Sequence[_Append], error: Exception) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")
        self._look_at_file(at_once=True)
        for one in appends:
            one.settle(LogUnavailable(self._lost or self._advice("written", error)))

    def _sequence_of(self, stream: str, expected: int) -> int:
        """A stream's last sequence; read from the table if the index ends before the expected sequence."""
        query = "SELECT coalesce(max(sequence), 0) FROM event %s WHERE stream = ?"
        if stream not in self._last:
            (self._last[stream],) = self._db.execute(query % "", (stream,)).fetchone()
        if self._last[stream] < expected:
            (self._last[stream],) = self._db.execute(query % "NOT INDEXED", (stream,)).fetchone()
        return self._last[stream]

    def _remember(self, touched: dict[str, int]) -> None:
        if len(self._last) > _STREAMS:
            self._last.clear()
        self._last |= touched


def _connect(path: Path) -> sqlite3.Connection:
    db = files.connect(path)
    db.execute("PRAGMA busy_timeout = 5000")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    return db
