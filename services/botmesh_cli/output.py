"""What commands print: tables for people, JSON for programs, errors on standard error."""

import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from botmesh.errors import BotmeshError

_STYLES = {"ready": "green", "busy": "yellow", "draining": "yellow", "down": "red"}


def console(*, stderr: bool = False) -> Console:
    """Where people read. Without a terminal, lines are as long as they need to be."""
    made = Console(stderr=stderr, highlight=False)
    return made if made.is_terminal else Console(stderr=stderr, highlight=False, width=max(made.width, 160))


def table(*columns: str) -> Table:
    """A plain table: no lines, nothing that hinders copying."""
    made = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for column in columns:
        made.add_column(column, overflow="fold")
    return made


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
    err.print(error.text, markup=False)
    if error.agent:
        way = error.path if error.path[-1:] == (error.agent,) else (*error.path, error.agent)
        err.print(f"  raised by {error.agent}" + (f" in {' → '.join(way)}" if len(way) > 1 else ""), style="dim")
    if error.trace_id:
        err.print(f"  see: botmesh trace {error.trace_id}", style="dim")
