"""Pictures as files of their own, for a README: each carries its part of the site's style, light and dark."""

from __future__ import annotations

import re
from pathlib import Path

from markupsafe import Markup

from ..loading import Records
from .benchmark import benchmark_plot
from .matrix import matrix_picture
from .plots import learning_curves, tightness_of

__all__ = ["pictures", "write_pictures"]

STYLE = Path(__file__).parents[1] / "site" / "static" / "style.css"


def pictures(records: Records) -> dict[str, Markup]:
    """File name → picture, of whatever the records hold."""
    found = {}
    if records.runs:
        found["matrix.svg"] = matrix_picture(records.runs)
    if records.ledger is not None:
        found["tightness.svg"] = tightness_of(records.ledger)
    for i, record in enumerate(records.benchmarks):
        if plot := benchmark_plot(record):
            found[f"benchmark-{i + 1}.svg"] = plot
    for i, record in enumerate(records.learning_curves):
        found[f"learning-curves-{i + 1}.svg"] = learning_curves(record)
    return found


def write_pictures(records: Records, folder: Path) -> list[Path]:
    """Write each picture into a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    style, written = _style(), []
    for name, picture in pictures(records).items():
        opening, rest = str(picture).split(">", 1)
        box = re.search(r'viewBox="(\S+) (\S+) (\S+) (\S+)"', opening)
        assert box is not None
        x, y, width, height = box.groups()
        paper = f'<rect class="paper" x="{x}" y="{y}" width="{width}" height="{height}"/>'
        head = f'{opening} xmlns="http://www.w3.org/2000/svg"><style>{style}</style>{paper}'
        file = folder / name
        file.write_text(f"{head}{rest}\n", encoding="utf-8")
        written.append(file)
    return written


def _style() -> str:
    """The colours of the site's style sheet, and its part about pictures."""
    sheet = STYLE.read_text(encoding="utf-8")
    colours, pictures = sheet[sheet.index(":root") : sheet.index("* {")], sheet.split("/* pictures */")[1]
    own = "svg.picture, svg.plot { font: 13px system-ui, sans-serif } .paper { fill: var(--raised) }"
    return colours + pictures.split("@media")[0] + own
