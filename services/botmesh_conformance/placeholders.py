"""The words ${...} of a case, filled in when it runs."""

import re
from collections.abc import Mapping
from typing import Any

_WORD = re.compile(r"\$\{([A-Za-z0-9_.-]+)\}")


class UnknownWordError(Exception):
    """A case uses a word that nobody fills in."""


def fill(value: Any, words: Mapping[str, Any]) -> Any:
    """`value` with all ${words} replaced; one that stands alone keeps its type.

    Raises:
        UnknownWordError: there is no such word.
    """
    if isinstance(value, str):
        whole = _WORD.fullmatch(value)
        if whole:
            return _word(whole[1], words)
        return _WORD.sub(lambda found: str(_word(found[1], words)), value)
    if isinstance(value, Mapping):
        return {fill(key, words): fill(one, words) for key, one in value.items()}
    if isinstance(value, list):
        return [fill(one, words) for one in value]
    return value


def _word(name: str, words: Mapping[str, Any]) -> Any:
    if name not in words:
        raise UnknownWordError(f"${{{name}}} means nothing here; there are {', '.join(sorted(words))}")
    return words[name]
