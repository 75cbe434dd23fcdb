"""Checks all of a log in the background while it is in use, because a full check would delay the start."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path

from botmesh_log import files
from botmesh_log.rows import columns, lenient, record_of, settle

OnProblem = Callable[[str, str, str], None]
"""Called with damage: its kind ("unreadable" or "storage"), the subject, and a sentence."""
DELAY_SECONDS = 2.0
"""Seconds after the start at which the check begins, so that it does not slow the start down."""
_SHARE = 0.1
"""The share of one core that reading events takes, because appends and reads need the interpreter as well."""
_PAGE = 100
_TOLD = 100
"""Damaged events that are reported one by one."""
_GAPS = "SELECT stream, max(sequence) - count(*) FROM event GROUP BY stream HAVING max(sequence) <> count(*) LIMIT ?"


class LookThrough:
    """Checks a file once, in a thread: its structure, every checksum, and gaps in its streams."""

    def __init__(self, path: Path, on_problem: OnProblem) -> None:
        """Start the thread; the check begins after 2 s. `on_problem` is called in that thread."""
        self._path = path
        self._on_problem = on_problem
        self._ending = threading.Event()
        self._db: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._run, name="botmesh-log-check", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop the check, and wait until the thread has ended."""
        self._ending.set()
        db = self._db
        while self._thread.is_alive():
            db = self._db
            if db is not None:
                with contextlib.suppress(sqlite3.Error):  # it is closed already
                    db.interrupt()
            self._thread.join(0.05)

    def _run(self) -> None:
        if self._ending.wait(DELAY_SECONDS):
            return
        try:
            with contextlib.closing(lenient(files.connect(self._path))) as db:
                self._db = db
                self._look_at_structure(db)
                self._look_at_events(db)
                self._look_for_gaps(db)
        except sqlite3.Error as error:
            if not self._ending.is_set():
                self._on_problem("storage", self._path.name, f"cannot be checked: {error}")

    def _look_at_structure(self, db: sqlite3.Connection) -> None:
        thorough = self._path.stat().st_size <= files.FULL_CHECK_BYTES
        what = files.check(db, thorough=thorough)
        if what and not self._ending.is_set():
            text = f"is damaged: {what}; stop the mesh, then `botmesh log check {self._path.parent}` says what is lost"
            self._on_problem("storage", self._path.name, text)

    def _look_at_events(self, db: sqlite3.Connection) -> None:
        wanted, at, found = columns(db), 0, 0
        query = f"SELECT {wanted} FROM event WHERE position > ? ORDER BY position LIMIT {_PAGE}"  # noqa: S608
        pause = 0.0
        while not self._ending.wait(pause):
            began = time.perf_counter()
            rows = db.execute(query, (at,)).fetchall()
            for row in rows:
                if record_of(row).damage:
                    record = settle(db, row) or record_of(row)
                    if not record.damage:
                        continue
                    found += 1
                    if found <= _TOLD:
                        text = f"event {record.sequence} at position {record.position} {record.damage}"
                        self._on_problem("unreadable", record.stream, text)
            if not rows:
                break
            at = rows[-1][0]
            pause = (time.perf_counter() - began) * (1 / _SHARE - 1)
        if found > _TOLD:
            self._on_problem("storage", self._path.name, f"{found} events are damaged: see `botmesh log check`")

    def _look_for_gaps(self, db: sqlite3.Connection) -> None:
        for stream, missing in db.execute(_GAPS, (_TOLD,)):
            self._on_problem("unreadable", stream, f"{missing} of its events are missing: they were lost")
