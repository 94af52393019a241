"""The numbers of a counterexample as a person reads them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["Grid", "differs", "flat", "grid", "number"]

Encoded = Mapping[str, Any]


def number(entry: Any) -> str:
    """An exact fraction as it is, a hexadecimal float in six digits, a flag in words."""
    if isinstance(entry, bool):
        return "true" if entry else "false"
    text = str(entry)
    if "0x" not in text:
        return text if len(text) <= 24 else f"{text[:23]}…"
    try:
        return f"{float.fromhex(text):.6g}".replace("-", "−")
    except (ValueError, OverflowError):
        return text


class Grid:
    """An array of a case: entries by index, as text."""

    def __init__(self, shape: list[int], entries: list[Any]) -> None:
        self.shape, self.entries = tuple(shape), entries

    def __getitem__(self, index: tuple[int, ...]) -> Any:
        """The entry itself at a full index."""
        at = 0
        for size, i in zip(self.shape, index, strict=True):
            at = at * size + i
        return self.entries[at]

    def text(self, *index: int) -> str:
        """The entry at a full index, as a person reads it."""
        return number(self[index])

    @property
    def rows(self) -> list[list[str]]:
        """The last axis as columns, everything before it as rows."""
        width = self.shape[-1] if self.shape else 1
        texts = [number(entry) for entry in self.entries]
        return [texts[i : i + width] for i in range(0, len(texts), width)] if width else []


def grid(value: Encoded) -> Grid:
    """An encoded array."""
    return Grid(value["shape"], value["entries"])


def flat(nested: Any, index: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], str]]:
    """The entries of nested lists of numbers, each with its index."""
    if isinstance(nested, list):
        for i, part in enumerate(nested):
            yield from flat(part, (*index, i))
    else:
        yield index, number(nested)


def differs(got: str, exact: str) -> bool:
    """Whether two numbers, as printed, are apart: fractions are compared by value."""
    return got != exact and _value(got) != _value(exact)


def _value(text: str) -> Any:
    plain = text.replace("−", "-")
    above, _, below = plain.partition("/")
    try:
        return f"{float(above) / float(below or 1):.6g}"
    except (ValueError, ZeroDivisionError):
        return plain
