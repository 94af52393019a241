"""A page: where it lies, which template it fills, and with what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Page"]


@dataclass(frozen=True)
class Page:
    """One HTML file; a page with a ``section`` stands in the navigation under that word."""

    path: str
    template: str
    title: str
    section: str = ""
    context: dict[str, Any] = field(default_factory=dict)
