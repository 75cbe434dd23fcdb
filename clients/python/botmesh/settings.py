"""The settings of agents and clients: their list, their defaults, and the source of each value.

The order of precedence, lowest first, is: built-in value, file (botmesh.toml), environment (BOTMESH_*), a bot's
config.csv, flag. The policies' limits are the exception: each source can only narrow them (limits.py).

The services of a mesh extend the list (botmesh_service.settings). One file serves both, because the SDK skips the
names that only services read.

Botmesh uses no configuration library, because none records the source of a value or narrows one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from os import environ as process_environ
from typing import Any, ClassVar, TypeVar

from botmesh.errors import InvalidField
from botmesh.limits import Limits, partial
from botmesh.names import check_id
from botmesh.setting import (
    ADDRESS,
    BUDGET,
    BYTES,
    COUNT,
    SECONDS,
    SWITCH,
    VERSION,
    Setting,
    parse_level,
    parse_optional_address,
)
from botmesh.setting_sources import FileName, SettingSources
from botmesh.v1 import limits_pb2

BUILT_IN = "built-in"
"""The source of a value that no other source gives."""


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
        "max_delegations": "The most delegations open per conversation",
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
"""The settings of an agent or a client, by name."""

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
    "owner_patience",
    "owner_return",
    "text_waiting",
    "text_apology",
    "text_unanswered",
    "text_not_known",
    "silence",
    "claim_timeout",
    "idle_timeout",
    "triggers",
    "conversations_bind",
    "tasks_bind",
    "task_run_timeout",
    "task_max_run_timeout",
    "task_concurrency",
    "message_log_bytes",
    "message_log_age",
    "trace_spans",
)
"""Names that only the services of a mesh read (botmesh_service.settings). A bot skips them in a shared file."""

NAMES = (*SETTINGS, *MESH_NAMES)
"""All names that a file, the environment or a flag may hold."""

_BY_ALIAS = {setting.alias: setting.name for setting in SETTINGS.values() if setting.alias}


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The effective values of all settings, and the source of each. Times are in seconds, sizes in bytes."""

    TABLE: ClassVar[Mapping[str, Setting]] = SETTINGS
    """The settings that this class holds, by name."""

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
    """The limits that a source gives; the mesh's value holds for the others."""
    sources: dict[str, str] = field(default_factory=dict)
    """The source of each value by the setting's name: "built-in", "environment BOTMESH_ACCOUNT"."""

    @property
    def limits(self) -> Limits:
        """The limits that these settings give to a mesh, with the built-in value where no source gives one."""
        return Limits(**self.given_limits)

    @property
    def narrowing(self) -> limits_pb2.Limits:
        """Only the limits that a source gives. They narrow the mesh's limits for a bot or a client."""
        return partial(self.given_limits)

    def services(self, registry: str) -> dict[str, str]:
        """The addresses of the mesh's services by name; a service without one answers at `registry`."""
        return {
            "conversations": self.conversations or registry,
            "tasks": self.tasks or registry,
            "journal": self.journal or registry,
        }

    def value(self, name: str) -> Any:
        """The effective value of the setting called `name`."""
        return getattr(self.limits if self.TABLE[name].is_limit else self, name)


def load(
    *,
    file: FileName | None = None,
    csv: FileName | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> Settings:
    """Read the effective settings of an agent or a client.

    Args:
        file: a TOML file; default the one that BOTMESH_CONFIG names, else ./botmesh.toml if it exists.
        csv: a bot's `name,value` rows; default ./config.csv if it exists.
        environ: the environment; default the process's. If it is given, files are not read by default.
        flags: values by name, as given on a command line.

    Raises:
        InvalidField: a name is unknown (the nearest is suggested), a value is malformed, or a named file is missing.
    """
    return load_as(Settings, file=file, csv=csv, environ=environ, flags=flags)


S = TypeVar("S", bound=Settings)


def load_as(
    kind: type[S],
    *,
    file: FileName | None,
    csv: FileName | None,
    environ: Mapping[str, str] | None,
    flags: Mapping[str, str] | None,
) -> S:
    """Read settings as `load` does, for a subclass with a longer table."""
    table = kind.TABLE
    origin = SettingSources(
        file=file,
        csv=csv,
        environ=process_environ if environ is None else environ,
        flags=flags or {},
        defaults=environ is None,
        names=NAMES,
        aliases=_BY_ALIAS,
    )
    values: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for name, text, source in origin.read():
        if name not in table:
            continue  # only the services of a mesh read it
        value = _parsed(table[name], text, source)
        if table[name].is_limit and name in values and min(values[name], value) != value:
            continue  # an earlier source is narrower
        values[name], sources[name] = value, source
    given = {name: values[name] for name in values if table[name].is_limit}
    plain = {s.name: values.get(s.name, s.default) for s in table.values() if not s.is_limit}
    return kind(**plain, given_limits=given, sources={name: sources.get(name, BUILT_IN) for name in table})


def _parsed(setting: Setting, text: str, source: str) -> Any:
    try:
        return setting.parse(text)
    except (ValueError, KeyError, InvalidField):
        raise InvalidField(
            f"{setting.name} ({source}) must be {setting.expects} but is {text[:80]!r}",
            field=setting.name,
            value=text[:80],
        ) from None
