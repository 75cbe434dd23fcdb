"""What an agent or a client reads: the list of settings, their defaults, and where a value came from.

Later wins: built-in, file (botmesh.toml), environment (BOTMESH_*), a bot's config.csv, flag. For the policies' limits
that does not hold: each layer only narrows what the mesh allows (limits.py).

The services of a mesh extend the list (botmesh_service.settings). One file serves both: the SDK passes over the names
that only services read.

No configuration library: none of them knows where a value came from, or how to narrow one.
"""

import csv
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from botmesh.errors import InvalidField
from botmesh.limits import Limits, partial
from botmesh.names import check_id, did_you_mean, nearest
from botmesh.setting import (
    ADDRESS,
    BUDGET,
    BYTES,
    COUNT,
    PREFIX,
    SECONDS,
    SWITCH,
    VERSION,
    Setting,
    parse_level,
    parse_optional_address,
)
from botmesh.v1 import limits_pb2

FILE_VARIABLE = "BOTMESH_CONFIG"
KIT_VARIABLE = "BOTMESH_KIT_NAME"
"""What the conformance kit tells the agent under test: no setting, and no mistake."""
DEFAULT_FILE = "botmesh.toml"
CSV_FILE = "config.csv"
BUILT_IN = "built-in"


def _account(text: str) -> str:
    return check_id("account", text)


_ALIASES = {
    "enabled": "a2a-enabled",
    "default_timeout": "a2a-timeout",
    "max_hops": "a2a-max-hops",
    "max_retries": "a2a-retry-count",
}


def _limits() -> Iterator[Setting]:
    kinds = {bool: SWITCH, float: SECONDS, int: COUNT}
    docs = {
        "enabled": "Whether delegations are allowed at all",
        "default_timeout": "The deadline of a call without one",
        "max_timeout": "The longest deadline of a call",
        "stream_idle_timeout": "How long a stream may be silent",
        "max_hops": "The most hops in a chain",
        "allow_revisits": "Whether an agent in the path may be asked again",
        "max_message_bytes": "The largest message, either way",
        "max_delegations": "The most delegations open per conversation at one instance",
        "max_retries": "Further attempts after one failed to reach its target",
        "chain_budget": "What a chain may cost, in millionths of a unit of any currency",
        "conversation_budget": "What a conversation may cost, in the same",
        "daily_budget": "What an account may cost on a day (UTC), in the same",
        "max_reply_bytes": "The largest streamed reply, all its pieces together",
    }
    for limit in fields(Limits):
        name = limit.name
        parse, expects = BYTES if name.endswith("bytes") else kinds[type(limit.default)]
        if name.endswith("budget"):
            parse, expects = BUDGET
        yield Setting(name, limit.default, parse, expects, docs[name], _ALIASES.get(name, ""), is_limit=True)


SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("registry", "127.0.0.1:7600", *ADDRESS, "Where the registry is"),
        Setting("account", "default", _account, "an id ([A-Za-z0-9._-], at most 64)", "The tenant"),
        Setting("bind", "127.0.0.1:0", *ADDRESS, "Where a bot listens; port 0: any free one"),
        Setting("advertise", "", parse_optional_address, ADDRESS[1], "What a bot registers; empty: where it listens"),
        Setting("log_level", "info", parse_level, "debug, info, warning or error", "How much is logged"),
        *_limits(),
        Setting("drain_timeout", 30.0, *SECONDS, "How long a bot that leaves waits for what runs"),
        Setting("connect_timeout", 2.0, *SECONDS, "How long connecting to an instance may take"),
        Setting("links", True, *SWITCH, "Whether calls between two processes share a stream, where both know how"),
        Setting(
            "ejection_time",
            5.0,
            *SECONDS,
            "How long a failed instance is ejected while there are others",
        ),
        Setting("idempotency_ttl", 300.0, *SECONDS, "How long an outcome is remembered by message id"),
        Setting("idempotency_entries", 10_000, *COUNT, "How many outcomes are remembered"),
        Setting("idempotency_bytes", 64 * 1024 * 1024, *BYTES, "How much memory they may take"),
        Setting("orphan_grace", 1.0, *SECONDS, "How long work goes on after its last caller was lost"),
        Setting("queue_size", 1000, *COUNT, "How many tasks may wait for a bot", "a2a-queue-size"),
        Setting("persist_messages", False, *SWITCH, "Whether messages are logged", "a2a-persist-messages"),
        Setting("protocol_version", "1.0", *VERSION, "The A2A version that messages follow", "a2a-protocol-version"),
        Setting(
            "conversations",
            "",
            parse_optional_address,
            ADDRESS[1],
            "Where conversations are; empty: beside the registry",
        ),
        Setting("tasks", "", parse_optional_address, ADDRESS[1], "Where tasks are; empty: beside the registry"),
        Setting("journal", "", parse_optional_address, ADDRESS[1], "Where the journal is; empty: beside the registry"),
    )
}
"""What an agent or a client reads, by name."""

MESH_NAMES = (
    "registry_bind",
    "lease_duration",
    "max_heartbeats_per_second",
    "max_instances",
    "max_agents",
    "probe_ranges",
    "data_dir",
    "primary",
    "turn_timeout",
    "offer_timeout",
    "suggestion_timeout",
    "turn_history",
    "max_replies",
    "gather",
    "not_mine_to_primary",
    "silence",
    "claim_timeout",
    "triggers",
    "idle_timeout",
    "conversations_bind",
    "tasks_bind",
    "task_run_timeout",
    "task_max_run_timeout",
    "task_concurrency",
    "message_log_bytes",
    "message_log_age",
    "trace_spans",
)
"""What only the services of a mesh read (botmesh_service.settings): no mistake in a file that a bot reads as well."""

NAMES = (*SETTINGS, *MESH_NAMES)
"""All names that a file, the environment or a flag may hold."""

_BY_ALIAS = {setting.alias: setting.name for setting in SETTINGS.values() if setting.alias}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Effective values, and where each came from."""

    TABLE: ClassVar[Mapping[str, Setting]] = SETTINGS
    """What is read into it, by name."""

    registry: str
    account: str
    bind: str
    advertise: str
    log_level: str
    drain_timeout: float
    connect_timeout: float
    links: bool
    ejection_time: float
    idempotency_ttl: float
    idempotency_entries: int
    idempotency_bytes: int
    orphan_grace: float
    queue_size: int
    persist_messages: bool
    protocol_version: str
    conversations: str
    tasks: str
    journal: str
    given_limits: dict[str, Any]
    """Limits that some layer names; the others are the mesh's."""
    sources: dict[str, str] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """The limits that these settings give a mesh: built-in where nothing is said."""
        return Limits(**self.given_limits)

    @property
    def narrowing(self) -> limits_pb2.Limits:
        """Only the limits that are said: what narrows the mesh's for a bot or a client."""
        return partial(self.given_limits)

    def services(self, registry: str) -> dict[str, str]:
        """Where the services are that are no agents, by name: beside the registry unless said otherwise."""
        return {
            "conversations": self.conversations or registry,
            "tasks": self.tasks or registry,
            "journal": self.journal or registry,
        }

    def value(self, name: str) -> Any:
        """The effective value of a setting by name."""
        return getattr(self.limits if self.TABLE[name].is_limit else self, name)


def load(
    *,
    file: str | os.PathLike[str] | None = None,
    csv: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Settings:
    """The effective settings.

    Args:
        file: a TOML file; default the one that BOTMESH_CONFIG names, else ./botmesh.toml if there is one.
        csv: a bot's `name,value` rows; default ./config.csv if there is one.
        environ: the environment; default the process's. An empty one also means: no files by default.
        flags: values by name, as given on a command line.

    Raises:
        InvalidField: a name is unknown (the nearest is suggested), a value is malformed, or a named file is missing.
    """
    return load_as(Settings, file=file, csv=csv, environ=environ, flags=flags)


S = TypeVar("S", bound=Settings)


def load_as(
    kind: type[S],
    *,
    file: str | os.PathLike[str] | None,
    csv: str | os.PathLike[str] | None,
    environ: Mapping[str, str] | None,
    flags: Mapping[str, str] | None,
) -> S:
    """What `load` does, for settings with a longer table."""
    table = kind.TABLE
    environment = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, text, source in _layers(file, csv, environment, flags or {}, defaults=environ is None):
        if name not in table:
            continue  # only the services of a mesh read it
        value = _parsed(table[name], text, source)
        if table[name].is_limit and name in values and min(values[name], value) != value:
            continue  # an earlier layer is narrower
        values[name], sources[name] = value, source
    given = {name: values[name] for name in values if table[name].is_limit}
    plain = {s.name: values.get(s.name, s.default) for s in table.values() if not s.is_limit}
    return kind(**plain, given_limits=given, sources={name: sources.get(name, BUILT_IN) for name in table})


Layer = Iterator[tuple[str, str, str]]
"""A name, its text, and where that stands."""


def _layers(
    file: str | os.PathLike[str] | None,
    rows: str | os.PathLike[str] | None,
    environ: Mapping[str, str],
    flags: Mapping[str, str],
    *,
    defaults: bool,
) -> Layer:
    file = file or environ.get(FILE_VARIABLE) or None
    if file is not None or (defaults and Path(DEFAULT_FILE).is_file()):
        yield from _from_file(Path(file or DEFAULT_FILE))
    yield from _from_environment(environ)
    if rows is not None or (defaults and Path(CSV_FILE).is_file()):
        yield from _from_csv(Path(rows or CSV_FILE), strict=rows is not None)
    for name, text in flags.items():
        yield _known(name, "flag"), text, f"flag --{name.replace('_', '-')}"


def _from_file(path: Path) -> Layer:
    source = f"file {path}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InvalidField(f"cannot read {path}: {error.strerror}", field="config", value=path) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidField(f"{path} is not TOML: {error}", field="config", value=path) from None
    for name, value in content.items():
        yield _known(name, source), str(value), source


def _from_environment(environ: Mapping[str, str]) -> Layer:
    names = {PREFIX + name.upper(): name for name in NAMES}
    for variable in sorted(environ):
        if not variable.startswith(PREFIX) or variable in (FILE_VARIABLE, KIT_VARIABLE):
            continue
        if variable not in names:
            close = [PREFIX + name.upper() for name in nearest(variable.removeprefix(PREFIX).lower(), NAMES)]
            raise InvalidField(f"{variable} is no setting.{did_you_mean(close)}", field=variable)
        yield names[variable], environ[variable], f"environment {variable}"


def _from_csv(path: Path, *, strict: bool) -> Layer:
    """A bot's config.csv. One that merely lies here may hold other programs' rows: only a2a-* are ours then."""
    source = f"config.csv {path}"
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:  # spreadsheets put a mark in front
            rows = [(row[0].strip(), row[1].strip()) for row in csv.reader(opened) if len(row) > 1]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InvalidField(f"cannot read {path}: {error}", field="config.csv", value=path) from None
    for name, value in rows:
        if name in _BY_ALIAS:
            yield _BY_ALIAS[name], value, source
        elif name.startswith("a2a-") or (strict and (name, value) != ("name", "value")):
            close = nearest(name, _BY_ALIAS)
            raise InvalidField(f"{path}: {name} is no setting.{did_you_mean(close)}", field=name)


def _known(given: str, source: str) -> str:
    name = given.replace("-", "_")
    if name not in NAMES:
        raise InvalidField(f"{source}: {given} is no setting.{did_you_mean(nearest(name, NAMES))}", field=given)
    return name


def _parsed(setting: Setting, text: str, source: str) -> Any:
    try:
        return setting.parse(text)
    except (ValueError, KeyError, InvalidField):
        raise InvalidField(
            f"{setting.name} ({source}) must be {setting.expects} but is {text[:80]!r}",
            field=setting.name,
            value=text[:80],
        ) from None
