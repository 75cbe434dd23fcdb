"""Every file that a page names or links is there, and every page is linked from the index."""

import re
from fnmatch import fnmatch

import pytest

from tests.docs.pages import DOCS, ROOT, pages

LINK = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`([\w.*-]+(?:/[\w.*-]+)+/?)`")
ROOTS = ("", "clients/python/botmesh", "services", "protos/botmesh/v1", "docs")
"""Where a path in backticks can begin."""
ENDINGS = (".py", ".proto", ".md", ".go", ".ts", ".java", ".yaml", ".toml", ".binpb", ".svg", "/")
EXAMPLES = {"charts/x.py"}
"""Paths of a reader's own project."""
PAGES = pages()


def slug(heading: str) -> str:
    """A heading's anchor, as repositories show it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page):
    folder = (ROOT / page).parent
    for link in LINK.findall(PAGES[page]):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (folder / path).resolve() if path else ROOT / page
        assert target.exists(), f"{page} links {link}"
        if anchor and target.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {slug(heading) for heading in headings}, f"{page} links {link}"


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_is_named_exists(page):
    for path in PATH.findall(PAGES[page]):
        if not path.endswith(ENDINGS) or path in EXAMPLES or path.startswith("."):
            continue
        found = [base for base in ROOTS if any((ROOT / base).glob(path.rstrip("/")))]
        assert found, f"{page} names {path}"


def test_every_page_stands_in_the_index():
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in LINK.findall(index) if "://" not in link}
    missing = {path for path in DOCS.rglob("*.md") if path.name != "README.md"} - linked
    assert not missing


def test_a_decision_has_a_number_a_context_a_decision_and_consequences():
    found = sorted((DOCS / "decisions").glob("*.md"))
    assert found
    for number, path in enumerate(found, start=1):
        assert fnmatch(path.name, f"{number:04}-*.md"), path.name
        headings = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"], path.name
