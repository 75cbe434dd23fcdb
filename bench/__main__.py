"""`python -m bench`: measures, and says what holds."""

import argparse
import sys
import time
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from bench.cases import CASES, Figure

_ROUNDS = 5


def main() -> int:
    """Run the cases that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("cases", nargs="*", choices=[*CASES, []], metavar="CASE", help=", ".join(CASES))
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help="of each comparison; default %(default)s")
    given = parser.parse_args()
    figures: list[Figure] = []
    for name in given.cases or CASES:
        began = time.monotonic()
        figures += CASES[name](given.rounds)
        print(f"{name}: {time.monotonic() - began:.0f} s", file=sys.stderr)
    _print(figures)
    return 0


def _print(figures: Sequence[Figure]) -> None:
    table = Table("WHAT", "MEASURED", "TARGET", "", "ROUNDS", box=None, pad_edge=False)
    for one in figures:
        sign = "≥" if one.at_least else "≤"
        held = "[green]holds[/green]" if one.holds else "[red]not yet[/red]"
        table.add_row(one.what, f"{one.value:.2f}", f"{sign} {one.target:.2f}", held, one.note)
    Console(width=160).print(table)


if __name__ == "__main__":
    sys.exit(main())
