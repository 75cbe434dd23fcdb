"""Keywords in what somebody said."""

import re
from collections.abc import Iterable


def said_of(words: Iterable[str], text: str) -> str:
    """The first of these words or phrases that a text holds: whole words, in any case; empty: none."""
    found = (one for one in words if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", text, re.IGNORECASE))
    return next(found, "")
