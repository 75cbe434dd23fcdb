"""How well agents are found: `python -m tests.find.evaluation` prints the table of docs/find.md."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from botmesh.v1.agent_card_pb2 import Skill
from botmesh_registry.search import DEFAULT_CONFIDENCE
from tests.registry.test_search import Shelf

DATA = Path(__file__).parent / "utterances.yaml"


@dataclass
class Result:
    """Shares of the utterances asked, 0 to 1."""

    top1: float
    top3: float
    accepted: float
    """Right at the first place, with at least the confidence."""
    wrong: float
    """Another skill at the first place, with at least the confidence."""
    false_accepts: float
    """Off-topic utterances for which an agent was named."""


def team(skills):
    """An agent for each skill, which declares what stands under `declared`."""
    shelf = Shelf()
    for name, one in skills.items():
        skill = Skill(id=name, description=one["description"], examples=one["declared"])
        shelf.add(f"{name}-bot", skills=[skill])
    return shelf


def evaluate(min_confidence=DEFAULT_CONFIDENCE):
    """Ask everything once."""
    data = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    shelf = team(data["skills"])
    asked = [(text, name) for name, one in data["skills"].items() for text in one["asked"]]
    first = third = accepted = wrong = 0
    for text, name in asked:
        found = shelf.search.find("default", text, limit=3, min_confidence=0)
        names = [one.skill_id for one in found]
        right = names[:1] == [name]
        sure = bool(found) and found[0].confidence >= min_confidence
        first += right
        third += name in names
        accepted += right and sure
        wrong += sure and not right
    off = data["off_topic"]
    false = sum(bool(shelf.search.find("default", text, min_confidence=min_confidence)) for text in off)
    shelf.search.close()
    count = len(asked)
    return Result(first / count, third / count, accepted / count, wrong / count, false / len(off))


def main():
    """The table."""
    print("| min_confidence | right and named | wrong and named | off topic and named |")
    print("| --- | --- | --- | --- |")
    for confidence in (0.0, 0.3, 0.4, 0.5, 0.6, 0.7):
        found = evaluate(confidence)
        print(f"| {confidence} | {found.accepted:.1%} | {found.wrong:.1%} | {found.false_accepts:.1%} |")
    print(f"\ntop 1: {found.top1:.1%}, top 3: {found.top3:.1%}")


if __name__ == "__main__":
    main()
