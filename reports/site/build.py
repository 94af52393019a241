"""Write the site: every page module's pages, and the style and the script that they share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copyfile
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..formula import formula, prose
from ..loading import Records
from ..matrix import MARKS, ratio_text
from . import benchmarks, findings, implementation, invariant, kill_matrix, ledger, matrix
from .page import Page

__all__ = ["write_site"]

FOLDER = Path(__file__).parent
PAGES: tuple[Callable[[Records], Iterator[Page]], ...] = (
    matrix.pages,
    findings.pages,
    ledger.pages,
    kill_matrix.pages,
    benchmarks.pages,
    implementation.pages,
    invariant.pages,
)
OPTIONAL = re.compile(r"</(?:td|th|tr|li|dt|dd|option)>\n?")
"""End tags that HTML lets one leave out: a tenth of the weight of large tables."""


def write_site(records: Records, folder: Path) -> list[Path]:
    """Write the pages for all records into a folder, which is made where it is missing; returns what was written."""
    environment, pages = _environment(), [page for pages in PAGES for page in pages(records)]
    sections = [page for page in pages if page.section]
    folder.mkdir(parents=True, exist_ok=True)
    start = sections[0].path
    written = []
    for page in pages:
        file = folder / page.path
        file.parent.mkdir(exist_ok=True)
        root = "../" * page.path.count("/")
        text = environment.get_template(page.template).render(
            page.context, title=page.title, section=page.section, path=page.path, sections=sections, root=root
        )
        file.write_text(OPTIONAL.sub("", text), encoding="utf-8")
        written.append(file)
    if start != "index.html":
        target = folder / "index.html"
        target.write_text((folder / start).read_text(encoding="utf-8"), encoding="utf-8")
        written.append(target)
    for static in sorted((FOLDER / "static").iterdir()):
        copyfile(static, folder / static.name)
        written.append(folder / static.name)
    return written


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "formula": lambda latex: formula(latex, block=True),
        "prose": prose,
        "ratio": ratio_text,
        "count": lambda number: f"{number:,}",
        "kind": lambda status: status.replace(" ", "-"),
    }
    environment.filters.update(filters)
    environment.globals["marks"] = MARKS
    return environment
