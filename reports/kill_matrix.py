"""The kill matrix as a figure: rows are known bugs, columns the invariants, colour the examples to the first kill."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.colors import LogNorm

__all__ = ["draw"]


def draw(matrix: Mapping[str, Any], capability: str, file: Path) -> None:
    """Draw the variants of one capability against the invariants that need it.

    A white cell is a bug that this invariant does not see. Darker is faster.
    """
    variants = [v["name"] for v in matrix["variants"] if v["capability"] == capability]
    invariants = [i["id"] for i in matrix["invariants"] if capability in i["needs"]]
    cells = np.full((len(variants), len(invariants)), np.nan)
    for kill in matrix["kills"]:
        if kill["capability"] == capability:
            cells[variants.index(kill["variant"]), invariants.index(kill["invariant"])] = kill["examples"]
    figure, axes = plt.subplots(
        figsize=(3.5 + 0.32 * len(invariants), 2.8 + 0.26 * len(variants)), layout="constrained"
    )
    image = axes.imshow(cells, cmap="viridis", norm=LogNorm(vmin=1, vmax=128), aspect="auto")
    prefix = capability.replace("_", "-") + "-"
    axes.set_xticks(range(len(invariants)), [name.removeprefix(prefix) for name in invariants], rotation=90, fontsize=7)
    axes.set_yticks(range(len(variants)), variants, fontsize=7)
    axes.set_xticks(np.arange(-0.5, len(invariants)), minor=True)
    axes.set_yticks(np.arange(-0.5, len(variants)), minor=True)
    axes.grid(which="minor", color="0.9", linewidth=0.5)
    axes.tick_params(which="both", length=0)
    axes.set_title(f"{capability}: which invariant catches which bug", fontsize=9)
    figure.colorbar(image, ax=axes, label="examples to the first kill", shrink=0.6)
    figure.savefig(file, dpi=150)
    plt.close(figure)
