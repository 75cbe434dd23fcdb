"""Detects that an open file was removed, replaced or overwritten."""

import os
from pathlib import Path

from botmesh_log.files import beside
from botmesh_log.log_check import application_id

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\0"


class FileWatch:
    """Watches a log's file and its -wal; a check costs two stats and a read of 100 bytes."""

    def __init__(self, path: Path, application: int) -> None:
        """Watch `path`, which SQLite has open and whose header has, or will have, the id `application`.

        Closing the watch ends SQLite's locks on the file, so close all connections first.
        """
        self._path = path
        self._wal = beside(path)[0]
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        made, wal = os.fstat(self._file), self._wal.stat()
        self._is = made.st_dev, made.st_ino
        self._size = made.st_size
        self._wal_is = wal.st_dev, wal.st_ino
        self._known = {application, application_id(os.pread(self._file, _HEADER_BYTES, 0).ljust(_HEADER_BYTES))}

    def look(self) -> str:
        """What has happened to the file as a predicate, "was removed"; empty if it is unchanged."""
        try:
            now = self._path.stat()
        except OSError:
            return "was removed"
        if (now.st_dev, now.st_ino) != self._is:
            return "was replaced"
        if now.st_size < self._size:
            return "was cut short"
        self._size = now.st_size
        header = os.pread(self._file, _HEADER_BYTES, 0)
        if not header.startswith(_MAGIC) or application_id(header) not in self._known:
            return "was overwritten"
        try:
            wal = self._wal.stat()
        except OSError:
            return "lost its -wal"
        return "" if (wal.st_dev, wal.st_ino) == self._wal_is else "lost its -wal"

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)
