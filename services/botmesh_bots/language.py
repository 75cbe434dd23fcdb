"""Finds key words, months and spans of time in English text."""

import calendar
import re
from datetime import date

_FILLER = frozenset(
    re.findall(
        r"\w+",
        """
        a about after again all also am an and any anybody anyone are as at be because been before but by can
        cannot could did didn do does doesn doing don done for from get gets give got had has have hello help
        her here hi him his how i if in into is it its just know let like me mine my need no not now of on one
        or our out over please say she so some somebody someone something tell than thank thanks that the their
        them then there these they this to too up us very want was we were what when where which who whom whose
        why will with would you your
        """,
    )
)
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name}
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
# "may" is a month only if it is written "May" and no pronoun follows.
_VERB = r"(?-i:may)|may (?:i|you|he|she|we|they)\b"
_MONTH = re.compile(rf"\b(?!{_VERB})({_NAMES})\b\.?(?:\s+(\d{{4}}))?", re.IGNORECASE)
_SPAN = re.compile(rf"\b(\d+|an?|one|{'|'.join(_NUMBERS)})\s+(hour|day|week)s?\b", re.IGNORECASE)
_HOURS = {"hour": 1, "day": 24, "week": 168}


def key_words(text: str) -> list[str]:
    """Return the words of a text without filler words: in lower case, in their order, each once."""
    words = re.findall(r"[^\W_]+(?:['\u2019][^\W_]+)?", text.lower())
    stems = (re.split(r"['\u2019]", word)[0] for word in words)  # "i'm" is "i", "priya's" is "priya"
    return [word for word in dict.fromkeys(stems) if word not in _FILLER]


def find_month(text: str, today: date) -> tuple[int, int] | None:
    """Return the year and the month that a text names, or None. A month without a year is in the year of `today`."""
    lowered = text.lower()
    if "this month" in lowered:
        return today.year, today.month
    if "last month" in lowered:
        return (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    match = _MONTH.search(text)
    if match is None:
        return None
    return int(match[2] or today.year), _MONTHS[match[1].lower()]


def find_hours(text: str) -> int | None:
    """Return the first span of time in a text, in hours (48 for "two days"), or None."""
    match = _SPAN.search(text)
    if match is None:
        return None
    number = match[1].lower()
    count = int(number) if number.isdecimal() else _NUMBERS.get(number, 1)  # "a", "an" and "one" are 1
    return count * _HOURS[match[2].lower()]
