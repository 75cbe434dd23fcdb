"""`botmesh log`: look at the files of a data folder, and keep of a damaged log what can be read."""

from dataclasses import asdict
from pathlib import Path

import click

from botmesh.errors import InvalidField
from botmesh_cli.main import EXIT_FAILED
from botmesh_cli.output import console, plain, print_json, tell_error
from botmesh_log.salvage import Salvaged, check_folder
from botmesh_log.salvage import salvage as salvage_folder

_LISTED = 20
"""Streams that are named one by one."""
_FOLDER = click.Path(path_type=Path)
_COLOURS = {"ok": "green"}


@click.group()
def log() -> None:
    """Check a data folder, and salvage a damaged event log. Neither needs a mesh."""


@log.command()
@click.argument("folder", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def check(folder: Path, as_json: bool) -> int:
    """Say how each file of FOLDER is: all events, checksums and indexes are read. Exit code 4 if one is damaged.

    Changes nothing, and may run beside a mesh.
    """
    try:
        reports = check_folder(folder)
    except InvalidField as error:
        tell_error(error, as_json=as_json)
        return EXIT_FAILED
    if as_json:
        print_json({"files": [asdict(one) for one in reports]})
    else:
        width = max(len(one.name) for one in reports)
        for one in reports:
            state = f"[{_COLOURS.get(one.state, 'red')}]{one.state}[/]"
            text = f": {plain(one.text)}" if one.text else ""
            console().print(f"{one.name:{width}}  {state}{text}", soft_wrap=True)
    return EXIT_FAILED if any(one.state != "ok" for one in reports) else 0


@log.command()
@click.argument("folder", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def salvage(folder: Path, as_json: bool) -> int:
    """Copy every event of FOLDER that can be read to a new log; the old file is set aside, and stays.

    No process may have the folder. Lists are rebuilt at the next start. The loss of what cannot be read is accepted by
    this: the mesh starts again.
    """
    try:
        found = salvage_folder(folder)
    except InvalidField as error:
        tell_error(error, as_json=as_json)
        return EXIT_FAILED
    if as_json:
        lost = sum(found.lost.values())
        facts = {"events": found.events, "streams": found.streams, "lost_events": lost, "lost": found.lost}
        print_json({**facts, "set_aside": found.aside})
    else:
        _say(folder, found)
    return 0


def _say(folder: Path, found: Salvaged) -> None:
    out = console()
    out.print(f"kept {found.events} events of {found.streams} streams in {plain(str(folder / 'events.sqlite'))}")
    if found.aside:
        out.print(f"the old file is {plain(found.aside)}")
    if not found.lost:
        out.print("nothing was lost")
        return
    out.print(f"lost: {found.lost_text}")
    for stream, events in list(found.lost.items())[:_LISTED]:
        out.print(f"  {events} of {plain(stream)}")
    if len(found.lost) > _LISTED:
        out.print(f"  and some of {len(found.lost) - _LISTED} other streams: --json names all")
