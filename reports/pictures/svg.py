"""The frame of a picture and the text in it, escaped."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

__all__ = ["svg", "text"]


def svg(kind: str, box: tuple[float, float, float, float], label: str, parts: Iterable[Markup]) -> Markup:
    """An ``svg`` element: left, top, width and height of its box, and what it shows in words."""
    left, top, width, height = (f"{number:.0f}" for number in box)
    return Markup(
        '<svg class="{kind}" viewBox="{left} {top} {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="{label}">{body}</svg>'
    ).format(kind=kind, left=left, top=top, width=width, height=height, label=label, body=Markup("").join(parts))


def text(x: float, y: float, words: str, kind: str) -> Markup:
    """A line of text; its class says what it is."""
    return Markup('<text class="{}" x="{:.5g}" y="{:.5g}">{}</text>').format(kind, x, y, words)
