"""One setting, and the parsers of its text."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botmesh.limits import NO_BUDGET

PREFIX = "BOTMESH_"
NONE = "none"
"""The text for no budget."""
_MAX_SECONDS = 366 * 24 * 3600
_MAX_COUNT = 2**31 - 1
"""The largest count that the contract's Limits can carry on every platform."""


@dataclass(frozen=True)
class Setting:
    """One setting: its name, its default, and its parser."""

    name: str
    default: Any
    parse: Callable[[str], Any]
    expects: str
    doc: str
    alias: str = ""
    """The setting's name in a bot's config.csv; empty: it cannot be set there."""
    is_limit: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


def parse_seconds(text: str) -> float:
    """Return the seconds of "30", "0.5", "500ms", "30s", "5m" or "1h"; ValueError for any other text."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?", text.strip())
    if match is None:
        raise ValueError(text)
    seconds = float(match[1]) * {"ms": 0.001, None: 1, "s": 1, "m": 60, "h": 3600}[match[2]]
    if seconds > _MAX_SECONDS:
        raise ValueError(text)
    return seconds


def parse_bytes(text: str) -> int:
    """Return the bytes of "1048576", "64KiB" or "1MiB"; ValueError for any other text."""
    match = re.fullmatch(r"(\d+)\s*(B|KiB|MiB|GiB)?", text.strip())
    if match is None:
        raise ValueError(text)
    size = int(match[1]) << {None: 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30}[match[2]]
    if size.bit_length() > 63:  # noqa: PLR2004 - the contract's uint64, with room for sums
        raise ValueError(text)
    return size


def parse_count(text: str) -> int:
    """Return a whole number, 0 to 2147483647; ValueError for any other text."""
    if not re.fullmatch(r"\d+", text.strip()) or int(text) > _MAX_COUNT:
        raise ValueError(text)
    return int(text)


def parse_budget(text: str) -> int:
    """Return a whole number of millionths, or NO_BUDGET for "none"; ValueError for any other text."""
    value = text.strip()
    if value == NONE:
        return NO_BUDGET
    if not re.fullmatch(r"\d+", value) or int(value) > NO_BUDGET:
        raise ValueError(text)
    return int(value)


def parse_switch(text: str) -> bool:
    """Return the bool of true, false, yes, no, on, off, 1 or 0 in any case; KeyError for any other text."""
    switches = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    return switches[text.strip().lower()]


def parse_address(text: str) -> str:
    """Return an IP and port, "127.0.0.1:7600"; ValueError for any other text."""
    host, colon, port = text.strip().rpartition(":")
    if not (host and colon and port.isdecimal() and int(port) < 65536):  # noqa: PLR2004 - ports
        raise ValueError(text)
    return text.strip()


def parse_level(text: str) -> str:
    """Return a log level in lower case; ValueError for any other text."""
    level = text.strip().lower()
    if level not in ("debug", "info", "warning", "error", "critical"):
        raise ValueError(text)
    return level


def parse_version(text: str) -> str:
    """Return the A2A version that messages follow; ValueError for any but 1.0."""
    if text != "1.0":
        raise ValueError("this version of Botmesh speaks A2A 1.0")
    return text


def parse_optional_address(text: str) -> str:
    """Return an IP and port, or an empty text; ValueError for any other text."""
    return parse_address(text) if text.strip() else ""


# The parser of each kind of setting, and the description of its values for error messages.
SECONDS = (parse_seconds, 'seconds ("30", "500ms", "5m"), a year at most')
BYTES = (parse_bytes, 'bytes ("65536", "64KiB", "1MiB")')
COUNT = (parse_count, f"a whole number, 0 to {_MAX_COUNT}")
BUDGET = (parse_budget, f'a whole number of millionths, or "{NONE}"')
SWITCH = (parse_switch, "true or false")
ADDRESS = (parse_address, 'IP and port ("127.0.0.1:7600")')
VERSION = (parse_version, "1.0")
TEXT = (str, "text")
