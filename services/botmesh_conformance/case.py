"""Cases: what is done to an agent and what must come of it, read from YAML."""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from importlib import resources
from typing import Any

import yaml

VERBS = ("send", "outcome", "look", "lose", "signal", "start", "registry")
"""What a step can do; steps.py says how."""
_MODIFIERS = {"expect", "until", "as", "times"}


class CaseError(Exception):
    """A case is written wrongly."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case."""

    id: str
    """group/name."""
    title: str
    """What is proved, in a sentence."""
    steps: tuple[Mapping[str, Any], ...]
    peers: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Raw agents of the kit, by the name that the case calls them; peers.py says what they can do."""
    agents: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Processes of the agent under test that this case has to itself; none: it uses the one that all share."""
    mesh: Mapping[str, Any] | None = None
    """A mesh that this case has to itself, with its settings; None: it uses the one that all share."""
    timeout: float = 20.0
    """Seconds that it may take."""

    @property
    def group(self) -> str:
        """The file that it stands in."""
        return self.id.partition("/")[0]

    @property
    def needs(self) -> tuple[str, ...]:
        """What it needs besides an agent that answers: "command", "spans", and services by name."""
        found = {"command"} if self.agents or self.mesh is not None else set()
        if self.peers or "forward" in repr(self.steps):
            found.add("registry")
        if "hand_to_person" in repr(self.steps):
            found.add("conversations")
        for step in self.steps:
            look, send = step.get("look"), step.get("send")
            if isinstance(look, Mapping) and "spans" in look:
                found.add("spans")
            if isinstance(send, Mapping) and send.get("to") in ("registry", "conversations", "tasks", "team"):
                found.add(send["to"])
        return tuple(sorted(found))


def read_cases(patterns: Iterable[str] = ()) -> list[Case]:
    """All cases whose id fits one of the patterns (* and ?), by file and place; no pattern: all.

    Raises:
        CaseError: a file is written wrongly.
    """
    wanted = list(patterns)
    folder = resources.files("botmesh_conformance").joinpath("cases")
    found: dict[str, Case] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".yaml"):
            continue
        group = file.name.removesuffix(".yaml")
        for raw in yaml.safe_load(file.read_text(encoding="utf-8")):
            case = _case(group, raw)
            if case.id in found:
                raise CaseError(f"{case.id} stands twice")
            found[case.id] = case
    return [case for case in found.values() if not wanted or any(fnmatch.fnmatchcase(case.id, one) for one in wanted)]


def _case(group: str, raw: Mapping[str, Any]) -> Case:
    given = dict(raw)
    name = f"{group}/{given.pop('id', '')}"
    if "send" in given:  # the short form: one step
        given["steps"] = [{key: given.pop(key) for key in ("send", "expect") if key in given}]
    known = {one.name for one in fields(Case)}
    wrong = set(given) - known
    if wrong or not {"title", "steps"} <= set(given):
        raise CaseError(f"{name}: a case has title and steps (or send), and no {', '.join(sorted(wrong)) or 'less'}")
    steps = tuple(given.pop("steps"))
    for step in steps:
        _check(name, step)
    return Case(id=name, steps=steps, **given)


def _check(name: str, step: Mapping[str, Any]) -> None:
    verbs = [key for key in step if key in VERBS]
    others = set(step) - set(VERBS) - _MODIFIERS
    if len(verbs) != 1 or others:
        raise CaseError(f"{name}: a step has one of {', '.join(VERBS)} and no {', '.join(sorted(others)) or 'more'}")
