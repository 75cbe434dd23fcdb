"""Outcomes as text for people, as JSON and as JUnit for programs."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.markup import escape

from botmesh_conformance.runner import Outcome, Verdict

_STYLES: dict[Verdict, str] = {"passed": "green", "failed": "red", "left out": "yellow"}
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_text(outcomes: Sequence[Outcome], console: Console) -> None:
    """The groups, what failed and why, what was left out and why, and a sum."""
    groups = Counter((outcome.case.group, outcome.verdict) for outcome in outcomes)
    for group in dict.fromkeys(outcome.case.group for outcome in outcomes):
        counts = [(verdict, groups[group, verdict]) for verdict in _STYLES if groups[group, verdict]]
        told = ", ".join(f"[{_STYLES[verdict]}]{count} {verdict}[/]" for verdict, count in counts)
        console.print(f"{group:<16}{told}")
    for outcome in outcomes:
        if outcome.verdict == "failed":
            console.print(f"\n[red]failed[/] [bold]{outcome.case.id}[/]: {escape(outcome.case.title)}")
            for line in outcome.text.splitlines():
                console.print(f"    {escape(line)}", soft_wrap=True)
    left_out = Counter(outcome.text for outcome in outcomes if outcome.verdict == "left out")
    for reason, count in left_out.items():
        console.print(f"\n[yellow]left out[/] {count}: {escape(reason)}", soft_wrap=True)
    console.print(f"\n{summary(outcomes)}")


def summary(outcomes: Iterable[Outcome]) -> str:
    """One line."""
    counts = Counter(outcome.verdict for outcome in outcomes)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in _STYLES if counts[verdict]) or "no cases"


def as_json(outcomes: Iterable[Outcome]) -> str:
    """One document."""
    listed: list[dict[str, Any]] = [
        {
            "id": outcome.case.id,
            "title": outcome.case.title,
            "outcome": outcome.verdict.replace(" ", "_"),
            "text": outcome.text,
            "seconds": round(outcome.seconds, 3),
        }
        for outcome in outcomes
    ]
    counts = Counter(one["outcome"] for one in listed)
    return json.dumps({"counts": counts, "cases": listed}, ensure_ascii=False, indent=1)


def as_junit(outcomes: Sequence[Outcome]) -> str:
    """One test suite for each group."""
    root = ET.Element("testsuites", name="botmesh conformance")
    for group in dict.fromkeys(outcome.case.group for outcome in outcomes):
        mine = [outcome for outcome in outcomes if outcome.case.group == group]
        suite = ET.SubElement(
            root,
            "testsuite",
            name=group,
            tests=str(len(mine)),
            failures=str(sum(outcome.verdict == "failed" for outcome in mine)),
            skipped=str(sum(outcome.verdict == "left out" for outcome in mine)),
            time=f"{sum(outcome.seconds for outcome in mine):.3f}",
        )
        for outcome in mine:
            _add_case(suite, outcome)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True)


def _add_case(suite: ET.Element, outcome: Outcome) -> None:
    name = outcome.case.id.partition("/")[2]
    case = ET.SubElement(suite, "testcase", classname=outcome.case.group, name=name, time=f"{outcome.seconds:.3f}")
    text = _NOT_XML.sub("?", outcome.text)
    if outcome.verdict == "failed":
        ET.SubElement(case, "failure", message=outcome.case.title).text = text
    elif outcome.verdict == "left out":
        ET.SubElement(case, "skipped", message=text)
