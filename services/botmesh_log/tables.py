"""The tables of a log, and their migration from older versions."""

import contextlib
import secrets
import sqlite3

from botmesh_log.log_check import SCHEMA, identity

_TABLES = """
CREATE TABLE IF NOT EXISTS event (
  position INTEGER PRIMARY KEY, stream TEXT NOT NULL, sequence INTEGER NOT NULL, at REAL NOT NULL,
  payload BLOB NOT NULL, checksum INTEGER, UNIQUE (stream, sequence)
)"""
_META = "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"


def prepare(db: sqlite3.Connection) -> int:
    """Create the tables, or migrate those of schema 1 without rewriting rows, and return the application id.

    It happens in one transaction.

    Raises:
        sqlite3.Error: the file cannot be written.
    """
    db.execute("BEGIN IMMEDIATE")
    try:
        names = {row[1] for row in db.execute("PRAGMA table_info(event)")}
        if "conversation" in names:  # schema 1; it held accounts and tasks as well
            db.execute("ALTER TABLE event RENAME COLUMN conversation TO stream")
        if names and "checksum" not in names:
            db.execute("ALTER TABLE event ADD COLUMN checksum INTEGER")  # NULL in all old rows: unchecked
        db.execute(_TABLES)
        db.execute(_META)
        if not identity(db):
            db.execute("INSERT INTO meta VALUES ('id', ?)", (secrets.token_hex(16),))
            db.execute(f"PRAGMA application_id = {secrets.randbits(31) | 1:d}")
        db.execute(f"PRAGMA user_version = {SCHEMA:d}")
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise
    with contextlib.suppress(sqlite3.OperationalError):  # a full disk: later, then
        # The file has its identity by itself from here on: a -wal that is lost does not take it away.
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    (number,) = db.execute("PRAGMA application_id").fetchone()
    return int(number)
