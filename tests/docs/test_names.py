"""What the pages name is there: settings, error reasons, commands, files in diagrams."""

import re

import grpc
import pytest

from botmesh_cli.main import COMMANDS
from tests.docs.pages import GENERATED, ROOT, pages

PAGES = {name: text for name, text in pages().items() if name not in GENERATED}
NO_SETTINGS = {"BOTMESH_KIT_NAME", "BOTMESH_CONFIG", "BOTMESH_CHECK_LOGS"}
"""The kit's, the settings file's and the tests' own variables."""
OF_OTHERS = {"FUZZ_SEED", "FUZZ_CALLS", "FUZZ_BOTS", "CORRELATION_ID", "REFUSED_STREAM", "RST_STREAM"}


def sources(folder, pattern):
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / folder).rglob(pattern)))


PYTHON = sources("clients/python/botmesh", "*.py") + sources("services", "*.py")
SETTINGS = set(re.findall(r"Setting\(\s*\"(\w+)\"", PYTHON))
SETTINGS |= set(re.findall(r"^    (\w+): ", (ROOT / "clients/python/botmesh/limits.py").read_text(), re.MULTILINE))
PROTOS = sources("protos", "*.proto")
CODES = {code.name for code in grpc.StatusCode}


@pytest.mark.parametrize("page", PAGES)
def test_every_variable_is_a_setting(page):
    named = set(re.findall(r"\bBOTMESH_[A-Z_]+\b(?!\*)", PAGES[page])) - NO_SETTINGS
    unknown = {name for name in named if name.removeprefix("BOTMESH_").lower() not in SETTINGS and name != "BOTMESH_"}
    assert not unknown


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_is_called_one_exists(page):
    named = set(re.findall(r"[Ss]ettings? `(\w+)`", PAGES[page]))
    assert not named - SETTINGS


@pytest.mark.parametrize("page", PAGES)
def test_every_reason_and_every_code_stands_in_the_contract_or_in_grpc(page):
    text = re.sub(r"\b(BOTMESH|OTEL)_[A-Z_]+", "", PAGES[page])
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", text)) - CODES - OF_OTHERS
    assert not {name for name in named if not re.search(rf"(\b|_){name}\b", PROTOS) and f"{name} =" not in PYTHON}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_exists(page):
    code = re.findall(r"`([^`\n]+)`", PAGES[page]) + re.findall(
        r"^```\w*\n(.*?)^```", PAGES[page], re.MULTILINE | re.DOTALL
    )
    named = {command for text in code for command in re.findall(r"(?:^|\n|\$ |[|;] *)botmesh ([a-z]+)", text)}
    assert not named - set(COMMANDS)


def test_every_file_in_a_diagram_exists():
    for block in re.findall(r"^```mermaid\n(.*?)^```", PAGES["docs/architecture.md"], re.MULTILINE | re.DOTALL):
        for path in re.findall(r"participant \w+ as ((?:\w+/)?\w+\.py|\w+/)", block):
            assert (ROOT / "clients/python/botmesh" / path).exists(), path
