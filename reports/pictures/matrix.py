"""The conformance matrix as a picture: of capabilities and implementations the more go down, the fewer across.

Colour and count stand in each cell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from ..matrix import MARKS, Cell, capabilities, cell, verdicts_of
from .svg import svg, text

__all__ = ["matrix_picture"]

LEFT, WIDTH, HEIGHT = 214, 92, 26
UPRIGHT = 5
"""Names across that still fit side by side; more of them stand aslant."""


def matrix_picture(runs: Sequence[Mapping[str, Any]]) -> Markup:
    """The picture of some runs."""
    names = capabilities(runs)
    cells = [[cell(verdicts_of(run, name)) for run in runs] for name in names]
    spoken = [(name.replace("_", " "), "") for name in names]
    if len(runs) <= len(names):
        return _drawn(spoken, _headings(runs), cells)
    return _drawn(_headings(runs), spoken, [list(column) for column in zip(*cells, strict=True)])


def _headings(runs: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Name, and version with dtype."""
    known = [run["implementation"] for run in runs]
    return [(each["name"], f"{each['version']} {each['dtype']}") for each in known]


def _drawn(
    down: Sequence[tuple[str, str]], across: Sequence[tuple[str, str]], cells: Sequence[Sequence[Cell]]
) -> Markup:
    aslant, longest = len(across) > UPRIGHT, max(len(name[:26]) for name, _ in across)
    width, top = (56, 20 + 6 * longest) if aslant else (WIDTH + 40, 44)
    parts: list[Markup] = []
    for column, (name, rest) in enumerate(across):
        x = LEFT + width * (column + 0.5)
        if aslant:
            turned = Markup('<text class="heading slant" transform="translate({:.5g} {}) rotate(-50)">{}</text>')
            parts.append(turned.format(x, top - 10, name[:26]))
        else:
            parts.append(text(x, top - 24, name[:20], "heading"))
            parts.append(text(x, top - 9, rest, "worth"))
    for row, ((name, _), judged) in enumerate(zip(down, cells, strict=True)):
        y = top + HEIGHT * row
        parts.append(text(LEFT - 12, y + 18, name[:29], "side"))
        for column, whole in enumerate(judged):
            x, kind = LEFT + width * column, whole.status.replace(" ", "-")
            box = Markup('<rect class="cell {}" x="{}" y="{}" width="{}" height="{}" rx="3"/>')
            parts.append(box.format(kind, x + 1, y + 1, width - 2, HEIGHT - 2))
            words = f"{MARKS[whole.status]} {whole.holding}/{whole.judged}" if whole.judged else "–"
            parts.append(text(x + width / 2, y + 18, words, f"count {kind}"))
    size = (0, 0, LEFT + width * len(across) + (112 if aslant else 12), top + HEIGHT * len(down) + 10)
    return svg("picture matrix-picture", size, "conformance matrix", parts)
