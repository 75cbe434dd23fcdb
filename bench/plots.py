"""Plots of the figures: `python -m bench.plots FOLDER` reads them as JSON from standard input.

Runs in an environment of its own (bench/locks/plots.lock).
"""

import json
import sys
import textwrap
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt

HELD, MISSED, OTHERS = "#2a7f62", "#c8553d", "#8a8f98"
PEERS = {"SendMessage": "a2a-sdk", "AutoGen": "AutoGen", "NATS": "NATS"}


def main() -> None:
    """Draw two SVG files into the folder: targets and throughput."""
    folder = Path(sys.argv[1])
    figures: list[dict[str, Any]] = json.load(sys.stdin)
    # Text stays selectable, and the same figures give the same bytes.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "botmesh", "font.size": 9})
    _targets([one for one in figures if one["target"]], folder / "performance-targets.svg")
    throughputs = _throughputs(figures)
    if len(throughputs) > 2:  # noqa: PLR2004 - ours, bare gRPC, and at least one peer
        _rates(throughputs, folder / "performance-throughput.svg")


def _targets(figures: list[dict[str, Any]], file: Path) -> None:
    """Draw each figure as a share of its target: 1 meets it, more is better."""
    shares = [
        one["value"] / one["target"] if one["at_least"] else one["target"] / max(one["value"], 1e-9) for one in figures
    ]
    shown = [min(share, 4.0) for share in shares]
    picture, axes = plt.subplots(figsize=(9, 0.42 * len(figures) + 1))
    axes.barh(range(len(figures)), shown, color=[HELD if share >= 1 else MISSED for share in shares])
    axes.axvline(1.0, color="black", linewidth=1)
    axes.set_yticks(range(len(figures)), [textwrap.fill(one["what"], 70) for one in figures], fontsize=7)
    for place, (one, share) in enumerate(zip(figures, shown, strict=True)):
        axes.text(share + 0.03, place, f"{one['value']:.2f}", va="center", fontsize=7)
    axes.invert_yaxis()
    axes.set_xlim(0, 4.4)
    axes.set_xlabel("of the target: 1 meets it, further right is better (cut off at 4)")
    _save(picture, axes, file)


def _throughputs(figures: list[dict[str, Any]]) -> dict[str, float]:
    """Return delegations per second with 64 callers by library; for other libraries, their nearest equivalent."""
    found: dict[str, float] = {}
    for one in figures:
        if one["per_second"] and one["what"].startswith("one delegation, 64 callers: throughput of"):
            peer = next((name for words, name in PEERS.items() if words in one["what"]), "bare gRPC")
            found.setdefault("Botmesh", one["per_second"][0])
            found[peer] = one["per_second"][1]
    return found


def _rates(rates: dict[str, float], file: Path) -> None:
    picture, axes = plt.subplots(figsize=(6, 2.6))
    names = sorted(rates, key=lambda name: rates[name])
    axes.barh(names, [rates[name] for name in names], color=[HELD if name == "Botmesh" else OTHERS for name in names])
    for place, name in enumerate(names):
        axes.text(rates[name] * 1.05, place, f"{rates[name]:,.0f}", va="center", fontsize=8)
    axes.set_xscale("log")
    axes.set_xlim(100, max(rates.values()) * 3)
    axes.set_xlabel("questions answered a second, 64 callers (logarithmic)")
    _save(picture, axes, file)


def _save(picture: Any, axes: Any, file: Path) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    picture.tight_layout()
    picture.savefig(file, metadata={"Date": None, "Creator": None})
    plt.close(picture)


if __name__ == "__main__":
    main()
