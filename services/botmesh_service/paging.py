"""Pages of lists: page size, page token, and a bound on the bytes of one response."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from google.protobuf.message import Message

from botmesh.errors import InvalidField

MAX_PAGE = 500
DEFAULT_PAGE = 50
PAGE_BYTES = 768 * 1024
"""Bytes of the messages of one page; with the rest of the response they stay under the message size limit."""
_MAX_NUMBER = 2**63 - 1
_DIGITS = 19

M = TypeVar("M", bound=Message)


def check_page_size(given: int, *, field: str = "page_size") -> int:
    """The page size that a request asks for; 0 means 50.

    Raises:
        InvalidField: it is more than 500.
    """
    if given > MAX_PAGE:
        raise InvalidField(f"{field} must be 1 to {MAX_PAGE}", field=field, value=given)
    return given or DEFAULT_PAGE


def token_of(number: int, last: str = "") -> str:
    """The token of the page that begins after the row with this number and id."""
    return f"{number}:{last}" if last else str(number)


def read_token(token: str) -> tuple[int, str]:
    """Number and id in a token; (0, "") for an empty token, which means the first page.

    Raises:
        InvalidField: no response could have given this token.
    """
    if not token:
        return 0, ""
    digits, _, last = token.partition(":")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _DIGITS and int(digits) <= _MAX_NUMBER):
        raise InvalidField("page_token must come from an earlier response", field="page_token", value=token[:80])
    return int(digits), last


def fitting(columns: Mapping[str, object]) -> tuple[list[str], list[object]]:
    """SQL clauses and their values for the rows that match every value that is set; join the clauses by AND.

    Args:
        columns: wanted value by column name; an empty value matches every row. Names go into the SQL unescaped.
    """
    wanted = {column: value for column, value in columns.items() if value}
    return [f"{column} = ?" for column in wanted], list(wanted.values())


def page_of(
    rows: Iterable[tuple[bytes, int, str]], size: int, parse: Callable[[bytes, str], M | None]
) -> tuple[list[M], str]:
    """The messages of one page and the token of the next page, empty after the last page.

    Args:
        rows: serialized message, number and id, in the order of the list; `size` + 1 of them show that more follow.
        size: messages on the page at most; fewer if their bytes would exceed one response.
        parse: gives the message of a row; None for an unreadable row, which is left out.
    """
    messages: list[M] = []
    last, bytes_left = "", PAGE_BYTES
    for data, number, name in rows:
        if last and (len(messages) == size or len(data) > bytes_left):
            return messages, last
        message = parse(data, name)
        if message is not None:
            messages.append(message)
        bytes_left -= len(data) + 8
        last = token_of(number, name)
    return messages, ""
