"""Pages of lists: how many, from where on, and never more bytes than one response takes."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from google.protobuf.message import Message

from botmesh.errors import InvalidField

MAX_PAGE = 500
DEFAULT_PAGE = 50
PAGE_BYTES = 768 * 1024
"""Of the messages of one page: with what stands around them they stay under the message size limit."""
_MAX_NUMBER = 2**63 - 1
_DIGITS = 19

M = TypeVar("M", bound=Message)


def check_page_size(given: int, *, field: str = "page_size") -> int:
    """How many are wanted; 0: 50.

    Raises:
        InvalidField: more than 500.
    """
    if given > MAX_PAGE:
        raise InvalidField(f"{field} must be 1 to {MAX_PAGE}", field=field, value=given)
    return given or DEFAULT_PAGE


def token_of(number: int, last: str = "") -> str:
    """The token of what comes after this one."""
    return f"{number}:{last}" if last else str(number)


def read_token(token: str) -> tuple[int, str]:
    """Number and id in a token; (0, "") for the first page.

    Raises:
        InvalidField: it did not come from an earlier response.
    """
    if not token:
        return 0, ""
    digits, _, last = token.partition(":")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS and int(digits) <= _MAX_NUMBER):
        raise InvalidField("page_token must come from an earlier response", field="page_token", value=token[:80])
    return int(digits), last


def fitting(columns: Mapping[str, object]) -> tuple[list[str], list[object]]:
    """SQL clauses and their values for rows that fit every field that is set; join the clauses by AND.

    Args:
        columns: what a column must hold, by the column's name, which stands in the SQL as it is; unset: not asked for.
    """
    wanted = {column: value for column, value in columns.items() if value}
    return [f"{column} = ?" for column in wanted], list(wanted.values())


def page_of(
    rows: Iterable[tuple[bytes, int, str]], size: int, parse: Callable[[bytes, str], M | None]
) -> tuple[list[M], str]:
    """The messages of a page, and the token of the next; no more than `size`, nor than one response takes.

    Args:
        rows: serialized message, number and id, in the order of the list, one more than wanted.
        size: the most that is wanted.
        parse: gives the message of a row; None where that cannot be read: it is left out.
    """
    found: list[M] = []
    last, bytes_left = "", PAGE_BYTES
    for data, number, name in rows:
        if last and (len(found) == size or len(data) > bytes_left):
            return found, last
        message = parse(data, name)
        if message is not None:
            found.append(message)
        bytes_left -= len(data) + 8
        last = token_of(number, name)
    return found, ""
