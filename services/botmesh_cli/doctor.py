"""`botmesh doctor`: checks services, data folder and system limits, and says how to repair what is wrong."""

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

if sys.platform != "win32":  # Windows has no such limits
    import resource

Level = Literal["ok", "warning", "problem"]
FEW_FILES = 4_096
"""Open files that a busy mesh needs for its connections."""
_SERVICES = {
    "registry": "botmesh.v1.RegistryService",
    "conversations": "botmesh.v1.ConversationService",
    "tasks": "botmesh.v1.TaskService",
    "journal": "botmesh.v1.JournalService",
}
_STYLES = {"ok": "green", "warning": "yellow", "problem": "bold red"}
_MAX_PROBLEMS = 500
_MAX_FILES = 1_000
"""Files of a data folder that are checked; a mesh has fewer than ten."""
_MAX_AGENTS = 1_000


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check."""

    level: Level
    what: str
    """The subject: a service, a file, a limit."""
    text: str
    """The state of the subject."""
    todo: str = ""
    """What to do about it; empty if nothing has to be done."""


@click.command()
@common
def doctor(with_: Common) -> int:
    """Check the services, the data folder and the limits of the system, and say what to do.

    Exit codes: 0 no problems, maybe warnings; 4 at least one problem.
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
        rows = table("", "WHAT", "HOW IT STANDS", "WHAT TO DO", unbroken=("", "WHAT"))
        for finding in findings:
            level = f"[{_STYLES[finding.level]}]{finding.level}[/]"
            rows.add_row(level, plain(finding.what), plain(finding.text), plain(finding.todo))
        out = console()
        out.print(rows)
        out.print(f"\n{_count(wrong, 'problem')}, {_count(warnings, 'warning')}.", style="bold" if wrong else "dim")
    return EXIT_FAILED if wrong else 0


async def _services(settings: ServiceSettings) -> list[Finding]:
    """Check all addresses at the same time, each once even if it has several services."""
    names_at: dict[str, list[str]] = {}
    for name, address in {"registry": settings.registry, **settings.services(settings.registry)}.items():
        names_at.setdefault(address, []).append(name)
    results = await asyncio.gather(*(_server(address, names, settings) for address, names in names_at.items()))
    return [finding for findings in results for finding in findings]


async def _server(address: str, names: list[str], settings: ServiceSettings) -> list[Finding]:
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
    """Findings about one service at an address that answers; none if the address serves it."""
    try:
        health = await _health(channel, _SERVICES[name])
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.NOT_FOUND:
            todo = f"name the address that does: BOTMESH_{name.upper()}"
            return [Finding("problem", name, f"{address} does not serve it", todo)]
        return [Finding("problem", name, f"{error.code().name}: {error.details()}", "look into its log")]
    return [] if health == "serving" else [Finding("problem", name, f"it is {health}", "look into its log")]


async def _problems(channel: grpc.aio.Channel, where: str) -> list[Finding]:
    """The problems that the process itself has noted."""
    request = pb.ListProblemsRequest(limit=_MAX_PROBLEMS)
    try:
        response: pb.ListProblemsResponse = await ProblemServiceStub(channel).ListProblems(request, timeout=TIMEOUT)
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            return [Finding("ok", where, "tells of no problems (it keeps no list of them)")]
        return [Finding("problem", where, f"tells no problems: {error.code().name}: {error.details()}", "try again")]
    findings = [_finding(problem) for problem in response.problems]
    more = response.total - len(findings)
    if more > 0:
        findings.append(Finding("warning", where, f"{more} more problems, seen longer ago", "look into its log"))
    return findings or [Finding("ok", where, "tells of no problems")]


def _finding(problem: pb.Problem) -> Finding:
    kind = word(pb.ProblemKind, problem.kind, "PROBLEM_KIND_")
    what = f"{problem.component}: {problem.subject}"
    times = "once" if problem.count == 1 else f"{problem.count} times, the last"
    text = f"{kind}, seen {times} at {clock(problem.last_seen)}: {problem.text}"
    if problem.over:
        return Finding("warning", what, f"is over: {text}")
    return Finding("problem", what, text, "the text says what; the log of the process has the cause")


async def _versions(channel: grpc.aio.Channel, account: str) -> list[Finding]:
    """A warning for each agent whose instances have different versions."""
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
    """Whether other users of this machine can read the data folder."""
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
    """Names and modes of files and folders that group or others may open; 0600 and 0700 are expected."""
    for path in (folder, *sorted(itertools.islice(folder.rglob("*"), _MAX_FILES))):
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & (stat.S_IRWXG | stat.S_IRWXO):
            yield f"{os.fspath(path.relative_to(folder.parent))} ({stat.S_IMODE(mode):04o})"


def _files(folder: Path) -> list[Finding]:
    """Whether the files of the data folder are intact, as `botmesh log check` does; no findings without a log."""
    from botmesh_log.salvage import check_folder  # noqa: PLC0415 - imported late: no other command needs it

    try:
        reports = check_folder(folder)
    except (InvalidField, OSError, sqlite3.Error):  # no log, or an unreadable one, of which _folder has told
        return []
    todo = f"botmesh log check {folder}; a damaged log is mended by `botmesh log salvage`"
    problems = [
        Finding("problem", f"{folder}/{report.name}", f"{report.state}: {report.text}", todo)
        for report in reports
        if report.state != "ok"
    ]
    return problems or [Finding("ok", f"data folder {folder}", f"{_count(len(reports), 'file')} read, none is damaged")]


def _limits() -> list[Finding]:
    if sys.platform == "win32":
        return []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= FEW_FILES:
        return [Finding("ok", "open files", "no limit" if soft == resource.RLIM_INFINITY else f"{soft:,} allowed")]
    enough = hard == resource.RLIM_INFINITY or hard >= FEW_FILES
    todo = f"ulimit -n {FEW_FILES}" if enough else "raise the hard limit: /etc/security/limits.conf, or LimitNOFILE"
    return [Finding("warning", "open files", f"{soft:,} allowed in this shell: a busy mesh needs {FEW_FILES:,}", todo)]


def _count(number: int, singular: str, plural: str = "") -> str:
    return f"{number} {singular if number == 1 else plural or f'{singular}s'}"
