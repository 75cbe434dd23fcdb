"""Reading a log that may be damaged: what cannot be read ends no reader."""

import contextlib
import itertools
import sqlite3

from botmesh_log.event_log import MAX_INTEGER, Record
from botmesh_log.look_through import OnProblem
from botmesh_log.rows import Row, cannot_go_on, columns, names, readable_rows, record_of, settle

_COLUMNS = "position, stream, sequence, at, payload, checksum"
_PAYLOAD = 4
"""Its place in a row."""
PAGE_BYTES = 8 * 1024 * 1024
"""Of the payloads of one answer: fewer events than were asked for are no sign that there are no more."""
_STREAM = f"SELECT {_COLUMNS} FROM event WHERE stream = ? AND sequence >= ? ORDER BY sequence LIMIT ?"  # noqa: S608
_ALL = f"SELECT {_COLUMNS} FROM event WHERE position >= ? ORDER BY position LIMIT ?"  # noqa: S608
_MALFORMED = "cannot be read: its page is damaged"


def read_stream(
    db: sqlite3.Connection, stream: str, from_sequence: int, limit: int, on_problem: OnProblem
) -> list[Record]:
    """A stream's events in order.

    Raises:
        sqlite3.Error: SQLite cannot go on.
    """
    try:
        rows = _page(db.execute(_STREAM, (stream, from_sequence, limit)))
    except UnicodeEncodeError:
        return []  # no stream has such a name
    except sqlite3.Error as error:
        if cannot_go_on(error):
            raise
        return _read_stream_past_damage(db, stream, from_sequence, limit, error)
    if records := _intact(rows):
        return records
    settled = _settled(db, rows, on_problem, stream)
    if (settled or not rows) and _is_ascending([from_sequence - 1, *(record.sequence for record in settled)]):
        return settled
    return _from_table(db, stream, from_sequence, limit)  # the index leads astray


def read_all(db: sqlite3.Connection, from_position: int, limit: int, on_problem: OnProblem) -> list[Record]:
    """All events in order.

    Raises:
        sqlite3.Error: SQLite cannot go on.
    """
    try:
        rows = _page(db.execute(_ALL, (from_position, limit)))
    except sqlite3.Error as error:
        if cannot_go_on(error):
            raise
        return _read_all_past_damage(db, from_position, limit, error, on_problem)
    if records := _intact(rows):
        return records
    settled = _settled(db, rows, on_problem)
    if rows and not settled:  # nobody knows whose these are; an empty answer would be the end
        return _read_all_past_damage(db, from_position, limit, None, on_problem)
    if _is_ascending([from_position - 1, *(record.position for record in settled)]):
        return settled
    found = {record.position: record for record in settled if record.position >= from_position}
    return [found[position] for position in sorted(found)]


def _page(cursor: sqlite3.Cursor) -> list[Row]:
    """The rows, as many as fit into 8 MiB, one at least: a thousand of the largest events would be two gigabytes."""
    rows: list[Row] = []
    size = 0
    with contextlib.closing(cursor):
        for row in cursor:
            rows.append(row)
            size += len(row[_PAYLOAD]) if isinstance(row[_PAYLOAD], bytes | str) else 0
            if size > PAGE_BYTES:
                break
    return rows


def _is_ascending(numbers: list[int]) -> bool:
    return all(one < after for one, after in itertools.pairwise(numbers))


def _intact(rows: list[Row]) -> list[Record]:
    """The records; none if one is damaged."""
    records = [record_of(row) for row in rows]
    return [] if any(record.damage for record in records) else records


def _settled(db: sqlite3.Connection, rows: list[Row], on_problem: OnProblem, stream: str | None = None) -> list[Record]:
    records = []
    for row in rows:
        record = settle(db, row, stream)
        if record is None or (stream is not None and record.stream != stream):
            on_problem("unreadable", stream or "log", f"the event at position {row[0]} cannot be read; it was left out")
        else:
            records.append(record)
    return records


def _placeholder(position: int, stream: str, sequence: int) -> Record:
    return Record(position, stream, sequence, 0.0, b"", _MALFORMED)


def _read_stream_past_damage(
    db: sqlite3.Connection, stream: str, from_sequence: int, limit: int, error: sqlite3.Error
) -> list[Record]:
    """As the index names them, each by itself; where the index cannot be read, as they stand in the table."""
    try:
        query = "SELECT position, sequence FROM event WHERE stream = ? AND sequence >= ? ORDER BY sequence LIMIT ?"
        named = db.execute(query, (stream, from_sequence, limit)).fetchall()
    except sqlite3.Error:
        records = _from_table(db, stream, from_sequence, limit)
        if not records:
            raise error from None
        return records
    return [_by_position(db, position, stream, sequence) for position, sequence in named]


def _from_table(db: sqlite3.Connection, stream: str, from_sequence: int, limit: int) -> list[Record]:
    """A stream's events without its index: all of the table is looked at."""
    found = (settle(db, row) for row in readable_rows(db, columns(db)))
    records = {one.sequence: one for one in found if one is not None and one.stream == stream}
    return [records[sequence] for sequence in sorted(records) if sequence >= from_sequence][:limit]


def _by_position(db: sqlite3.Connection, position: int, stream: str, sequence: int) -> Record:
    try:
        query = f"SELECT {_COLUMNS} FROM event NOT INDEXED WHERE position = ?"  # noqa: S608
        row = db.execute(query, (position,)).fetchone()
    except sqlite3.Error:
        return _placeholder(position, stream, sequence)
    record = None if row is None else settle(db, row, stream)
    if record is None or (record.stream, record.sequence) != (stream, sequence):
        return _placeholder(position, stream, sequence)
    return record


def _read_all_past_damage(
    db: sqlite3.Connection, from_position: int, limit: int, error: sqlite3.Error | None, on_problem: OnProblem
) -> list[Record]:
    """What the table gives, and a placeholder for each event that only the index still names."""
    named = names(db, from_position, limit)
    end = max(named) if len(named) == limit else MAX_INTEGER
    records: dict[int, Record] = {}
    for row in readable_rows(db, columns(db), from_position):
        if row[0] > end or len(records) >= limit:
            break
        record = settle(db, row)
        if record is not None:
            records[row[0]] = record
    if error is not None and not records and not named:
        raise error
    for position, (stream, sequence) in named.items():
        if position not in records:
            records[position] = _placeholder(position, stream, sequence)
    if not named:
        on_problem(
            "unreadable", "log", f"some events from position {from_position} on cannot be read, and are left out"
        )
    return [records[position] for position in sorted(records)[:limit]]
