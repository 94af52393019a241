"""Two runs of the same benchmark: how each contender moved against the probe, whatever the machine did meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .shape import PROBES, shape_text

__all__ = ["Move", "moves"]


@dataclass(frozen=True)
class Move:
    """A contender on a shape: its time over the probe's before and now, and how many times slower that is."""

    shape: str
    contender: str
    probe: str
    before: float
    now: float

    @property
    def slower(self) -> float:
        """Now over before: 1 where nothing changed, 2 where it takes twice as long as it did."""
        return self.now / self.before


def moves(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Move]:
    """Every contender that both runs measured, on every shape that both have."""
    earlier = {shape_text(shape): shape for shape in before["shapes"]}
    for shape in now["shapes"]:
        name = shape_text(shape)
        other = earlier.get(name)
        base = next((base for base in _bases(shape) if other is not None and base in _bases(other)), None)
        if other is None or base is None:
            continue
        for contender, time in shape["microseconds"].items():
            if contender != base and contender in other["microseconds"]:
                then = other["microseconds"][contender] / _bases(other)[base]
                yield Move(name, contender, base, then, time / _bases(shape)[base])


def _bases(shape: Mapping[str, Any]) -> dict[str, float]:
    """What times may be divided by, the closest first: the benchmark's own probe, then those of the machine."""
    own = {name: shape["microseconds"][name] for name in PROBES if name in shape["microseconds"]}
    return own | {name: shape["probes"][name] for name in ("copy", "matmul") if name in shape.get("probes", {})}
