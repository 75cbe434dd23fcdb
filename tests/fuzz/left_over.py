"""What meshes leave behind, looked at after each test module that ran one (BOTMESH_CHECK_LOGS, on where CI is set).

A copy of the event log is opened with the services' own code: each event must be readable and foldable, and lists that
are told from nothing must be the lists that were there, once these have caught up with the log. A module that plants
what cannot be read says so: PLANTS_UNREADABLE = True.
"""

import asyncio
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botmesh.telemetry.telemetry import Telemetry
from botmesh.v1.contact_pb2 import Contact
from botmesh.v1.conversation_pb2 import Conversation
from botmesh.v1.problem_service_pb2 import PROBLEM_KIND_UNREADABLE
from botmesh.v1.task_pb2 import Task
from botmesh_conversations import ConversationsComponent
from botmesh_conversations.event_stream import EventStream
from botmesh_conversations.model.account_state import AccountState
from botmesh_conversations.model.fold import apply_to_account
from botmesh_conversations.model.streams import is_conversation
from botmesh_log.event_log import EventLog
from botmesh_log.sqlite_log import open_log
from botmesh_service import Problems
from botmesh_service.agent_clients import AgentClients
from botmesh_service.settings import load
from botmesh_tasks import TasksComponent
from botmesh_tasks.aggregate import is_task

ON = os.environ.get("BOTMESH_CHECK_LOGS", os.environ.get("CI", "")) not in ("", "0", "false")
"""Read before conftest.py forgets all settings."""
LOG = "events.sqlite"
MOST = 40
"""Folders of one module that are looked at: the last ones."""
_PROJECTIONS = ("projection.sqlite", "tasks.sqlite")
_NOBODY = "127.0.0.1:1"
_QUERIES = {
    "conversations": (
        "projection.sqlite",
        (
            "SELECT id, account, channel, contact, status, owner, updated, pending, queued, closed, carried, view "
            "FROM conversation"
        ),
        Conversation,
    ),
    "messages": ("projection.sqlite", "SELECT conversation || '/' || id, sequence FROM message", None),
    "tags": ("projection.sqlite", "SELECT tag || '/' || id FROM tag", None),
    "contacts": (
        "projection.sqlite",
        "SELECT account || '/' || id, status, until, assigned, updated, shared, merged, view FROM contact",
        Contact,
    ),
    "addresses": ("projection.sqlite", "SELECT account || '/' || channel || '/' || text, contact FROM address", None),
    "tags of contacts": ("projection.sqlite", "SELECT account || '/' || tag || '/' || id FROM contact_tag", None),
    "conversations of contacts": (
        "projection.sqlite",
        "SELECT conversation, account, contact, open, opening FROM contact_conversation",
        None,
    ),
    "merges": ("projection.sqlite", "SELECT account || '/' || merged FROM contact_merge", None),
    "forms": ("projection.sqlite", "SELECT account || '/' || contact || '/' || id FROM form", None),
    "tasks": (
        "tasks.sqlite",
        "SELECT account||id, agent, from_agent, conversation, correlation, state, updated, pending, view FROM task",
        Task,
    ),
}
"""What is compared. Not when a conversation is due: that hangs on settings."""


@dataclass
class LeftOver:
    """Folders of meshes that have ended, of one module."""

    folders: dict[Path, Path] = field(default_factory=dict)
    """Where each was, and where what is to be looked at is."""
    kept: list[tempfile.TemporaryDirectory[str]] = field(default_factory=list)

    def note(self, folder: str | Path, *, keep: bool = False) -> None:
        """A mesh has ended there; `keep`: the folder is about to be deleted, so copy it now."""
        place = Path(folder)
        if not ON or not (place / LOG).exists():
            return
        where = place
        if keep:
            self.kept.append(tempfile.TemporaryDirectory(prefix="botmesh-left-"))
            where = Path(self.kept[-1].name)
            _copy(place, where)
        self.folders.pop(place, None)
        self.folders[place] = where

    def take(self) -> list[Path]:
        """The folders to look at; none are known afterwards."""
        found = [where for where in list(self.folders.values())[-MOST:] if (where / LOG).exists()]
        self.folders.clear()
        return found

    def forget(self) -> None:
        """Delete all copies."""
        for one in self.kept:
            one.cleanup()
        self.kept.clear()


left_over = LeftOver()


def _copy(folder: Path, to: Path) -> None:
    for name in (LOG, *_PROJECTIONS):
        for one in folder.glob(f"{name}*"):
            if one.is_file() and ".damaged" not in one.name:
                shutil.copy2(one, to / one.name)


def look(folders: Sequence[Path]) -> list[str]:
    """What is wrong with them."""
    return asyncio.run(_look(folders)) if folders else []


async def _look(folders: Sequence[Path]) -> list[str]:
    return [f"{folder}: {text}" for folder in folders for text in await differences(folder)]


async def differences(folder: Path) -> list[str]:
    """What cannot be read of a mesh's folder, and where lists told from nothing differ from those that are there."""
    with tempfile.TemporaryDirectory(prefix="botmesh-again-") as name:
        copy = Path(name)
        _copy(folder, copy)
        found = await _unreadable(copy)
        there = _lists(copy)
        for one in _PROJECTIONS:
            for file in copy.glob(f"{one}*"):
                file.unlink()
        found += [one for one in await _unreadable(copy) if one not in found]
        return found + _compared(there, _lists(copy))


async def _unreadable(folder: Path) -> list[str]:
    """Catch up with the log, and fold what else stands in it; what cannot be read."""
    problems, settings, telemetry = Problems(), load(environ={}, flags={}), Telemetry("left-over")
    log = open_log(folder / LOG, lambda kind, subject, text: problems.unreadable("log", subject, f"{kind}: {text}"))
    clients = AgentClients(settings, telemetry, _NOBODY)
    try:
        conversations = ConversationsComponent(
            log,
            folder / _PROJECTIONS[0],
            settings,
            telemetry,
            clients=clients,
            address=_NOBODY,
            problems=problems,
        ).conversations
        tasks = TasksComponent(log, folder / _PROJECTIONS[1], settings, clients, problems).tasks
        await conversations.catch_up()
        await tasks._projector.catch_up()
        conversations.projection.close()
        tasks.projection.close()
        await _fold_others(log, problems)
    finally:
        await clients.close()
        await log.close()
    return [
        f"{one.component} {one.subject}: {one.text}"
        for one in problems.newest(1_000)
        if one.kind == PROBLEM_KIND_UNREADABLE
    ]


async def _fold_others(log: EventLog, problems: Problems) -> None:
    """Accounts and contacts."""
    streams, position = set(), 0
    while records := await log.read_all(position + 1):
        streams |= {one.stream for one in records if not is_conversation(one.stream) and not is_task(one.stream)}
        position = records[-1].position
    for one in streams:
        stream = EventStream(
            one, log, AccountState(), apply_to_account, lambda stream, text: problems.unreadable("left", stream, text)
        )
        await stream.load()


def _lists(folder: Path) -> dict[str, dict[str, tuple[Any, ...]]]:
    made: dict[str, dict[str, tuple[Any, ...]]] = {}
    for name, (file, query, kind) in _QUERIES.items():
        with closing(sqlite3.connect(folder / file)) as db:
            rows = {}
            for key, *values in db.execute(query):
                if kind is not None:
                    values[-1] = kind.FromString(values[-1])
                rows[key] = tuple(values)
            made[name] = rows
    return made


def _compared(there: dict[str, dict[str, Any]], anew: dict[str, dict[str, Any]]) -> list[str]:
    found = []
    for name, rows in there.items():
        for key in rows.keys() | anew[name].keys():
            one, other = rows.get(key), anew[name].get(key)
            if one != other:
                found.append(f"{name} differ at {key}: the list has {one} and the log says {other}")
    return found
