"""Reading what people write: the words that matter, months and spans of time."""

import calendar
import re
from datetime import date

_FILLER = frozenset(
    """
    a about after again all also am an and any anybody anyone are as at be because been before but by can cannot
    could did do does doing done for from get gets give got had has have hello help her here hi him his how i if
    in into is it its just know let like me mine my need no not now of on one or our out over please say
    she so some somebody someone something tell than thank thanks that the their them then there these they this to
    too up us very want was we were what when where which who whom whose why will with would you your
    """.split()
)
_NUMBERS = dict(zip("one two three four five six seven eight nine ten".split(), range(1, 11), strict=True))
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = re.compile(rf"\b({'|'.join(sorted(_MONTHS, key=len, reverse=True))})\b\.?(?:\s+(\d{{4}}))?", re.IGNORECASE)
_SPAN = re.compile(rf"\b(\d+|a|an|{'|'.join(_NUMBERS)})\s+(hour|day|week)s?\b", re.IGNORECASE)
_HOURS = {"hour": 1, "day": 24, "week": 168}


def key_words(text: str) -> list[str]:
    """The words that say what a text is about, in lower case, each once, in order."""
    words = re.findall(r"[^\W_]+(?:[-'’][^\W_]+)*", text.lower())
    return [word for word in dict.fromkeys(words) if re.sub(r"['’].*", "", word) not in _FILLER]


def find_month(text: str, today: date) -> tuple[int, int] | None:
    """Year and month that a text names; without a year the month nearest to `today`. None: it names none."""
    lowered = text.lower()
    if "this month" in lowered:
        return today.year, today.month
    if "last month" in lowered:
        return (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    for match in _MONTH.finditer(text):
        if match[1] == "may":  # the verb; the month has a capital
            continue
        month = _MONTHS[match[1].lower()]
        years = [int(match[2])] if match[2] else [today.year - 1, today.year, today.year + 1]
        return min(years, key=lambda year: abs((date(year, month, 15) - today).days)), month
    return None


def find_hours(text: str) -> int | None:
    """The span of time that a text names, in hours: 48 for "two days". None: it names none."""
    match = _SPAN.search(text)
    if match is None:
        return None
    said = match[1].lower()
    count = int(said) if said.isdecimal() else _NUMBERS.get(said, 1)
    return count * _HOURS[match[2].lower()]
