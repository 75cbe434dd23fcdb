"""The agents of all languages: how each scripted bot is built and run."""

import fcntl
import os
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

CLIENTS = Path(__file__).parents[1] / "clients"
COMMANDS = {
    "python": f"{shlex.quote(sys.executable)} -m botmesh_conformance.scripted",
    "go": str(CLIENTS / "go/bin/scripted"),
    "node": f"node {CLIENTS / 'node/dist/main.js'}",
    "java": str(CLIENTS / "java/scripted"),
}
TOOLS = {"go": "go", "node": "npm", "java": "mvn"}
LANGUAGES = [
    pytest.param(language, marks=[pytest.mark.languages] if language in TOOLS else []) for language in COMMANDS
]
"""Values of a test's parameter; `make test` leaves out those that need a toolchain."""


@cache
def scripted(language: str) -> str:
    """The command that starts the language's scripted bot; skips where its toolchain is missing, unless on CI."""
    tool = TOOLS.get(language)
    if tool is not None:
        if shutil.which(tool) is None:
            if os.environ.get("CI"):
                pytest.fail(f"{tool} is missing: the {language} client cannot be built")
            pytest.skip(f"the {language} client needs {tool}")
        with (CLIENTS / language / "build").open() as script:
            fcntl.flock(script, fcntl.LOCK_EX)  # two test processes must not build into one folder at a time
            done = subprocess.run([script.name], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return COMMANDS[language]
