"""One setting: its name, its default, and how its text is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botmesh.limits import NO_BUDGET

PREFIX = "BOTMESH_"
NONE = "none"
"""No budget."""
_MAX_SECONDS = 366 * 24 * 3600
_MAX_COUNT = 2**31 - 1
"""What the contract's Limits can carry on every platform."""


@dataclass(frozen=True)
class Setting:
    """One setting."""

    name: str
    default: Any
    parse: Callable[[str], Any]
    expects: str
    doc: str
    alias: str = ""
    """Its name in a bot's config.csv."""
    is_limit: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


def parse_seconds(text: str) -> float:
    """Seconds from "30", "0.5", "500ms", "30s", "5m" or "1h"."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?", text.strip())
    if match is None:
        raise ValueError(text)
    seconds = float(match[1]) * {"ms": 0.001, None: 1, "s": 1, "m": 60, "h": 3600}[match[2]]
    if seconds > _MAX_SECONDS:
        raise ValueError(text)
    return seconds


def parse_bytes(text: str) -> int:
    """Bytes from "1048576", "64KiB" or "1MiB"."""
    match = re.fullmatch(r"(\d+)\s*(B|KiB|MiB|GiB)?", text.strip())
    if match is None:
        raise ValueError(text)
    size = int(match[1]) << {None: 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30}[match[2]]
    if size.bit_length() > 63:  # noqa: PLR2004 - the contract's uint64, with room for sums
        raise ValueError(text)
    return size


def parse_count(text: str) -> int:
    """A whole number, 0 to 2147483647."""
    if not re.fullmatch(r"\d+", text.strip()) or int(text) > _MAX_COUNT:
        raise ValueError(text)
    return int(text)


def parse_budget(text: str) -> int:
    """A whole number of millionths, or "none"."""
    value = text.strip()
    if value == NONE:
        return NO_BUDGET
    if not re.fullmatch(r"\d+", value) or int(value) > NO_BUDGET:
        raise ValueError(text)
    return int(value)


def parse_switch(text: str) -> bool:
    """True or false, yes or no, on or off, 1 or 0."""
    switches = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    return switches[text.strip().lower()]


def parse_address(text: str) -> str:
    """IP and port, "127.0.0.1:7600"."""
    host, colon, port = text.strip().rpartition(":")
    if not (host and colon and port.isdecimal() and int(port) < 65536):  # noqa: PLR2004 - ports
        raise ValueError(text)
    return text.strip()


def parse_level(text: str) -> str:
    """A log level."""
    level = text.strip().lower()
    if level not in ("debug", "info", "warning", "error", "critical"):
        raise ValueError(text)
    return level


def parse_version(text: str) -> str:
    """The A2A version that messages follow: there is one."""
    if text != "1.0":
        raise ValueError("this version of Botmesh speaks A2A 1.0")
    return text


def parse_optional_address(text: str) -> str:
    """IP and port, or nothing."""
    return parse_address(text) if text.strip() else ""


# How a kind of setting is read, and what a mistake is told that it expects.
SECONDS = (parse_seconds, 'seconds ("30", "500ms", "5m"), a year at most')
BYTES = (parse_bytes, 'bytes ("65536", "64KiB", "1MiB")')
COUNT = (parse_count, f"a whole number, 0 to {_MAX_COUNT}")
BUDGET = (parse_budget, f'a whole number of millionths, or "{NONE}"')
SWITCH = (parse_switch, "true or false")
ADDRESS = (parse_address, 'IP and port ("127.0.0.1:7600")')
VERSION = (parse_version, "1.0")
TEXT = (str, "text")
