"""All settings: one list of names, their defaults, and where a value came from.

Later wins: built-in, file (botmesh.toml), environment (BOTMESH_*), a bot's config.csv, flag. For the policies' limits
that does not hold: each layer only narrows what the mesh allows (limits.py).

No configuration library: what there is knows neither where a value came from nor how to narrow one.
"""

import csv
import os
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from botmesh.errors import InvalidField
from botmesh.limits import NO_BUDGET, Limits, partial
from botmesh.names import check_agent, check_id, did_you_mean, nearest
from botmesh.v1 import limits_pb2

PREFIX = "BOTMESH_"
FILE_VARIABLE = "BOTMESH_CONFIG"
KIT_VARIABLE = "BOTMESH_KIT_NAME"
"""What the conformance kit tells the agent under test: no setting, and no mistake."""
DEFAULT_FILE = "botmesh.toml"
CSV_FILE = "config.csv"
BUILT_IN = "built-in"
NONE = "none"
"""No budget."""
_MOST_SECONDS = 366 * 24 * 3600
_MOST_COUNT = 2**31 - 1
"""What the contract's Limits can carry on every platform."""


@dataclass(frozen=True)
class Setting:
    """One setting."""

    name: str
    default: Any
    parse: Callable[[str], Any]
    expects: str
    doc: str
    alias: str = ""
    """Its name in a bot's config.csv."""
    is_limit: bool = False

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return PREFIX + self.name.upper()


def parse_seconds(text: str) -> float:
    """Seconds from "30", "0.5", "500ms", "30s", "5m" or "1h"."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)?", text.strip())
    if match is None:
        raise ValueError(text)
    seconds = float(match[1]) * {"ms": 0.001, None: 1, "s": 1, "m": 60, "h": 3600}[match[2]]
    if seconds > _MOST_SECONDS:
        raise ValueError(text)
    return seconds


def parse_bytes(text: str) -> int:
    """Bytes from "1048576", "64KiB" or "1MiB"."""
    match = re.fullmatch(r"(\d+)\s*(B|KiB|MiB|GiB)?", text.strip())
    if match is None:
        raise ValueError(text)
    size = int(match[1]) << {None: 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30}[match[2]]
    if size.bit_length() > 63:  # noqa: PLR2004 - the contract's uint64, with room for sums
        raise ValueError(text)
    return size


def parse_count(text: str) -> int:
    """A whole number, 0 to 2147483647."""
    if not re.fullmatch(r"\d+", text.strip()) or int(text) > _MOST_COUNT:
        raise ValueError(text)
    return int(text)


def parse_budget(text: str) -> int:
    """A whole number of millionths, or "none"."""
    words = text.strip()
    if words == NONE:
        return NO_BUDGET
    if not re.fullmatch(r"\d+", words) or int(words) > NO_BUDGET:
        raise ValueError(text)
    return int(words)


def parse_switch(text: str) -> bool:
    """True or false, yes or no, on or off, 1 or 0."""
    found = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
    return found[text.strip().lower()]


def parse_address(text: str) -> str:
    """IP and port, "127.0.0.1:7600"."""
    host, colon, port = text.strip().rpartition(":")
    if not (host and colon and port.isdecimal() and int(port) < 65536):  # noqa: PLR2004 - ports
        raise ValueError(text)
    return text.strip()


def parse_level(text: str) -> str:
    """A log level."""
    level = text.strip().lower()
    if level not in ("debug", "info", "warning", "error", "critical"):
        raise ValueError(text)
    return level


def _account(text: str) -> str:
    return check_id("account", text)


def _gather(text: str) -> float:
    seconds = parse_seconds(text)
    if seconds > 300:  # noqa: PLR2004 - five minutes
        raise ValueError(text)
    return seconds


def _optional_agent(text: str) -> str:
    return check_agent("agent", text) if text.strip() else ""


def _optional_address(text: str) -> str:
    return parse_address(text) if text.strip() else ""


_SECONDS = (parse_seconds, 'seconds ("30", "500ms", "5m"), a year at most')
_BYTES = (parse_bytes, 'bytes ("65536", "64KiB", "1MiB")')
_COUNT = (parse_count, f"a whole number, 0 to {_MOST_COUNT}")
_BUDGET = (parse_budget, f'a whole number of millionths, or "{NONE}"')
_SWITCH = (parse_switch, "true or false")
_ADDRESS = (parse_address, 'IP and port ("127.0.0.1:7600")')
_TEXT = (str, "text")
_ALIASES = {
    "enabled": "a2a-enabled",
    "default_timeout": "a2a-timeout",
    "max_hops": "a2a-max-hops",
    "max_retries": "a2a-retry-count",
}


def _limits() -> Iterator[Setting]:
    kinds = {bool: _SWITCH, float: _SECONDS, int: _COUNT}
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
    for one in fields(Limits):
        parse, expects = _BYTES if one.name.endswith("bytes") else kinds[type(one.default)]
        if one.name.endswith("budget"):
            parse, expects = _BUDGET
        yield Setting(one.name, one.default, parse, expects, docs[one.name], _ALIASES.get(one.name, ""), is_limit=True)


SETTINGS: dict[str, Setting] = {
    setting.name: setting
    for setting in (
        Setting("registry", "127.0.0.1:7600", *_ADDRESS, "Where the registry is"),
        Setting("account", "default", _account, "an id ([A-Za-z0-9._-], at most 64)", "The tenant"),
        Setting("bind", "127.0.0.1:0", *_ADDRESS, "Where a bot listens; port 0: any free one"),
        Setting("advertise", "", _optional_address, _ADDRESS[1], "What a bot registers; empty: where it listens"),
        Setting("log_level", "info", parse_level, "debug, info, warning or error", "How much is logged"),
        *_limits(),
        Setting("drain_timeout", 30.0, *_SECONDS, "How long a bot that leaves waits for what runs"),
        Setting("connect_timeout", 2.0, *_SECONDS, "How long connecting to an instance may take"),
        Setting("links", True, *_SWITCH, "Whether calls between two processes share a stream, where both know how"),
        Setting("set_aside", 5.0, *_SECONDS, "How long an instance that failed is left alone"),
        Setting("idempotency_ttl", 300.0, *_SECONDS, "How long an outcome is remembered by message id"),
        Setting("idempotency_entries", 10_000, *_COUNT, "How many outcomes are remembered"),
        Setting("idempotency_bytes", 64 * 1024 * 1024, *_BYTES, "How much memory they may take"),
        Setting("orphan_grace", 1.0, *_SECONDS, "How long work goes on after its last caller was lost"),
        Setting("queue_size", 1000, *_COUNT, "How many tasks may wait for a bot", "a2a-queue-size"),
        Setting("persist_messages", False, *_SWITCH, "Whether messages are logged", "a2a-persist-messages"),
        Setting("protocol_version", "1.0", *_TEXT, "The A2A version that messages follow", "a2a-protocol-version"),
        Setting("registry_bind", "127.0.0.1:7600", *_ADDRESS, "Where the registry listens"),
        Setting("lease_duration", 10.0, *_SECONDS, "How long a lease lives in a small mesh"),
        Setting("max_heartbeats_per_second", 1000, *_COUNT, "Leases grow so that heartbeats stay under this rate"),
        Setting("max_instances", 20_000, *_COUNT, "The most instances that the registry takes"),
        Setting("max_agents", 10_000, *_COUNT, "The most agents that the registry remembers"),
        Setting(
            "probe_ranges", "", *_TEXT, "Address ranges besides the peer's own that may be registered (CIDR, commas)"
        ),
        Setting("data_dir", ".botmesh", *_TEXT, "Where `botmesh up` keeps conversations"),
        Setting(
            "primary",
            "",
            _optional_agent,
            "an agent's name",
            "Which agent answers conversations; empty: the human desk",
        ),
        Setting("turn_timeout", 60.0, *_SECONDS, "How long a bot has for a contact's turn"),
        Setting("offer_timeout", 10.0, *_SECONDS, "How long an agent has to answer the offer of a conversation"),
        Setting("suggestion_timeout", 3600.0, *_SECONDS, "How long a suggested reply waits for approval"),
        Setting(
            "turn_history",
            20,
            *_COUNT,
            "How many of the newest messages a bot gets with a turn; with its first after a transfer up to 256 KiB",
        ),
        Setting("max_replies", 0, *_COUNT, "Replies of bots in a conversation before they are paused; 0: no limit"),
        Setting("gather", 0.0, _gather, "0 to 5m", "How long to wait for further messages of a contact before a turn"),
        Setting(
            "not_mine_to_primary", True, *_SWITCH, "Whether the primary gets a turn that a bot says is not its own"
        ),
        Setting(
            "silence", 0.0, *_SECONDS, "A contact's silence after which the primary has the conversation; 0: never"
        ),
        Setting(
            "claim_timeout", 600.0, *_SECONDS, "How long a claimed conversation may wait for its person; 0: for ever"
        ),
        Setting("triggers", "", *_TEXT, "A folder with a file of triggers per account, ACCOUNT.yaml; empty: none"),
        Setting(
            "conversations", "", _optional_address, _ADDRESS[1], "Where conversations are; empty: beside the registry"
        ),
        Setting("conversations_bind", "127.0.0.1:7601", *_ADDRESS, "Where conversations on their own listen"),
        Setting("tasks", "", _optional_address, _ADDRESS[1], "Where tasks are; empty: beside the registry"),
        Setting("tasks_bind", "127.0.0.1:7602", *_ADDRESS, "Where tasks on their own listen"),
        Setting("task_run_timeout", 3600.0, *_SECONDS, "How long a task may run if it does not say"),
        Setting("task_max_run_timeout", 86400.0, *_SECONDS, "How long a task may say that it may run"),
        Setting("task_concurrency", 10, *_COUNT, "How many tasks an instance works on at a time"),
        Setting("journal", "", _optional_address, _ADDRESS[1], "Where the journal is; empty: beside the registry"),
        Setting("message_log_bytes", 256 * 1024 * 1024, *_BYTES, "How much of logged messages is kept"),
        Setting("message_log_age", 30 * 86400.0, *_SECONDS, "How long logged messages are kept"),
        Setting("trace_spans", 20_000, *_COUNT, "How many spans `botmesh up` keeps"),
    )
}
"""Every setting, by name."""

_BY_ALIAS = {setting.alias: setting for setting in SETTINGS.values() if setting.alias}


@dataclass(frozen=True)
class Settings:
    """Effective values, and where each came from."""

    registry: str
    account: str
    bind: str
    advertise: str
    log_level: str
    drain_timeout: float
    connect_timeout: float
    links: bool
    set_aside: float
    idempotency_ttl: float
    idempotency_entries: int
    idempotency_bytes: int
    orphan_grace: float
    queue_size: int
    persist_messages: bool
    protocol_version: str
    registry_bind: str
    lease_duration: float
    max_heartbeats_per_second: int
    max_instances: int
    max_agents: int
    probe_ranges: str
    data_dir: str
    primary: str
    turn_timeout: float
    offer_timeout: float
    suggestion_timeout: float
    turn_history: int
    max_replies: int
    gather: float
    not_mine_to_primary: bool
    silence: float
    claim_timeout: float
    triggers: str
    conversations: str
    conversations_bind: str
    tasks: str
    tasks_bind: str
    task_run_timeout: float
    task_max_run_timeout: float
    task_concurrency: int
    journal: str
    message_log_bytes: int
    message_log_age: float
    trace_spans: int
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
        return getattr(self.limits if SETTINGS[name].is_limit else self, name)


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
    environment = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for setting, text, source in _layers(file, csv, environment, flags or {}, defaults=environ is None):
        value = _parsed(setting, text, source)
        if setting.is_limit and setting.name in values and min(values[setting.name], value) != value:
            continue  # an earlier layer is narrower
        values[setting.name], sources[setting.name] = value, source
    given = {name: values[name] for name in values if SETTINGS[name].is_limit}
    plain = {s.name: values.get(s.name, s.default) for s in SETTINGS.values() if not s.is_limit}
    return Settings(**plain, given_limits=given, sources={name: sources.get(name, BUILT_IN) for name in SETTINGS})


Layer = Iterator[tuple[Setting, str, str]]


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
    variables = {setting.variable: setting for setting in SETTINGS.values()}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in (FILE_VARIABLE, KIT_VARIABLE):
            continue
        if name not in variables:
            close = [SETTINGS[one].variable for one in nearest(name.removeprefix(PREFIX).lower(), SETTINGS)]
            raise InvalidField(f"{name} is no setting.{did_you_mean(close)}", field=name)
        yield variables[name], environ[name], f"environment {name}"


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


def _known(name: str, source: str) -> Setting:
    found = SETTINGS.get(name.replace("-", "_"))
    if found is None:
        close = nearest(name.replace("-", "_"), SETTINGS)
        raise InvalidField(f"{source}: {name} is no setting.{did_you_mean(close)}", field=name)
    return found


def _parsed(setting: Setting, text: str, source: str) -> Any:
    try:
        return setting.parse(text)
    except (ValueError, KeyError, InvalidField):
        raise InvalidField(
            f"{setting.name} ({source}) must be {setting.expects} but is {text[:80]!r}",
            field=setting.name,
            value=text[:80],
        ) from None
