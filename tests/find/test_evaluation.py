"""Agents are found by what contacts say: the measurement of docs/find.md, with room for small changes."""

from pathlib import Path

import yaml

from tests.find.evaluation import DATA, evaluate

PAGE = Path(__file__).parents[2] / "docs/find.md"


def test_the_set_is_large_enough_and_nothing_stands_in_it_twice():
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    asked = [text.lower() for one in data["skills"].values() for text in one["asked"]]
    declared = {text.lower() for one in data["skills"].values() for text in one["declared"]}
    assert len(data["skills"]) == 15
    assert len(asked) >= 300
    assert len(set(asked)) == len(asked)
    assert not declared & set(asked)
    assert len(data["off_topic"]) >= 50


def test_most_utterances_find_their_skill_and_few_off_topic_ones_find_any():
    found = evaluate()
    assert found.top1 >= 0.78
    assert found.top3 >= 0.85
    assert found.accepted >= 0.65
    assert found.wrong <= 0.08
    assert found.false_accepts <= 0.07


def test_the_page_tells_what_is_measured():
    found = evaluate()
    page = PAGE.read_text(encoding="utf-8")
    assert f"top 1: {found.top1:.1%}, top 3: {found.top3:.1%}" in page
    assert f"| 0.5 | {found.accepted:.1%} | {found.wrong:.1%} | {found.false_accepts:.1%} |" in page
