"""Compares what came with what must come. What an expectation does not name may be anything.

A dict with one key that begins with $ is a condition instead of a value:

$any true: there, whatever it is; false: not there    $not       does not match
$least, $most   numbers (both can stand together)     $length    how long it is
$matches        a regular expression, somewhere       $has, $lacks  part of a text, or one of a list
$each           every one of a list matches           $unordered the same list in any order
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

MISSING = type("Missing", (), {"__repr__": lambda _: "nothing"})()
_SHOWN = 300


def mismatches(expected: Any, actual: Any, at: str = "") -> list[str]:
    """What does not fit, a line each; empty: all fits."""
    if isinstance(expected, Mapping):
        if expected and all(str(key).startswith("$") for key in expected):
            return [line for key, wanted in expected.items() for line in _condition(key, wanted, actual, at)]
        return _in_fields(expected, actual, at)
    if isinstance(expected, list):
        return _in_list(expected, actual, at)
    return [] if _same(expected, actual) else [_line(at, repr(expected), actual)]


def _in_fields(expected: Mapping[Any, Any], actual: Any, at: str) -> list[str]:
    if not isinstance(actual, Mapping):
        return [_line(at, "fields", actual)]
    return [
        line
        for key, wanted in expected.items()
        for line in mismatches(wanted, actual.get(key, MISSING), f"{at}.{key}" if at else str(key))
    ]


def _in_list(expected: list[Any], actual: Any, at: str) -> list[str]:
    if not isinstance(actual, Sequence) or isinstance(actual, str | bytes):
        return [_line(at, f"a list of {len(expected)}", actual)]
    if len(actual) != len(expected):
        return [_line(at, f"{len(expected)} of them", actual)]
    return [line for n, wanted in enumerate(expected) for line in mismatches(wanted, actual[n], f"{at}[{n}]")]


def _same(expected: Any, actual: Any) -> bool:
    if isinstance(expected, int | float) and not isinstance(expected, bool) and isinstance(actual, str):
        return _number(actual) == expected  # proto JSON writes 64-bit numbers as text, ErrorInfo all of them
    if isinstance(expected, bool) != isinstance(actual, bool):
        return str(expected).lower() == actual if isinstance(actual, str) else False
    return bool(expected == actual)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _condition(name: str, wanted: Any, actual: Any, at: str) -> list[str]:
    if name == "$each":
        if not isinstance(actual, list) or not actual:
            return [_line(at, "a list", actual)]
        return [line for n, one in enumerate(actual) for line in mismatches(wanted, one, f"{at}[{n}]")]
    if name not in _CONDITIONS:
        return [f"{at}: there is no condition {name}"]
    return [] if _CONDITIONS[name](wanted, actual) else [_line(at, f"{name[1:]} {wanted!r}", actual)]


def _has(wanted: Any, actual: Any) -> bool:
    if isinstance(actual, str):
        return str(wanted) in actual
    return isinstance(actual, list) and any(not mismatches(wanted, one) for one in actual)


def _unordered(wanted: Any, actual: Any) -> bool:
    rest = list(actual) if isinstance(actual, list) else []
    if len(rest) != len(wanted):
        return False
    for one in wanted:
        found = next((index for index, other in enumerate(rest) if not mismatches(one, other)), None)
        if found is None:
            return False
        del rest[found]
    return True


def _compared(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def holds(wanted: Any, actual: Any) -> bool:
        number = _number(actual)
        return number is not None and compare(number, float(wanted))

    return holds


_CONDITIONS: dict[str, Callable[[Any, Any], bool]] = {
    "$any": lambda wanted, actual: (actual not in (MISSING, None, "")) == wanted,
    "$not": lambda wanted, actual: bool(mismatches(wanted, actual)),
    "$least": _compared(lambda number, wanted: number >= wanted),
    "$most": _compared(lambda number, wanted: number <= wanted),
    "$length": lambda wanted, actual: hasattr(actual, "__len__") and not mismatches(wanted, len(actual)),
    "$matches": lambda wanted, actual: isinstance(actual, str) and re.search(wanted, actual) is not None,
    "$has": _has,
    "$lacks": lambda wanted, actual: actual is MISSING or not _has(wanted, actual),
    "$unordered": _unordered,
}


def _line(at: str, expected: str, actual: Any) -> str:
    shown = repr(actual)
    return f"{at or 'it'}: expected {expected}, got {shown if len(shown) <= _SHOWN else shown[:_SHOWN] + ' …'}"
