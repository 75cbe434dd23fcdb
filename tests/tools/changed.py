"""Prints the test modules that belong to what changed; `make check` runs them.

Changed is what differs from the merge base with the main branch (on the main branch: from HEAD, or from the commit
before it if nothing is uncommitted). A test module belongs to a changed file if it is that file, bears its name
(`test_retry.py` for `retry.py`), imports it or names it (`README.md`). A module that many tests import, such as
`settings.py`, would select nearly all of them: those are left to `make test`.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = ("clients/python", "services")
MANY = 6
"""Test modules that one changed file selects by import at most; of a file with more, only those of its name run."""


def changed_files(root: Path = ROOT) -> list[str]:
    """Paths, relative to the root, of files that differ from the base or are new."""
    base = _git(root, "merge-base", "HEAD", _main_branch(root))
    if base == _git(root, "rev-parse", "HEAD") and not _git(root, "status", "--porcelain"):
        base = _git(root, "rev-parse", "--verify", "--quiet", "HEAD~1") or base
    names = _git(root, "diff", "--name-only", base) + "\n" + _git(root, "ls-files", "--others", "--exclude-standard")
    return sorted(filter(None, set(names.splitlines())))


def belonging(changed: list[str], tests: dict[str, str]) -> tuple[set[str], set[str]]:
    """The test modules to run and the changed files of which only a part of the tests is run; `tests`: path to text."""
    chosen: set[str] = set()
    partly: set[str] = set()
    for path in changed:
        same_name = {test for test in tests if test == path or Path(test).stem == f"test_{Path(path).stem}"}
        pattern = _mention(path)
        naming = {test for test, text in tests.items() if pattern.search(text)}
        chosen |= same_name
        if len(naming) <= MANY:
            chosen |= naming
        else:
            partly.add(path)
    return chosen, partly


def _mention(path: str) -> re.Pattern[str]:
    """What a test's text has if it imports the module or names the file."""
    if not path.endswith(".py"):
        return re.compile(rf"(?<![\w.-]){re.escape(Path(path).name)}\b")
    parts = Path(path).with_suffix("").parts
    for source in SOURCES:
        if path.startswith(f"{source}/"):
            parts = parts[len(Path(source).parts) :]
    if parts[-1] == "__init__":
        parts = parts[:-1]
    dotted, package, name = ".".join(parts), ".".join(parts[:-1]), parts[-1] if parts else ""
    ways = [rf"import {re.escape(dotted)}\b", rf"from {re.escape(dotted)} import"]
    if package:
        ways.append(rf"from {re.escape(package)} import [^\n]*\b{re.escape(name)}\b")
    return re.compile("|".join(ways))


def read_test_modules(root: Path = ROOT) -> dict[str, str]:
    """Path, relative to the root, to text of every test module."""
    found = sorted((root / "tests").rglob("test_*.py"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in found}


def _main_branch(root: Path) -> str:
    for name in ("origin/HEAD", "origin/main", "main"):
        if _git(root, "rev-parse", "--verify", "--quiet", name):
            return name
    return "HEAD"


def _git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, check=False, capture_output=True, text=True)
    return done.stdout.strip()


def main() -> None:
    """Print the modules on standard output, and on standard error which changed files have more tests than these."""
    chosen, partly = belonging(changed_files(), read_test_modules())
    print("\n".join(sorted(chosen)))
    for path in sorted(partly):
        print(f"{path}: too many tests import it; make test runs them all", file=sys.stderr)


if __name__ == "__main__":
    main()
