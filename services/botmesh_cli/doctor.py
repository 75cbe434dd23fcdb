"""`botmesh doctor`: what does not work as it should, and what to do about it."""

import asyncio
import itertools
import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from botmesh.calling.peers import CHANNEL_OPTIONS
from botmesh.errors import InvalidField
from botmesh.v1 import problem_service_pb2 as pb
from botmesh.v1 import registry_service_pb2 as registry_pb
from botmesh.v1.problem_service_pb2_grpc import ProblemServiceStub
from botmesh.v1.registry_service_pb2_grpc import RegistryServiceStub
from botmesh_cli.connection import TIMEOUT
from botmesh_cli.main import EXIT_FAILED
from botmesh_cli.options import Common, common, run
from botmesh_cli.output import clock, console, plain, print_json, table, word
from botmesh_service.settings import ServiceSettings

if sys.platform != "win32":  # which has no such limits
    import resource

Level = Literal["ok", "warning", "problem"]
FEW_FILES = 4_096
"""Open files: below this many a busy mesh runs out of connections."""
_SERVICES = {
    "registry": "botmesh.v1.RegistryService",
    "conversations": "botmesh.v1.ConversationService",
    "tasks": "botmesh.v1.TaskService",
    "journal": "botmesh.v1.JournalService",
}
_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}
_MAX_PROBLEMS = 500
_MAX_FILES = 1_000
"""Of a data folder that are looked at: a mesh has a few."""
_MAX_AGENTS = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    """What it is about: a service, a file, a limit."""
    text: str
    """How it stands."""
    todo: str = ""
    """What to do about it; empty where nothing has to be done."""


@click.command()
@common
def doctor(with_: Common) -> int:
    """Look for what does not work as it should: services, data folder, limits.

    Exit codes: 0 nothing is wrong (there may be warnings), 4 something is.
    """
    return run(_doctor(with_))


async def _doctor(with_: Common) -> int:
    folder = Path(with_.settings.data_dir)
    files = await asyncio.to_thread(_files, folder)
    findings = [*await _services(with_.settings), *_folder(folder), *files, *_limits()]
    wrong = sum(finding.level == "problem" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    if with_.as_json:
        print_json({"problems": wrong, "warnings": warnings, "findings": [asdict(finding) for finding in findings]})
    else:
        rows = table("", "WHAT", "HOW IT STANDS", "WHAT TO DO", whole=("", "WHAT"))
        for one in findings:
            level = f"[{_STYLES[one.level]}]{one.level}[/]"
            rows.add_row(level, plain(one.what), plain(one.text), plain(one.todo))
        out = console()
        out.print(rows)
        out.print(f"\n{_count(wrong, 'problem')}, {_count(warnings, 'warning')}.", style="bold" if wrong else "dim")
    return EXIT_FAILED if wrong else 0


async def _services(settings: ServiceSettings) -> list[Finding]:
    """Every address is asked once, whatever it serves, and all at the same time."""
    named: dict[str, list[str]] = {}
    for name, address in {"registry": settings.registry, **settings.services(settings.registry)}.items():
        named.setdefault(address, []).append(name)
    found = await asyncio.gather(*(_at(address, names, settings) for address, names in named.items()))
    return [finding for findings in found for finding in findings]


async def _at(address: str, names: list[str], settings: ServiceSettings) -> list[Finding]:
    where = f"{', '.join(names)} at {address}"
    async with grpc.aio.insecure_channel(address, options=CHANNEL_OPTIONS) as channel:
        try:
            health = await _health(channel, "")
        except grpc.aio.AioRpcError as error:
            return [_unreachable(where, names, error)]
        if health != "serving":
            text = f"answers, and says of itself that it is {health}"
            return [Finding("problem", where, text, "wait if it starts or stops; else look into its log")]
        findings = [Finding("ok", where, "reachable and healthy")]
        for name in names:
            findings += await _serves(channel, name, address)
        findings += await _problems(channel, where)
        if "registry" in names:
            findings += await _versions(channel, settings.account)
        return findings


async def _health(channel: grpc.aio.Channel, service: str) -> str:
    request = health_pb2.HealthCheckRequest(service=service)
    response = await health_pb2_grpc.HealthStub(channel).Check(request, timeout=TIMEOUT)
    return word(health_pb2.HealthCheckResponse.ServingStatus, response.status)


def _unreachable(where: str, names: list[str], error: grpc.aio.AioRpcError) -> Finding:
    setting = " or ".join(f"BOTMESH_{name.upper()}" for name in names)
    code = error.code()
    if code is grpc.StatusCode.UNAVAILABLE:
        return Finding("problem", where, "nobody answers", f"start `botmesh up`, or name another address: {setting}")
    if code is grpc.StatusCode.DEADLINE_EXCEEDED:
        text = f"no answer within {TIMEOUT:g} s"
        return Finding("problem", where, text, "look whether its process is stuck or overloaded")
    if code is grpc.StatusCode.UNIMPLEMENTED:
        text = "whoever answers there does not say how it is: no service of Botmesh"
        return Finding("problem", where, text, f"name another address: {setting}")
    return Finding("problem", where, f"{code.name}: {error.details()}", "look into its log")


async def _serves(channel: grpc.aio.Channel, name: str, address: str) -> list[Finding]:
    """Whether what answers there is the service that is looked for."""
    try:
        health = await _health(channel, _SERVICES[name])
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            todo = f"name the address that does: BOTMESH_{name.upper()}"
            return [Finding("problem", name, f"{address} does not serve it", todo)]
        return [Finding("problem", name, f"{error.code().name}: {error.details()}", "look into its log")]
    return [] if health == "serving" else [Finding("problem", name, f"it is {health}", "look into its log")]


async def _problems(channel: grpc.aio.Channel, where: str) -> list[Finding]:
    """What the process itself knows of."""
    request = pb.ListProblemsRequest(limit=_MAX_PROBLEMS)
    try:
        response: pb.ListProblemsResponse = await ProblemServiceStub(channel).ListProblems(request, timeout=TIMEOUT)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            return [Finding("ok", where, "tells of no problems (it keeps no list of them)")]
        return [Finding("problem", where, f"tells no problems: {error.code().name}: {error.details()}", "try again")]
    findings = [_told(problem) for problem in response.problems]
    more = response.total - len(findings)
    if more > 0:
        findings.append(Finding("warning", where, f"{more} more problems, seen longer ago", "look into its log"))
    return findings or [Finding("ok", where, "tells of no problems")]


def _told(problem: pb.Problem) -> Finding:
    kind = word(pb.ProblemKind, problem.kind, "PROBLEM_KIND_")
    what = f"{problem.component}: {problem.subject}"
    times = "once" if problem.count == 1 else f"{problem.count} times, the last"
    text = f"{kind}, seen {times} at {clock(problem.last_seen)}: {problem.text}"
    if problem.over:
        return Finding("warning", what, f"is over: {text}")
    return Finding("problem", what, text, "the text says what; the log of the process has the cause")


async def _versions(channel: grpc.aio.Channel, account: str) -> list[Finding]:
    """Whether the instances of an agent are of one version, as far as they say."""
    request = registry_pb.ListAgentsRequest(account_id=account, page_size=_MAX_AGENTS)
    try:
        response: registry_pb.ListAgentsResponse = await RegistryServiceStub(channel).ListAgents(
            request, timeout=TIMEOUT
        )
    except grpc.aio.AioRpcError as error:
        return [Finding("problem", "agents", f"cannot be listed: {error.code().name}: {error.details()}", "try again")]
    findings = []
    for agent in response.agents:
        versions = sorted({instance.version for instance in agent.instances if instance.version})
        if len(versions) > 1:
            text = f"its instances are of {len(versions)} versions: {', '.join(versions)}"
            findings.append(Finding("warning", f"agent {agent.card.name}", text, "end the old ones if no update runs"))
    return findings


def _folder(folder: Path) -> list[Finding]:
    """The data folder, where it is on this machine: nobody else of the machine may read it."""
    what = f"data folder {folder}"
    try:
        if not folder.is_dir():
            return [Finding("ok", what, "not on this machine, or nothing was kept yet")]
        modes = list(_open_to_others(folder))
    except OSError as error:
        todo = "run `botmesh doctor` as the user that runs the mesh"
        return [Finding("warning", what, f"cannot be read: {error.strerror}", todo)]
    if not modes:
        return [Finding("ok", what, "only its owner can read it")]
    text = f"others on this machine can get at {_count(len(modes), 'file or folder', 'files and folders')}: "
    return [Finding("problem", what, text + ", ".join(modes[:3]), f"chmod -R go= {folder.resolve()}")]


def _open_to_others(folder: Path) -> Iterator[str]:
    """Names and modes of what is open to group or others: of the folder 0700 is expected, of a file 0600."""
    for path in (folder, *sorted(itertools.islice(folder.rglob("*"), _MAX_FILES))):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{os.fspath(path.relative_to(folder.parent))} ({stat.S_IMODE(mode):04o})"


def _files(folder: Path) -> list[Finding]:
    """Whether the files of the data folder can be read, as `botmesh log check` says; nothing where there is no log."""
    from botmesh_log.salvage import check_folder  # noqa: PLC0415 - read late: no other command needs it

    try:
        reports = check_folder(folder)
    except (InvalidField, OSError, sqlite3.Error):  # no log, or none that may be read: the line before says so
        return []
    todo = f"botmesh log check {folder}; a damaged log is mended by `botmesh log salvage`"
    wrong = [
        Finding("problem", f"{folder}/{one.name}", f"{one.state}: {one.text}", todo)
        for one in reports
        if one.state != "ok"
    ]
    return wrong or [Finding("ok", f"data folder {folder}", f"{_count(len(reports), 'file')} read, none is damaged")]


def _limits() -> list[Finding]:
    if sys.platform == "win32":
        return []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= FEW_FILES:
        return [Finding("ok", "open files", "no limit" if soft == resource.RLIM_INFINITY else f"{soft:,} allowed")]
    enough = hard == resource.RLIM_INFINITY or hard >= FEW_FILES
    todo = f"ulimit -n {FEW_FILES}" if enough else "raise the hard limit: /etc/security/limits.conf, or LimitNOFILE"
    return [Finding("warning", "open files", f"{soft:,} allowed in this shell: a busy mesh needs {FEW_FILES:,}", todo)]


def _count(number: int, one: str, several: str = "") -> str:
    return f"{number} {one if number == 1 else several or f'{one}s'}"
