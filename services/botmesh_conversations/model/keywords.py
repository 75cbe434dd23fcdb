"""Keywords in what somebody said."""

import re
from collections.abc import Iterable
from functools import lru_cache

from botmesh.errors import InvalidField

LOOKED_AT = 16_384
"""Characters of a text in which keywords are looked for: whoever asks for something says so before that."""
MAX_KEYWORD = 128
"""Characters of a keyword or phrase."""
_TOKEN = re.compile(r"\w+|[^\w\s]")
_BETWEEN = "\0"


def said_of(words: Iterable[str], text: str) -> str:
    """The first of these words or phrases that a text holds: whole words, in any case; empty: none."""
    said = _tokens(text[:LOOKED_AT])
    return next((phrase for phrase in words if _tokens(phrase) in said), "")


def check_keywords(field: str, keywords: Iterable[str]) -> None:
    """Refuse keywords that nobody can say.

    Raises:
        InvalidField: one is empty, too long, or has no word in it.
    """
    for keyword in keywords:
        if not 0 < len(keyword) <= MAX_KEYWORD or not _TOKEN.search(keyword):
            text = f"{field}: a keyword is a word or a phrase of at most {MAX_KEYWORD} characters and cannot be empty"
            raise InvalidField(text, field=field, value=keyword[:80])


@lru_cache(maxsize=4096)
def _tokens(text: str) -> str:
    """Words and signs between marks: a phrase is in a text where its tokens follow each other there."""
    tokens = _TOKEN.findall(text.casefold().replace(_BETWEEN, " "))
    return _BETWEEN + _BETWEEN.join(tokens) + _BETWEEN if tokens else _BETWEEN * 3
