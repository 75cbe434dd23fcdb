"""Reading triggers: a YAML or TOML file per account, checked as a whole, with the line of each mistake."""

import math
import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from botmesh.errors import InvalidField
from botmesh.names import check_agent, check_id
from botmesh.setting import parse_seconds
from botmesh.v1 import conversation_pb2 as pb
from botmesh.v1.transfer_pb2 import (
    CONVERSATION_MODE_AUTOPILOT,
    CONVERSATION_MODE_SUGGESTIVE,
    CONVERSATION_MODE_UNSPECIFIED,
)
from botmesh_conversations.model.contact_rules import check_text
from botmesh_conversations.triggers.trigger import Action, AddTag, Assign, Begin, Only, SetStatus, Trigger, When

SUFFIXES = (".yaml", ".yml", ".toml")
_MODES = {
    None: CONVERSATION_MODE_UNSPECIFIED,
    "autopilot": CONVERSATION_MODE_AUTOPILOT,
    "suggestive": CONVERSATION_MODE_SUGGESTIVE,
}
_SAID = {
    "extra_forbidden": "there is no such key here",
    "missing": "this is missing",
    "model_type": "there must be keys with values here",
}
"""Plainer words for some kinds of mistake."""
LineOf = Callable[[Sequence[str | int]], int]
"""The line at which something stands in its file."""


def _checked(check: Callable[[str, str], str], what: str) -> BeforeValidator:
    def validate(value: Any) -> str:
        try:
            return check(what, str(value))
        except InvalidField as error:
            raise ValueError(error.text) from None

    return BeforeValidator(validate)


def _seconds(value: Any) -> float:
    try:
        return parse_seconds(str(value))
    except ValueError:
        raise ValueError('must be seconds ("30", "90s", "5m", "1h")') from None


def _pause(value: Any) -> float:
    return math.inf if value is True else _seconds(value)


def _list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Id = Annotated[str, _checked(check_id, "this")]
AgentName = Annotated[str, _checked(check_agent, "an agent")]
Seconds = Annotated[float, BeforeValidator(_seconds), Field(gt=0)]
Pause = Annotated[float, BeforeValidator(_pause), Field(gt=0)]
Words = Annotated[list[Annotated[str, Field(min_length=1)]], BeforeValidator(_list), Field(min_length=1)]
Ids = Annotated[list[Id], BeforeValidator(_list)]
Text = Annotated[str, _checked(check_text, "this")]
Texts = Annotated[list[Text], BeforeValidator(_list)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    def given(self) -> set[str]:
        """The names of what is said."""
        return self.model_fields_set


class _When(_Table):
    tag: Text | None = None
    action: Id | None = None
    field: str | None = None
    value: str | float | bool | None = None
    form: Id | None = None
    keyword: Words | None = None
    silence: Seconds | None = None
    no_owner_ready: Literal[True] | None = None

    @model_validator(mode="after")
    def _one(self) -> "_When":
        if len(self.given() - {"value"}) != 1:
            raise ValueError("say one of tag, action, field, form, keyword, silence, no_owner_ready")
        if "value" in self.given() and self.field is None:
            raise ValueError("value goes with field")
        return self

    def made(self) -> When:
        return When(
            tag=self.tag or "",
            action=self.action or "",
            field=self.field or "",
            value=self.value,
            form=self.form or "",
            keywords=tuple(self.keyword or ()),
            silence=self.silence or 0.0,
            no_owner_ready=bool(self.no_owner_ready),
        )


class _Only(_Table):
    channel: Texts = []
    owner: Ids = []
    tag: Texts = []
    without_tag: Texts = []

    def made(self) -> Only:
        return Only(*(frozenset(one) for one in (self.channel, self.owner, self.tag, self.without_tag)))


class _Assign(_Table):
    to: AgentName
    fallback: AgentName | None = None
    mode: Literal["autopilot", "suggestive"] | None = None
    handoff: str = ""
    intent: str = ""
    message: str = ""
    context: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: Any) -> Any:
        return {"to": value} if isinstance(value, str) else value

    def made(self) -> Assign:
        return Assign(
            self.to, self.fallback or "", _MODES[self.mode], self.handoff, self.intent, self.message, self.context
        )


class _Begin(_Table):
    channel: Text
    agent: AgentName | None = None
    intent: str = ""
    context: dict[str, Any] = {}

    def made(self) -> Begin:
        return Begin(self.channel, self.agent or "", self.intent, self.context)


class _Action(_Table):
    assign: _Assign | None = None
    enable: Literal[True] | None = None
    disable: Literal[True] | None = None
    pause: Pause | None = None
    add_tag: Text | None = None
    begin: _Begin | None = None

    @model_validator(mode="after")
    def _one(self) -> "_Action":
        if len(self.given()) != 1:
            raise ValueError("say one of assign, begin, enable, disable, pause, add_tag")
        return self

    def made(self) -> Action:
        if self.begin is not None:
            return self.begin.made()
        if self.assign is not None:
            return self.assign.made()
        if self.add_tag is not None:
            return AddTag(self.add_tag)
        if self.pause is not None:
            return SetStatus(pb.CONVERSATION_STATUS_PAUSED, None if self.pause == math.inf else self.pause)
        return SetStatus(pb.CONVERSATION_STATUS_ACTIVE if self.enable else pb.CONVERSATION_STATUS_STOPPED)


class _Trigger(_Table):
    name: Id
    when: _When
    only: _Only = Field(default_factory=_Only)
    then: Annotated[list[_Action], BeforeValidator(_list), Field(min_length=1)]

    @model_validator(mode="after")
    def _begins(self) -> "_Trigger":
        of_contact = self.when.given() & {"tag", "action", "field", "form"}
        if not of_contact and any(action.begin is not None for action in self.then):
            raise ValueError("begin goes with a tag, an action, a field or a form: what happens to a contact")
        return self


class _File(_Table):
    triggers: list[_Trigger] = []

    @model_validator(mode="after")
    def _names(self) -> "_File":
        names = [one.name for one in self.triggers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names stand for one trigger each, but {', '.join(twice)} stands twice")
        return self


def read_triggers(path: Path) -> list[Trigger]:
    """The triggers of a file, in its order.

    Raises:
        InvalidField: it cannot be read, or something in it is wrong; each mistake is told with its line.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidField(f"cannot read {path}: {error}", field="triggers", value=path) from None
    try:
        content, line_of = _from_toml(text) if path.suffix == ".toml" else _from_yaml(text, path)
        found = _File.model_validate({} if content is None else content)
    except (yaml.YAMLError, tomllib.TOMLDecodeError) as error:
        raise InvalidField(f"{path} cannot be read: {error}", field="triggers", value=path) from None
    except ValidationError as error:
        mistakes = sorted({_mistake(path, line_of, one) for one in error.errors()})
        told = "\n".join(text for _, text in mistakes)
        raise InvalidField(told, field="triggers", value=path) from None
    return [
        Trigger(one.name, one.when.made(), [act.made() for act in one.then], one.only.made()) for one in found.triggers
    ]


def _mistake(path: Path, line_of: LineOf, error: Any) -> tuple[int, str]:
    place: list[str | int] = [*error["loc"]]
    line = line_of(place)
    where = ".".join(one for one in place if isinstance(one, str) and one != "triggers") or "the file"
    said = _SAID.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return line, f"{path}:{line}: {where}: {said}"


def _from_yaml(text: str, path: Path) -> tuple[Any, LineOf]:
    loader = yaml.SafeLoader(text)
    loader.name = str(path)
    try:
        node = loader.get_single_node()
        content = loader.construct_document(node) if node is not None else None
    finally:
        loader.dispose()

    def line_of(place: Sequence[str | int]) -> int:
        here, line = node, 1
        for step in place:
            following = _child(here, step)
            if following is None:
                break
            line, here = following[0] + 1, following[1]
        return line

    return content, line_of


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:
    """The line and the node of a key or an index; None: it is not there."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step].start_mark.line, node.value[step]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == step:
                return key.start_mark.line, value
    return None


def _from_toml(text: str) -> tuple[Any, LineOf]:
    """TOML's reader knows no lines: the header of the trigger and the first line that names the key are good enough."""
    lines = text.splitlines()
    headers = [number for number, line in enumerate(lines) if re.match(r"\s*\[\[\s*triggers\s*\]\]", line)]

    def line_of(place: Sequence[str | int]) -> int:
        index = next((one for one in place if isinstance(one, int)), None)
        if index is None or index >= len(headers):
            return 1
        end = headers[index + 1] if index + 1 < len(headers) else len(lines)
        for key in reversed([one for one in place if isinstance(one, str)]):
            for number in range(headers[index], end):
                if re.search(rf"\b{re.escape(key)}\b", lines[number]) and key != "triggers":
                    return number + 1
        return headers[index] + 1

    return tomllib.loads(text), line_of


class TriggerFiles:
    """A folder with a file of triggers per account, `ACCOUNT.yaml` or `ACCOUNT.toml`."""

    def __init__(self, folder: Path) -> None:
        """Read what there is.

        Raises:
            InvalidField: the folder is not there, or a file is wrong.
        """
        if not folder.is_dir():
            raise InvalidField(f"triggers names no folder: {folder}", field="triggers", value=folder)
        self._folder = folder
        self._seen = self._stamps()
        self._triggers = self._read()

    def of(self, account: str) -> Sequence[Trigger]:
        """An account's triggers, in the order of their file."""
        return self._triggers.get(account, ())

    def reload(self) -> bool:
        """Read anew if a file has changed; whether it has.

        Raises:
            InvalidField: a file is wrong; all stay as they were.
        """
        stamps = self._stamps()
        if stamps == self._seen:
            return False
        self._seen = stamps
        self._triggers = self._read()
        return True

    def _stamps(self) -> dict[Path, tuple[int, int]]:
        files = sorted(one for one in self._folder.iterdir() if one.suffix in SUFFIXES and one.is_file())
        return {one: (one.stat().st_mtime_ns, one.stat().st_size) for one in files}

    def _read(self) -> dict[str, list[Trigger]]:
        found: dict[str, list[Trigger]] = {}
        for path in self._seen:
            if path.stem in found:
                raise InvalidField(f"{path}: {path.stem} has two files", field="triggers", value=path)
            found[check_id("account", path.stem)] = read_triggers(path)
        return found
