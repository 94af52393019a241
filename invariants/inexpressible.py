"""Known bugs that the seam cannot show: where each happened, what it did, and what would be needed to show it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["Inexpressible", "all_inexpressible"]


@dataclass(frozen=True)
class Inexpressible:
    """A bug without a variant.

    Attributes
    ----------
    room : the folder of ``invariants/`` whose capabilities come nearest; empty if none does.
    name : kebab-case.
    citation : where it happened.
    what : what the code did.
    needs : what an implementation would have to offer for it to be seen.
    """

    room: str
    name: str
    citation: str
    what: str
    needs: str


@cache
def all_inexpressible() -> tuple[Inexpressible, ...]:
    """Every entry of every ``inexpressible.toml``, room by room."""
    here = Path(__file__).parent
    return tuple(
        Inexpressible("" if file.parent == here else file.parent.name, name, **entry)
        for file in sorted(here.rglob("inexpressible.toml"))
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items()
    )
