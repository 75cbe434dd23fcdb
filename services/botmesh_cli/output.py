"""What commands print: tables for people, JSON for programs, errors on standard error."""

import json
import re
import sys
from collections.abc import Collection, Iterable
from typing import Any, cast

from rich.console import Console, ConsoleOptions, RenderResult
from rich.markup import escape
from rich.segment import Segment
from rich.table import Table

from botmesh.errors import BotmeshError

_STYLES = {"ready": "green", "busy": "yellow", "draining": "yellow", "down": "red"}
_UNBOUNDED = 100_000
"""Columns where nobody looks at a screen: a program that reads lines must not find them wrapped."""
_CONTROL = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Escape sequences, and control characters but tab and newline: with them, a text can rewrite its terminal."""
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_SHORT = 12


def console(*, stderr: bool = False) -> Console:
    """Where people read. Without a terminal, lines are as long as they need to be."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=_UNBOUNDED)


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
    """Text that somebody else wrote, without what could steer a terminal."""
    return _CONTROL.sub("", text)


def plain(text: str) -> str:
    """Text that somebody else wrote as one line of a table or a tree: its brackets are no markup."""
    return escape(" ".join(printable(text).split()))


def short(name: str) -> str:
    """The first digits of an id that a machine made; one that a person chose as it is."""
    return name[:_SHORT] if _HEX_ID.fullmatch(name) else plain(name)


def print_json(value: Any) -> None:
    """One JSON document on one line, at once."""
    print(json.dumps(value, ensure_ascii=False, default=str), flush=True)


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
        print(json.dumps({"error": facts}, ensure_ascii=False), file=sys.stderr)
        return
    err = console(stderr=True)
    err.print(f"[red]{error.reason.lower().replace('_', ' ')}[/red]: ", end="")
    err.print(printable(error.text), markup=False)
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
    print(json.dumps({"error": facts}, ensure_ascii=False), file=sys.stderr)
