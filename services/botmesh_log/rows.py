"""Rows of events: their checksums, what is wrong with one, and how to get past those that cannot be read."""

import contextlib
import sqlite3
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from botmesh_log.event_log import MAX_INTEGER, Record
from botmesh_log.files import ERRORS, is_damage

_PAGE = 500
_STEPS = 1000
"""Positions that are tried one by one behind a row that cannot be read; further on, steps double."""

Row = Sequence[Any]
"""(position, stream, sequence, at, payload, checksum), of whatever types a damaged file has."""
Names = dict[int, tuple[str, int]]
"""Stream and sequence by position."""


def checksum(position: int, stream: str, sequence: int, at: float, payload: bytes) -> int:
    """Of all that an event is: CRC-32, as zlib has it."""
    places = struct.pack("<qqd", position, sequence, at)
    return zlib.crc32(payload, zlib.crc32(stream.encode(), zlib.crc32(places)))


def lenient(db: sqlite3.Connection) -> sqlite3.Connection:
    """Have text that is none read all the same: its checksum fails."""
    db.text_factory = lambda data: data.decode("utf-8", "replace")
    return db


def columns(db: sqlite3.Connection) -> str:
    """The columns of a row, in a file of any schema; empty: it has no table of events.

    Raises:
        sqlite3.Error: that cannot be read.
    """
    names = {row[1] for row in db.execute("PRAGMA table_info(event)")}
    stream = "stream" if "stream" in names else "conversation"
    if not {"position", stream, "sequence", "at", "payload"} <= names:
        return ""
    return f"position, {stream}, sequence, at, payload, {'checksum' if 'checksum' in names else 'NULL'}"


def record_of(row: Row) -> Record:
    """The record of a row, with what is wrong with it; its places are what the row says."""
    position, stream, sequence, at, payload, expected = row
    damage = ""
    if type(stream) is not str or type(sequence) is not int or type(at) is not float or type(payload) is not bytes:
        damage = "has values of wrong types"
    elif expected is not None and expected != checksum(position, stream, sequence, at, payload):
        damage = "fails its checksum"
    if not damage:
        return Record(position, stream, sequence, at, payload)
    return Record(
        position,
        stream if type(stream) is str else "",
        sequence if type(sequence) is int else 0,
        _moment(at),
        b"",
        damage,
    )


def _moment(at: object) -> float:
    """A time that is one; 0 where it is none."""
    return at if type(at) is float and 0 <= at < 2**33 else 0.0


def is_checked(row: Row) -> bool:
    """Whether a row has a checksum: those of schema 1 have none."""
    return row[5] is not None


def readable_rows(db: sqlite3.Connection, wanted: str, start: int = 1) -> Iterator[Row]:
    """All rows from a position on that can be read at all, in order, past the pages that cannot.

    `wanted`: what `columns` gave. Ends, and raises nothing, whatever the file is.
    """
    query = f"SELECT {wanted} FROM event NOT INDEXED WHERE position >= ? ORDER BY position LIMIT ?"  # noqa: S608
    at, limit = start, _PAGE
    while at <= MAX_INTEGER:
        try:
            rows = db.execute(query, (at, limit)).fetchall()
        except ERRORS:
            if limit > 1:
                limit = 1
                continue
            found = _next_readable(db, query, at)
            if found is None:
                return
            at = found
            continue
        yield from (row for row in rows if row[0] >= at)
        if len(rows) < limit:
            return
        at = max(at, *(row[0] for row in rows)) + 1
        limit = min(limit * 2, _PAGE)


def _next_readable(db: sqlite3.Connection, query: str, at: int) -> int | None:
    """The first position behind `at` from which on something can be read, as far as steps find it."""
    step, tried = 1, 0
    while at + step <= MAX_INTEGER:
        at += step
        tried += 1
        with contextlib.suppress(*ERRORS):
            db.execute(query, (at, 1)).fetchall()
            return at
        if tried > _STEPS:
            step *= 2
    return None


def names(db: sqlite3.Connection, start: int = 1, limit: int = -1) -> Names:
    """Streams and sequences by position as the index has them, which stands apart from the rows; what can be read."""
    found: Names = {}
    with contextlib.suppress(*ERRORS):
        stream = columns(db).split(", ")[1:2]
        if stream:
            query = (
                f"SELECT position, {stream[0]}, sequence FROM event INDEXED BY sqlite_autoindex_event_1 "  # noqa: S608
                "WHERE position >= ? ORDER BY position LIMIT ?"
            )
            for position, name, sequence in db.execute(query, (start, limit)):
                if type(name) is str and type(sequence) is int:
                    found[position] = name, sequence
    return found


def settle(db: sqlite3.Connection, row: Row, stream: str | None = None) -> Record | None:
    """The record of a row, read by itself and named by the index where it is damaged; None: nobody knows whose it is.

    Args:
        db: a lenient connection.
        row: as it was read: part of it may come from the index.
        stream: whose it is, if that is known.
    """
    record = record_of(row)
    if not record.damage:
        return record
    position = row[0]
    whole: Row = row
    with contextlib.suppress(*ERRORS):
        query = f"SELECT {columns(db)} FROM event NOT INDEXED WHERE position = ?"  # noqa: S608
        whole = db.execute(query, (position,)).fetchone() or row
        again = record_of(whole)
        if not again.damage and again.stream == (stream or again.stream):
            return again
    named = names(db, position, 1).get(position)
    if named is None:
        return None
    name, sequence = named
    again = record_of((position, name, sequence, *whole[3:]))
    if not again.damage:
        return again
    return Record(position, name, sequence, record.at, b"", again.damage)


def cannot_go_on(error: sqlite3.Error) -> bool:
    """Whether SQLite itself fails, and not a page or a row."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) or 0
    return not is_damage(error) or code & 0xFF == sqlite3.SQLITE_NOTADB
