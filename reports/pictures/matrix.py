"""The conformance matrix as a picture: capabilities down, implementations across, colour and count in each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ..matrix import MARKS, capabilities, cell, verdicts_of
from .svg import svg, text

__all__ = ["matrix_picture"]

LEFT, WIDTH, HEIGHT = 214, 92, 26
UPRIGHT = 5
"""Implementations whose names still fit side by side; more of them stand aslant."""


def matrix_picture(runs: Sequence[Mapping[str, Any]]) -> Markup:
    """The picture of some runs."""
    aslant = len(runs) > UPRIGHT
    width, top = (56, 128) if aslant else (WIDTH + 40, 44)
    parts: list[Markup] = []
    for column, run in enumerate(runs):
        x, name = LEFT + width * (column + 0.5), run["implementation"]["name"]
        if aslant:
            turned = Markup('<text class="heading slant" transform="translate({:.5g} {}) rotate(-50)">{}</text>')
            parts.append(turned.format(x, top - 10, name[:24]))
        else:
            parts.append(text(x, top - 24, name[:20], "heading"))
            parts.append(
                text(x, top - 9, f"{run['implementation']['version']} {run['implementation']['dtype']}", "worth")
            )
    names = capabilities(runs)
    for row, capability in enumerate(names):
        y = top + HEIGHT * row
        parts.append(text(LEFT - 12, y + 18, capability.replace("_", " "), "side"))
        for column, run in enumerate(runs):
            whole = cell(verdicts_of(run, capability))
            x, kind = LEFT + width * column, whole.status.replace(" ", "-")
            box = Markup('<rect class="cell {}" x="{}" y="{}" width="{}" height="{}" rx="3"/>')
            parts.append(box.format(kind, x + 1, y + 1, width - 2, HEIGHT - 2))
            words = f"{MARKS[whole.status]} {whole.holding}/{whole.judged}" if whole.judged else "–"
            parts.append(text(x + width / 2, y + 18, words, f"count {kind}"))
    size = (0, 0, LEFT + width * len(runs) + (96 if aslant else 12), top + HEIGHT * len(names) + 10)
    return svg("picture matrix-picture", size, "conformance matrix", parts)
