"""The settings of a mesh's services: those of agents and clients, and further ones.

`botmesh up`, the services' own processes and `botmesh config` read them in the layers of botmesh.settings.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from botmesh.names import check_agent
from botmesh.setting import ADDRESS, BYTES, COUNT, SECONDS, SWITCH, TEXT, Setting, parse_seconds
from botmesh.settings import SETTINGS as AGENT_SETTINGS
from botmesh.settings import Settings, load_as
from botmesh_service.contact_texts import APOLOGY, NOT_KNOWN, UNANSWERED, WAITING

_MAX_GATHER_SECONDS = 300
_MAX_PATIENCE_SECONDS = 600
_MAX_CONTACT_TEXT = 1000


def _gather(text: str) -> float:
    seconds = parse_seconds(text)
    if seconds > _MAX_GATHER_SECONDS:
        raise ValueError(text)
    return seconds


def _patience(text: str) -> float:
    seconds = parse_seconds(text)
    if seconds > _MAX_PATIENCE_SECONDS:
        raise ValueError(text)
    return seconds


def _contact_text(text: str) -> str:
    if len(text) > _MAX_CONTACT_TEXT:
        raise ValueError(text)
    return text.strip()


def _agent(text: str) -> str:
    return check_agent("agent", text) if text.strip() else ""


_CONTACT_TEXT = (_contact_text, f"text of at most {_MAX_CONTACT_TEXT} characters")

SETTINGS: dict[str, Setting] = AGENT_SETTINGS | {
    setting.name: setting
    for setting in (
        Setting("registry_bind", "127.0.0.1:7600", *ADDRESS, "Where the registry listens"),
        Setting("lease_duration", 10.0, *SECONDS, "How long a lease lives in a small mesh"),
        Setting("max_heartbeats_per_second", 1000, *COUNT, "Leases grow so that heartbeats stay under this rate"),
        Setting("max_instances", 20_000, *COUNT, "The most instances that the registry takes"),
        Setting("max_agents", 10_000, *COUNT, "The most agents that the registry remembers"),
        Setting(
            "probe_ranges", "", *TEXT, "Address ranges besides the peer's own that may be registered (CIDR, commas)"
        ),
        Setting("data_dir", ".botmesh", *TEXT, "Where `botmesh up` keeps conversations"),
        Setting(
            "primary",
            "",
            _agent,
            "an agent's name",
            "Which agent answers conversations; empty: the human desk",
        ),
        Setting("turn_timeout", 60.0, *SECONDS, "How long a bot has for a contact's turn"),
        Setting("offer_timeout", 10.0, *SECONDS, "How long an agent has to answer the offer of a conversation"),
        Setting("suggestion_timeout", 3600.0, *SECONDS, "How long a suggested reply waits for approval"),
        Setting(
            "turn_history",
            20,
            *COUNT,
            "How many of the newest messages a bot gets with a turn; with its first after a transfer up to 256 KiB",
        ),
        Setting("max_replies", 0, *COUNT, "Replies of bots in a conversation before they are paused; 0: no limit"),
        Setting("gather", 0.0, _gather, "0 to 5m", "How long to wait for further messages of a contact before a turn"),
        Setting("not_mine_to_primary", True, *SWITCH, "Whether the primary gets a turn that a bot says is not its own"),
        Setting(
            "owner_patience",
            30.0,
            _patience,
            "0 to 10m",
            "How long an owner that cannot be reached is waited for before another agent or the desk has its turn",
        ),
        Setting(
            "owner_return",
            10.0,
            *SECONDS,
            "How long an owner that was away has to be ready before it gets conversations back from the desk",
        ),
        Setting("text_waiting", WAITING, *_CONTACT_TEXT, "Said once in a turn while its owner is away; empty: nothing"),
        Setting(
            "text_apology",
            APOLOGY,
            *_CONTACT_TEXT,
            "Said once for a message when a bot failed and another agent gets it; empty: nothing",
        ),
        Setting(
            "text_unanswered",
            UNANSWERED,
            *_CONTACT_TEXT,
            "Said when the desk gets a conversation because no agent can answer; empty: nothing",
        ),
        Setting(
            "text_not_known",
            NOT_KNOWN,
            *_CONTACT_TEXT,
            "Said when a bot says that a turn is not its own and nobody else gets it; empty: nothing",
        ),
        Setting("silence", 0.0, *SECONDS, "A contact's silence after which the primary has the conversation; 0: never"),
        Setting(
            "claim_timeout", 600.0, *SECONDS, "How long a claimed conversation may wait for its person; 0: for ever"
        ),
        Setting("idle_timeout", 86400.0, *SECONDS, "How long a conversation is idle before it ends; 0: for ever"),
        Setting("triggers", "", *TEXT, "A folder with a file of triggers per account, ACCOUNT.yaml; empty: none"),
        Setting("conversations_bind", "127.0.0.1:7601", *ADDRESS, "Where conversations on their own listen"),
        Setting("tasks_bind", "127.0.0.1:7602", *ADDRESS, "Where tasks on their own listen"),
        Setting("task_run_timeout", 3600.0, *SECONDS, "How long a task may run if it does not say"),
        Setting("task_max_run_timeout", 86400.0, *SECONDS, "How long a task may say that it may run"),
        Setting("task_concurrency", 10, *COUNT, "How many tasks an instance works on at a time"),
        Setting("message_log_bytes", 256 * 1024 * 1024, *BYTES, "How much of logged messages is kept"),
        Setting("message_log_age", 30 * 86400.0, *SECONDS, "How long logged messages are kept"),
        Setting("trace_spans", 20_000, *COUNT, "How many spans `botmesh up` keeps"),
    )
}
"""Every setting, by name."""


@dataclass(frozen=True, kw_only=True)
class ServiceSettings(Settings):
    """The effective values of all settings, and the source of each."""

    TABLE: ClassVar[Mapping[str, Setting]] = SETTINGS

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
    owner_patience: float
    owner_return: float
    text_waiting: str
    text_apology: str
    text_unanswered: str
    text_not_known: str
    silence: float
    claim_timeout: float
    idle_timeout: float
    triggers: str
    conversations_bind: str
    tasks_bind: str
    task_run_timeout: float
    task_max_run_timeout: float
    task_concurrency: int
    message_log_bytes: int
    message_log_age: float
    trace_spans: int


def load(
    *,
    file: str | os.PathLike[str] | None = None,
    csv: str | os.PathLike[str] | None = None,
    environ: Mapping[str, str] | None = None,
    flags: Mapping[str, str] | None = None,
) -> ServiceSettings:
    """The effective settings of a service. Arguments and errors are those of `botmesh.settings.load`."""
    return load_as(ServiceSettings, file=file, csv=csv, environ=environ, flags=flags)
