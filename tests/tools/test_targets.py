"""What the targets of the Makefile and CI run: everything, each test once."""

import re
import shlex
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def recipe(target):
    """The commands of pytest that a target runs."""
    done = subprocess.run(["make", "-n", target], cwd=ROOT, check=True, capture_output=True, text=True)
    return [shlex.split(line) for line in done.stdout.splitlines() if re.search(r"bin/pytest\b", line)]


def collected(words):
    """The ids of the tests that a command collects."""
    command = [sys.executable, "-m", "pytest", *words, "--collect-only", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    return re.findall(r"^tests/.*::.*$", done.stdout, re.MULTILINE)


@pytest.mark.slow
def test_make_test_all_runs_every_test_once():
    commands = recipe("test-all")
    assert commands
    runs = Counter(test for words in commands for test in collected([*words[1:], "-n0"]))
    assert runs == Counter(collected([]))


def test_make_test_all_selects_by_no_other_mark_than_alone():
    assert [re.findall(r" -m (.*)", shlex.join(words)) for words in recipe("test-all")] == [["'not alone'"], ["alone"]]


def test_ci_runs_all_tests():
    assert "\nmake test-all\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_make_test_leaves_out_what_needs_other_languages_or_long():
    (expressions,) = {tuple(re.findall(r"not (\w+)", " ".join(words))[:3]) for words in recipe("test")[:1]}
    assert expressions == ("slow", "languages", "jaeger")
