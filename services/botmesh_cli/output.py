"""The output of commands: tables for people, JSON for programs, errors on standard error."""

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
from botmesh_service.times import nanoseconds_of

_STYLES = {"ready": "green", "busy": "yellow", "draining": "yellow", "down": "red"}
_UNBOUNDED = 100_000
"""Width of output that does not go to a terminal, so that lines for programs are not wrapped."""
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, DEL, C1
    "\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufeff\uffa0"  # of no width, or blank
    "\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width but joiners, directions, separators
    "\ud800-\udfff\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"  # surrogates, tags
)
"""Characters that control a terminal, change the direction of text, or are invisible."""
_OPEN_END = re.compile(r"\\+$|\[(?=[a-z#/@][^\[\]]*$)")
"""An end of a text that would become markup together with the text after it."""
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_SHORT = 12
_INDENT = "  "
_MAX_DEPTH = 100
"""Levels of nested messages in JSON; messages that gRPC has parsed have fewer."""
_NOT_IN_JSON = (ValueError, TypeError, ArithmeticError, RecursionError, JsonError)


class _Console(Console):
    """A console that raises BrokenPipeError for a closed output, and prints no control characters."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Render as rich does, with control characters made visible that a command left in its text."""
        for segment in super().render(renderable, options):
            if segment.control or not _UNSEEN.search(segment.text):
                yield segment
            else:
                yield Segment(printable(segment.text), segment.style)

    def on_broken_pipe(self) -> NoReturn:
        """Raise, so that main.py ends the process."""
        raise BrokenPipeError


def console(*, stderr: bool = False, width: int = _UNBOUNDED) -> Console:
    """A console of standard output or error, `width` columns wide if that is not a terminal."""
    terminal = _Console(stderr=stderr, highlight=False, emoji=False)
    return terminal if terminal.is_terminal else _Console(stderr=stderr, highlight=False, emoji=False, width=width)


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


def table(*columns: str, unbroken: Collection[str] = ()) -> Table:
    """A table without lines, so that cells can be copied. Columns in `unbroken` wrap only after all others have."""
    rows = _Rows(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        rows.add_column(column, overflow="fold", no_wrap=column in unbroken)
    return rows


def printable(text: str) -> str:
    r"""Untrusted text with unprintable characters made visible: ESC becomes \x1b.

    Control characters except tab and newline, characters that set a direction, invisible characters and surrogates
    are replaced by their Python escapes. Every text of a contact, a bot, a file or a peer that is printed goes through
    here, or through `plain` or `short`.
    """
    return _UNSEEN.sub(lambda match: ascii(match[0])[1:-1], text)


def plain(text: str) -> str:
    """Untrusted text as one line of a table or a tree, with its brackets escaped from rich's markup."""
    return lines(" ".join(printable(text).split()))


def lines(text: str) -> str:
    """Untrusted text with its line breaks and blanks, and with its brackets escaped from rich's markup.

    Lines after the first are indented, so that none of them looks like a line of the command.
    """
    closed = _OPEN_END.sub(lambda match: "".join(f"\\x{ord(each):x}" for each in match[0]), printable(text))
    return escape(closed.replace("\n", f"\n{_INDENT}"))


class VisibleFormatter(logging.Formatter):
    """Formats log records without control characters, each message on one line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        r"""The line of a record, with line breaks as \n."""
        return printable(super().formatMessage(record).replace("\n", "\\n"))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - logging's name
        """The traceback, with control characters made visible."""
        return printable(super().formatException(ei))


def short(name: str) -> str:
    """The first 12 digits of a generated id, or all of an id that a person chose, as safe markup."""
    return plain(shortened(name))


def shortened(name: str) -> str:
    """As `short`, for text that still goes through `plain`."""
    return name[:_SHORT] if _HEX_ID.fullmatch(name) else name


def word(enum: Any, number: int, prefix: str = "") -> str:
    """The name of an enum's value in lower case without its prefix, or the number if the enum has no such value."""
    value = enum.DESCRIPTOR.values_by_number.get(number)
    return str(number) if value is None else value.name.removeprefix(prefix).lower().replace("_", " ")


def clock(at: Timestamp, shown: str = "%m-%d %H:%M:%S") -> str:
    """A Timestamp in local time, with "%f" as milliseconds; its seconds since 1970 if no calendar has it."""
    try:
        text = datetime.fromtimestamp(nanoseconds_of(at) / 1e9, UTC).astimezone().strftime(shown)
        return text[:-3] if shown.endswith("%f") else text
    except (ValueError, ArithmeticError, OSError):
        return f"{at.seconds} s"


def to_dict(message: Message) -> dict[str, Any]:
    """A message as JSON-like values with the contract's field names. Never fails.

    A value that JSON cannot hold, such as a time beyond the year 9999 or NaN, becomes {"unreadable": "its text"}.
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
    """Convert field by field a message of which JSON cannot hold one field."""
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
        text = ", ".join(f"{field.name}: {value}" for field, value in message.ListFields())
        return {"unreadable": text or str(error)}
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
        return {str(key): _in_json(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Message):
        return _in_json(value, depth + 1)
    return [_in_json(item, depth + 1) for item in value]


def _holds_messages(field: Any) -> bool:
    return field.message_type.fields_by_name["value"].message_type is not None


def print_json(value: Any) -> None:
    """Print a JSON document on one line, and flush it."""
    print(as_json(value), flush=True)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """A value as a JSON document without control characters, on one line unless `indent` is given."""
    unicode = sys.stdout is None or "utf" in (sys.stdout.encoding or "utf").lower()
    return escaped(json.dumps(_finite(value), ensure_ascii=not unicode, allow_nan=False, default=str, indent=indent))


def escaped(document: str) -> str:
    """A JSON document of the same value, with its unprintable characters written as escapes."""
    return _UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], document)


def _finite(value: Any) -> Any:
    """A value in which NaN and infinities are the strings of protobuf's JSON format."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list | tuple) else value


def coloured(readiness: str, text: str | None = None) -> str:
    """Markup of a readiness, or of `text`, in the readiness's colour."""
    style = _STYLES.get(readiness, "dim")
    return f"[{style}]{text or readiness}[/{style}]"


def milliseconds(seconds: float) -> str:
    """A duration, given in seconds, as text: "12.3 ms", from one second on "1.23 s"."""
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1000:.1f} ms"


def tell_error(error: BotmeshError, *, as_json: bool) -> None:
    """Print an error on standard error: reason, text, the agent that raised it, and the command for its trace."""
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
    """Print an error that the command itself found as JSON, in the shape of `tell_error`."""
    facts = {"reason": reason, "code": code, "text": text, "agent": "", "path": [], "started": False}
    facts |= {"trace_id": "", "metadata": {}}
    _tell_json(facts)


def _tell_json(facts: dict[str, Any]) -> None:
    print(as_json({"error": facts}), file=sys.stderr, flush=True)
