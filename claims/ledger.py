"""The ledger as data: every claim, where it was made, and whether it is true."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

__all__ = ["BEYOND", "VERDICTS", "WORKS", "Claim", "Source", "ledger"]

WORKS = {
    "agarwal-slides": 'lecture slides "Trust Region Policy Optimization", following Agarwal, Jiang, Kakade and Sun',
    "trpo-slides": "slides on TRPO after Schulman et al. (2015) and Kakade and Langford (2002), in Korean",
    "sorokin": 'D. Sorokin, "Advanced Policy Gradient", 2025',
    "hu": "B. Hu, ECE 598 lecture 13, 2020",
    "gradient-post": 'the post "Deriving the Policy Gradient Update"',
}
"""The founding texts, by the short name that a claim's source uses."""

VERDICTS = (
    "true as written",
    "true with hypotheses",
    "false as written",
    "slip",
    "algorithm",
    "heuristic",
    "beyond",
)
BEYOND = "beyond"
"""The verdict of a result that the founding texts do not contain; its ``literature`` says who proved it."""


@dataclass(frozen=True)
class Source:
    """A founding text and the place in it."""

    work: str
    place: str

    @property
    def title(self) -> str:
        """The text's title and author."""
        return WORKS[self.work]


@dataclass(frozen=True)
class Claim:
    """One statement of the literature.

    ``as_written`` and ``statement`` are LaTeX or plain words; ``unexecutable`` is the reason why no code can
    decide the claim, and empty where evidence does.
    """

    id: str
    group: str
    number: int
    verdict: str
    statement: str
    as_written: str = ""
    hypotheses: str = ""
    literature: str = ""
    sources: tuple[Source, ...] = ()
    unexecutable: str = ""

    def __post_init__(self) -> None:
        """Refuse a verdict that is not one of ours, and a claim that comes from nowhere."""
        if self.verdict not in VERDICTS:
            raise ValueError(f"claim {self.id}: verdict {self.verdict!r} is none of {', '.join(VERDICTS)}")
        if not self.sources and not self.literature:
            raise ValueError(f"claim {self.id} names neither a source nor literature")


@cache
def ledger() -> dict[str, Claim]:
    """Every claim by id, in the order of the groups' names and of the claims' numbers."""
    claims: dict[str, Claim] = {}
    for file in sorted(Path(__file__).parent.glob("*/ledger.toml")):
        entries = tomllib.loads(file.read_text(encoding="utf-8"))
        for name, entry in sorted(entries.items(), key=lambda item: item[1]["number"]):
            if name in claims:
                raise ValueError(f"claim {name} stands in {claims[name].group} and in {file.parent.name}")
            sources = tuple(Source(**source) for source in entry.pop("sources", ()))
            claims[name] = Claim(id=name, group=file.parent.name.replace("_", "-"), sources=sources, **entry)
    return claims
