"""Ways to damage a SQLite file, as disks, people and other programs do."""

import os
import random
import sqlite3
from contextlib import closing
from pathlib import Path

PAGE = 4096


def halve(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2 // PAGE * PAGE)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def wrong_header(path: Path) -> None:
    overwrite(path, 0, b"not a database!!")


def random_pages(path: Path) -> None:
    chance = random.Random(7)
    for number in range(1, path.stat().st_size // PAGE):
        overwrite(path, number * PAGE, chance.randbytes(PAGE))


def page_header(path: Path) -> None:
    """Bits of the header of a page in the middle."""
    overwrite(path, path.stat().st_size // PAGE // 2 * PAGE, b"\xf0\xf0\xf0\xf0")


def remove(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    other = path.with_suffix(".other")
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE x (y)")
    other.replace(path)


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def flip_payload(path: Path, text: bytes) -> None:
    """One bit in the first place where the file says something."""
    data = path.read_bytes()
    at = data.index(text)
    overwrite(path, at, bytes([data[at] ^ 1]))


ALL = {one.__name__: one for one in (halve, empty, wrong_header, random_pages, page_header, remove, replace)}
