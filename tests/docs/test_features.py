"""The table of languages is true: the kit holds what all can do, and the sources show what only some can."""

import re

import pytest

from botmesh_conformance.case import read_cases
from tests.docs.pages import ROOT, pages, table_under
from tests.languages import COMMANDS

LANGUAGES = ["python", "go", "node", "java"]
SOURCES = {
    "python": ("clients/python/botmesh", "*.py"),
    "go": ("clients/go", "*.go"),
    "node": ("clients/node/src", "*.ts"),
    "java": ("clients/java/src/main/java", "*.java"),
}
SHOWN_BY = {
    "Budgets": r"class Budget\(Policy\)|\bclass BudgetPolicy\b|budgetPolicy\b",
    "Reports to the journal": r"JournalServiceStub|NewJournalServiceClient|JournalServiceClient|JournalServiceGrpc",
    "Links": r"LinkedStart",
    "Ask by skill, consult, collaborate, broadcast": r"(def|func|async) consult\b|\) Consult\(|\bconsult\(",
    "Submit and follow tasks": r"TaskServiceStub|NewTaskServiceClient|TaskServiceClient|TaskServiceGrpc",
    "Tags, fields, actions, outcomes, variables of a conversation": r"RecordOutcome",
    "Members of a conversation; say something outside a turn": r"AddMember",
    "A mesh for unit tests": r"def mesh\(|func TestMesh\(|function testMesh\(",
}
"""What stands in the source of an SDK that has a feature which the kit does not ask for."""


def rows():
    return table_under(pages()["docs/architecture.md"], "## What each language has")


def groups_of(row):
    return re.findall(r"`(\w+)`", row[5])


def source(language):
    folder, pattern = SOURCES[language]
    generated = {"v1", "generated", "botmeshv1", "node_modules"}
    files = [path for path in (ROOT / folder).rglob(pattern) if not generated & set(path.relative_to(ROOT).parts)]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_the_languages_are_those_that_the_kit_is_run_against():
    assert set(COMMANDS) == set(LANGUAGES)


def test_every_group_of_the_kit_stands_in_one_row():
    named = [group for row in rows() for group in groups_of(row)]
    assert sorted(named) == sorted({case.group for case in read_cases()})


def test_what_the_kit_asks_for_every_language_has():
    for row in rows():
        if groups_of(row):
            assert row[1:5] == ["yes"] * 4, row[0]


def test_every_other_row_is_shown_by_the_sources():
    assert {row[0] for row in rows() if not groups_of(row)} == set(SHOWN_BY)


@pytest.mark.parametrize("feature", SHOWN_BY)
def test_the_sources_show(feature):
    (row,) = [row for row in rows() if row[0] == feature]
    for language, cell in zip(LANGUAGES, row[1:5], strict=True):
        has = re.search(SHOWN_BY[feature], source(language)) is not None
        assert has == (cell == "yes"), f"{feature}, {language}"


def test_the_number_of_cases_in_the_readme_is_true():
    (number,) = re.findall(r"(\d+) cases", pages()["README.md"])
    assert int(number) == len(read_cases())
