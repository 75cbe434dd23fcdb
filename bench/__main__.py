"""`python -m bench`: runs the benchmarks and compares the figures with their targets."""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.cases import CASES, CHECKED
from bench.environments import environment_of
from bench.figures import Figure

_ROUNDS = 5
_BEGIN, _END = "<!-- measured -->", "<!-- end -->"


def main() -> int:
    """Run the named cases, or all; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--check", action="store_true", help="run three short cases; fail on a ratio beyond its limit")
    parser.add_argument("--page", metavar="FILE", help="write the table into this Markdown file, between its two marks")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="rounds of each comparison; default %(default)s")
    given = parser.parse_args()
    figures: list[Figure] = []
    for name in given.cases or (CHECKED if given.check else CASES):
        began = time.monotonic()
        figures += CASES[name](given.rounds)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    _print(figures)
    if given.page:
        _write(Path(given.page), figures)
        _draw(Path(given.page).parent, figures)
    behind = [one for one in figures if given.check and one.regressed]
    for one in behind:
        print(f"fell behind: {one.what} is {one.value:.2f}, it may be {one.at_worst:.2f}", file=sys.stderr)
    return 1 if behind else 0


def _write(page: Path, figures: Sequence[Figure]) -> None:
    rows = ["| what | measured | target | | rounds |", "| --- | --- | --- | --- | --- |"]
    for one in figures:
        held = "" if one.target is None else "holds" if one.holds else "not yet"
        rows.append(f"| {one.what} | {one.value:.2f} | {_target(one)} | {held} | {one.note} |")
    facts = f"Python {platform.python_version()}, grpcio {version('grpcio')}, protobuf {version('protobuf')}, "
    facts += f"opentelemetry-sdk {version('opentelemetry-sdk')}, uvloop {version('uvloop')} in services; "
    facts += f"{os.cpu_count()} cores of a shared machine, loopback; {time.strftime('%Y-%m-%d')}."
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    table = "\n".join(rows)
    page.write_text(f"{before}{_BEGIN}\n{table}\n\n{facts}\n{_END}{after}", encoding="utf-8")


def _draw(folder: Path, figures: Sequence[Figure]) -> None:
    """Draw the plots into the folder of the page."""
    command = [environment_of("plots"), "-m", "bench.plots", str(folder)]
    subprocess.run(command, input=json.dumps([asdict(one) for one in figures]), text=True, check=True)  # noqa: S603


def _target(one: Figure) -> str:
    return "" if one.target is None else f"{'≥' if one.at_least else '≤'} {one.target:.2f}"


def _print(figures: Sequence[Figure]) -> None:
    table = Table("WHAT", "MEASURED", "TARGET", "", "ROUNDS", box=None, pad_edge=False)
    for one in figures:
        held = "" if one.target is None else "[green]holds[/green]" if one.holds else "[red]not yet[/red]"
        table.add_row(one.what, f"{one.value:.2f}", _target(one), held, one.note)
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main())
