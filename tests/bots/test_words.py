from datetime import date

import pytest

from botmesh_bots.language import find_hours, find_month, key_words

TODAY = date(2026, 10, 31)


def test_key_words_leave_out_filler_and_repeats() -> None:
    assert key_words("What's wrong with my WIFI, and why is the wifi slow?") == ["wrong", "wifi", "slow"]
    assert key_words("Hello, can you help me?") == []


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("in September", (2026, 9)),
        ("in december", (2026, 12)),
        ("in January", (2026, 1)),
        ("in March 2024", (2024, 3)),
        ("in Sep. 2025", (2025, 9)),
        ("in May", (2026, 5)),
        ("May I go?", None),
        ("may I go?", None),
        ("this month", (2026, 10)),
        ("last month", (2026, 9)),
        ("whenever", None),
    ],
)
def test_months(text: str, month: tuple[int, int] | None) -> None:
    assert find_month(text, TODAY) == month


def test_last_month_of_january_is_in_the_year_before() -> None:
    assert find_month("last month", date(2026, 1, 5)) == (2025, 12)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("two days", 48),
        ("36 hours", 36),
        ("a week", 168),
        ("an hour", 1),
        ("one day", 24),
        ("10 Days", 240),
        ("long", None),
    ],
)
def test_spans(text: str, hours: int | None) -> None:
    assert find_hours(f"It was away for {text}.") == hours
