"""The model of a conversation does no I/O and reads no clock: what its modules import and call says so."""

import ast
from pathlib import Path

import pytest

import botmesh_conversations.model

FOLDER = Path(botmesh_conversations.model.__file__).parent
MODULES = sorted(path for path in FOLDER.glob("*.py") if not path.stem.endswith("_pb2"))
VALUES = (
    "botmesh.chain",
    "botmesh.errors",
    "botmesh.limits",
    "botmesh.names",
    "botmesh.parts",
    "botmesh.v1",
    "botmesh_conversations.model",
    "botmesh_service.times",
)
"""Of this project: values only."""
LIBRARIES = {
    "collections",
    "copy",
    "dataclasses",
    "functools",
    "google.protobuf",
    "itertools",
    "math",
    "re",
    "typing",
    "unicodedata",
}
CLOCKS = {"now", "utcnow", "today", "time", "time_ns", "monotonic", "GetCurrentTime"}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_within(name, packages):
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def impurities(source):
    """What a module of the model must not have in it."""
    tree = ast.parse(source)
    allowed = (*VALUES, *LIBRARIES)
    found = [name for name in imported(tree) if not is_within(name, allowed)]
    found += [
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS
    ]
    found += [type(node).__name__ for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)]
    return found + [node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "open"]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_of_the_model_imports_values_only_and_reads_no_clock(path):
    assert impurities(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "import asyncio",
        "import grpc",
        "from sqlite3 import connect",
        "import time",
        "from botmesh.calling.agent_client import AgentClient",
        "from botmesh_log.event_log import EventLog",
        "from botmesh_conversations.accounts import Accounts",
        "from datetime import datetime",
        "event.time.GetCurrentTime()",
        "clock.time()",
        "async def read(): ...",
        "open('file')",
    ],
)
def test_what_is_no_value_is_found(source):
    assert impurities(source) != []
