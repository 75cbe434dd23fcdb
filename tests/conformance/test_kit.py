"""The kit's own parts: what fits what, and cases that are written wrongly."""

import pytest

from botmesh_conformance.case import CaseError, _case, read_cases
from botmesh_conformance.matching import mismatches
from botmesh_conformance.placeholders import UnknownWordError, fill


@pytest.mark.parametrize(
    ("expected", "actual"),
    [
        ({"code": "OK"}, {"code": "OK", "more": 1}),
        ({"limit": 5}, {"limit": "5"}),
        ({"started": False}, {"started": "false"}),
        ({"a": {"$any": False}}, {}),
        ({"a": {"$any": True}}, {"a": 0}),
        ([{"x": 1}, {}], [{"x": 1, "y": 2}, {"z": 3}]),
        ({"$least": 1, "$most": 2}, 1.5),
        ({"$length": 2}, [1, 2]),
        ({"$has": "b"}, ["a", "b"]),
        ({"$has": "b"}, "abc"),
        ({"$lacks": "x"}, "abc"),
        ({"$each": {"ok": True}}, [{"ok": True}]),
        ({"$unordered": [1, 2]}, [2, 1]),
        ({"$not": {"code": "OK"}}, {"code": "CANCELLED"}),
        ({"$matches": "^[0-9a-f]{4}$"}, "12af"),
    ],
)
def test_it_fits(expected, actual):
    assert mismatches(expected, actual) == []


@pytest.mark.parametrize(
    ("expected", "actual", "line"),
    [
        ({"code": "OK"}, {}, "code: expected 'OK', got nothing"),
        ({"a": {"b": 1}}, {"a": 2}, "a: expected fields, got 2"),
        ([1], [1, 2], "it: expected 1 of them, got [1, 2]"),
        ([1], "1", "it: expected a list of 1, got '1'"),
        ({"a": True}, {"a": 1}, "a: expected True, got 1"),
        ({"$each": 1}, [], "it: expected a list, got []"),
        ({"$least": 1}, "none", "it: expected least 1, got 'none'"),
        ({"$any": True}, "", "it: expected any True, got ''"),
        ({"$unordered": [1, 1]}, [1, 2], "it: expected unordered [1, 1], got [1, 2]"),
        ({"$typo": 1}, 1, ": there is no condition $typo"),
    ],
)
def test_it_does_not_fit_and_the_line_says_where(expected, actual, line):
    assert mismatches(expected, actual) == [line]


@pytest.mark.parametrize(
    "raw",
    [
        {"id": "x", "steps": [{"send": {}}]},
        {"id": "x", "title": "t"},
        {"id": "x", "title": "t", "steps": [{"sned": {}}]},
        {"id": "x", "title": "t", "steps": [{"send": {}, "look": {}}]},
        {"id": "x", "title": "t", "steps": [{"send": {}, "expcet": {}}]},
        {"id": "x", "title": "t", "send": {}, "tiemout": 3},
    ],
)
def test_a_case_that_is_written_wrongly_is_refused(raw):
    with pytest.raises(CaseError, match="group/x"):
        _case("group", raw)


def test_words_are_filled_in_and_unknown_ones_refused():
    assert fill({"a": ["${n}", "x-${n}"]}, {"n": 3}) == {"a": [3, "x-3"]}
    with pytest.raises(UnknownWordError, match="nobody"):
        fill("${nobody}", {})


def test_every_case_expects_something():
    for case in read_cases():
        expects = [step for step in case.steps if {"expect", "until"} & set(step)]
        assert expects, f"{case.id} cannot fail"
