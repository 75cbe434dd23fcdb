"""The pages that people read, and what stands in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
GENERATED = {"docs/contract.md", "docs/performance.md"}
"""Written by programs: their words come from the protos and from the measurements."""


def pages() -> dict[str, str]:
    """The text of every page, by its path from the root."""
    found = [*DOCS.rglob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
    found.append(ROOT / "clients/python/README.md")
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sorted(found)}


def prose(text: str) -> str:
    """A page without its blocks of code and without what stands in backticks."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def table_under(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table after a heading, without its head."""
    _, found, rest = text.partition(f"\n{heading}\n")
    assert found, f"no heading {heading!r}"
    lines = re.search(r"((?:^\|.*\n)+)", rest, re.MULTILINE)
    assert lines, f"no table under {heading!r}"
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines[1].splitlines()]
    return rows[2:]
