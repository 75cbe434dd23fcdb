"""What commands print: tables for people, JSON for programs, errors on standard error."""

import json
import logging
import math
import re
import sys
from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, NoReturn, cast

from google.protobuf.json_format import Error as JsonError
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

from botmesh.errors import BotmeshError

_STYLES = {"ready": "green", "busy": "yellow", "draining": "yellow", "down": "red"}
_UNBOUNDED = 100_000
"""Columns where nobody looks at a screen: a program that reads lines must not find them wrapped."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufeff\uffa0"  # of no width, or blank
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width but joiners, directions, separators
    "\ud800-\udfff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # surrogates, tags
)
"""Characters that steer a terminal, turn text around, or are not to be seen."""
_OPEN_END = re.compile(r"\\+$|\[(?=[a-z#/@][^\[\]]*$)")
"""What would become markup together with what is printed behind it."""
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_SHORT = 12
_INDENT = "  "
_MAX_DEPTH = 100
"""Levels of messages in JSON: what came over the wire has fewer."""
_NOT_IN_JSON = (ValueError, TypeError, ArithmeticError, RecursionError, JsonError)


class _Console(Console):
    """A console whose reader may vanish, and to which nothing gets through that steers a terminal."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """As rich does it; what a command forgot to make visible is made visible here."""
        for segment in super().render(renderable, options):
            if segment.control or not _UNSEEN.search(segment.text):
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)

    def on_broken_pipe(self) -> NoReturn:
        """Whoever read is gone: main.py knows what to do."""
        raise BrokenPipeError


def console(*, stderr: bool = False, width: int = _UNBOUNDED) -> Console:
    """Where people read. Without a terminal, lines are as long as they need to be, or `width`."""
    made = _Console(stderr=stderr, highlight=False, emoji=False)
    return made if made.is_terminal else _Console(stderr=stderr, highlight=False, emoji=False, width=width)


class _Rows(Table):
    """A table without blanks at the ends of its lines."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        padded = cast("Iterable[Segment]", super().__rich_console__(console, options))  # it has no title
        for line in Segment.split_lines(padded):
            while line and not line[-1].text.strip():
                line.pop()
            if line:
                line[-1] = Segment(line[-1].text.rstrip(), line[-1].style)
            yield from line
            yield Segment.line()


def table(*columns: str, whole: Collection[str] = ()) -> Table:
    """A plain table: no lines, nothing that hinders copying. Columns in `whole` are not broken while others can be."""
    made = _Rows(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold", no_wrap=column in whole)
    return made


def printable(text: str) -> str:
    r"""Text that somebody else wrote, all its characters seen and none obeyed: ESC is shown as \x1b.

    Control characters but tab and newline, characters that set a direction, those that cannot be seen, and what is
    no character at all are shown as Python writes them. Every text of a contact, a bot, a file or a peer that is
    printed goes through here, or through `plain` or `short`.
    """
    return _UNSEEN.sub(lambda found: ascii(found[0])[1:-1], text)


def plain(text: str) -> str:
    """Text that somebody else wrote as one line of a table or a tree: its brackets are no markup."""
    return lines(" ".join(printable(text).split()))


def lines(text: str) -> str:
    """Text that somebody else wrote, its lines and blanks as they are; its brackets are no markup.

    Lines after the first are indented, so that none looks like a line of ours.
    """
    closed = _OPEN_END.sub(lambda found: "".join(f"\\x{ord(one):x}" for one in found[0]), printable(text))
    return escape(closed.replace("\n", f"\n{_INDENT}"))


class VisibleFormatter(logging.Formatter):
    """Lines of a log in which nothing steers a terminal, and no message makes itself a line of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """The line."""
        return printable(super().formatMessage(record).replace("\n", "\\n"))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """The traceback."""
        return printable(super().formatException(ei))


def short(name: str) -> str:
    """The first digits of an id that a machine made; one that a person chose as it is. As a line of a table."""
    return plain(shortened(name))


def shortened(name: str) -> str:
    """The same for a text that goes through `plain` as a whole."""
    return name[:_SHORT] if _HEX_ID.fullmatch(name) else name


def word(enum: Any, number: int, prefix: str = "") -> str:
    """The name of a value of an enum in lower case, without its prefix; of an unknown one the number."""
    value = enum.DESCRIPTOR.values_by_number.get(number)
    return str(number) if value is None else value.name.removeprefix(prefix).lower().replace("_", " ")


def clock(at: Timestamp, shown: str = "%m-%d %H:%M:%S") -> str:
    """A time on the clock of this place, "%f" in milliseconds; out of all calendars, its seconds since 1970."""
    try:
        told = datetime.fromtimestamp(at.seconds + at.nanos / 1e9, UTC).astimezone().strftime(shown)
        return told[:-3] if shown.endswith("%f") else told
    except (ValueError, ArithmeticError, OSError):
        return f"{at.seconds} s"


def nanoseconds(at: Timestamp) -> int:
    """Since 1970; unlike Timestamp's own way also of a time out of all calendars."""
    return at.seconds * 1_000_000_000 + at.nanos


def to_dict(message: Message) -> dict[str, Any]:
    """A message for programs, field names as in the contract. Never fails.

    What JSON cannot say (a time out of all calendars, a number that is none) is {"unreadable": what it says}.
    """
    return cast("dict[str, Any]", _in_json(message, 0))


def _in_json(message: Message, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        return {"unreadable": f"more than {_MAX_DEPTH} levels"}
    try:
        return MessageToDict(message, preserving_proto_field_name=True)
    except _NOT_IN_JSON as error:
        return _piecemeal(message, depth, error)


def _piecemeal(message: Message, depth: int, error: Exception) -> Any:
    """Field by field, for one of them cannot be said in JSON."""
    name = message.DESCRIPTOR.full_name
    if name == "google.protobuf.Value":
        kind = message.WhichOneof("kind")
        inner = getattr(message, kind) if kind else None
        if isinstance(inner, Message):
            return _in_json(inner, depth + 1)
        return {"unreadable": str(inner)} if isinstance(inner, float) else inner
    if name == "google.protobuf.Struct":
        return {key: _in_json(value, depth + 1) for key, value in cast("Any", message).fields.items()}
    if name == "google.protobuf.ListValue":
        return [_in_json(value, depth + 1) for value in cast("Any", message).values]
    if name.startswith("google.protobuf."):
        said = ", ".join(f"{field.name}: {value}" for field, value in message.ListFields())
        return {"unreadable": said or str(error)}
    return {field.name: _field(message, field, depth) for field, _ in message.ListFields()}


def _field(message: Message, field: Any, depth: int) -> Any:
    value = getattr(message, field.name)
    if field.message_type is None or (field.message_type.GetOptions().map_entry and not _holds_messages(field)):
        alone = type(message)()
        if isinstance(value, str | bytes | int | float):
            setattr(alone, field.name, value)
        else:
            getattr(alone, field.name).MergeFrom(value)
        return MessageToDict(alone, preserving_proto_field_name=True)[field.name]
    if field.message_type.GetOptions().map_entry:
        return {str(key): _in_json(one, depth + 1) for key, one in value.items()}
    if isinstance(value, Message):
        return _in_json(value, depth + 1)
    return [_in_json(one, depth + 1) for one in value]


def _holds_messages(field: Any) -> bool:
    return field.message_type.fields_by_name["value"].message_type is not None


def print_json(value: Any) -> None:
    """One JSON document on one line, at once."""
    print(as_json(value), flush=True)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """A JSON document, on one line unless indented; harmless to show."""
    unicode = sys.stdout is None or "utf" in (sys.stdout.encoding or "utf").lower()
    made = json.dumps(_finite(value), ensure_ascii=not unicode, allow_nan=False, default=str, indent=indent)
    return escaped(made)


def escaped(document: str) -> str:
    """A JSON document that says the same, and is harmless to show."""
    return _UNSEEN.sub(lambda found: json.dumps(found[0])[1:-1], document)


def _finite(value: Any) -> Any:
    """With the names that protobuf's JSON gives to numbers that are none."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    return [_finite(one) for one in value] if isinstance(value, list | tuple) else value


def coloured(readiness: str, text: str | None = None) -> str:
    """A readiness in its colour."""
    style = _STYLES.get(readiness, "dim")
    return f"[{style}]{text or readiness}[/{style}]"


def milliseconds(seconds: float) -> str:
    """A duration for people."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def tell_error(error: BotmeshError, *, as_json: bool) -> None:
    """Say what went wrong, who said so, and what to do next."""
    if as_json:
        facts = {
            "reason": error.reason,
            "code": error.status.name,
            "text": error.text,
            "agent": error.agent,
            "path": list(error.path),
            "started": error.started,
            "trace_id": error.trace_id,
            "metadata": error.metadata,
        }
        _tell_json(facts)
        return
    err = console(stderr=True)
    err.print(f"[red]{plain(error.reason.lower().replace('_', ' '))}[/red]: {lines(error.text)}")
    if error.agent:
        way = error.path if error.path[-1:] == (error.agent,) else (*error.path, error.agent)
        chain = f" in {' → '.join(way)}" if len(way) > 1 else ""
        err.print(f"  {plain(f'raised by {error.agent}{chain}')}", style="dim")
    if error.trace_id:
        err.print(f"  see: botmesh trace {plain(error.trace_id)}", style="dim")


def tell_program(reason: str, code: str, text: str) -> None:
    """Say what went wrong before there was a mesh to ask; the shape is that of any other error in JSON."""
    facts = {"reason": reason, "code": code, "text": text, "agent": "", "path": [], "started": False}
    facts |= {"trace_id": "", "metadata": {}}
    _tell_json(facts)


def _tell_json(facts: dict[str, Any]) -> None:
    print(as_json({"error": facts}), file=sys.stderr, flush=True)
