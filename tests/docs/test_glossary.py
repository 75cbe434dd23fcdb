"""One meaning a word, and one word a meaning."""

import re

import pytest

from tests.docs.pages import GENERATED, pages, prose, table_under

PAGES = pages()
TERMS = table_under(PAGES["docs/glossary.md"], "## Terms")
NOT_USED = {
    word: instead
    for words, instead in table_under(PAGES["docs/glossary.md"], "## Not used")
    for word in words.split(", ")
}


def test_terms_are_sorted_and_unique():
    terms = [row[0].strip("*").lower() for row in TERMS]
    assert len(terms) > 40
    assert terms == sorted(set(terms))


def test_every_term_has_a_meaning():
    assert all(meaning for _, meaning, _ in TERMS)


def test_no_term_is_also_a_word_that_is_not_used():
    assert not {row[0].strip("*") for row in TERMS} & set(NOT_USED)


@pytest.mark.parametrize("page", sorted(set(PAGES) - GENERATED - {"docs/glossary.md"}))
def test_a_page_uses_no_synonym(page):
    text = prose(PAGES[page])
    for word, instead in NOT_USED.items():
        found = re.search(rf"\b{word}s?\b".replace("-", "[- ]?").replace(" ", r"\s"), text, re.IGNORECASE)
        assert found is None, f"{page} says {found[0]!r}: say {instead!r}"
