"""`botmesh log`: checks the files of a data folder, and copies the readable events of a damaged log."""

from dataclasses import asdict
from pathlib import Path

import click

from botmesh.errors import InvalidField
from botmesh_cli.main import EXIT_FAILED
from botmesh_cli.output import console, plain, print_json, tell_error
from botmesh_log.salvage import Salvaged, check_folder
from botmesh_log.salvage import salvage as salvage_folder

_LISTED = 20
"""Damaged streams that are named one by one."""
_FOLDER = click.Path(path_type=Path)
_COLOURS = {"ok": "green"}


@click.group()
def log() -> None:
    """Check the files of a data folder, or salvage a damaged event log. Neither needs a mesh."""


@log.command()
@click.argument("folder", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def check(folder: Path, as_json: bool) -> int:
    """Read all events, checksums and indexes of the data folder FOLDER, and print the state of each file.

    Changes nothing, and may run while a mesh uses the folder. Exit code 4: a file is damaged.
    """
    try:
        reports = check_folder(folder)
    except InvalidField as error:
        tell_error(error, as_json=as_json)
        return EXIT_FAILED
    if as_json:
        print_json({"files": [asdict(report) for report in reports]})
    else:
        width = max(len(report.name) for report in reports)
        for report in reports:
            state = f"[{_COLOURS.get(report.state, 'red')}]{report.state}[/]"
            text = f": {plain(report.text)}" if report.text else ""
            console().print(f"{report.name:{width}}  {state}{text}", soft_wrap=True)
    return EXIT_FAILED if any(report.state != "ok" for report in reports) else 0


@log.command()
@click.argument("folder", type=_FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def salvage(folder: Path, as_json: bool) -> int:
    """Copy every readable event of the data folder FOLDER to a new log, with which the mesh starts again.

    Events that cannot be read are lost. The old file stays under another name. Stop the mesh first; lists are rebuilt
    at its next start.
    """
    try:
        salvaged = salvage_folder(folder)
    except InvalidField as error:
        tell_error(error, as_json=as_json)
        return EXIT_FAILED
    if as_json:
        print_json(
            {
                "events": salvaged.events,
                "streams": salvaged.streams,
                "lost_events": sum(salvaged.lost.values()),
                "lost": salvaged.lost,
                "set_aside": salvaged.aside,
            }
        )
    else:
        _print(folder, salvaged)
    return 0


def _print(folder: Path, salvaged: Salvaged) -> None:
    out = console()
    out.print(f"kept {salvaged.events} events of {salvaged.streams} streams in {plain(str(folder / 'events.sqlite'))}")
    if salvaged.aside:
        out.print(f"the old file is {plain(salvaged.aside)}")
    if not salvaged.lost:
        out.print("nothing was lost")
        return
    out.print(f"lost: {salvaged.lost_text}")
    for stream, events in list(salvaged.lost.items())[:_LISTED]:
        out.print(f"  {events} of {plain(stream)}")
    if len(salvaged.lost) > _LISTED:
        out.print(f"  and some of {len(salvaged.lost) - _LISTED} other streams: --json names all")
