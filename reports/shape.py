"""What a benchmark measured: the sizes of a shape in words, and what its times are held against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["PROBES", "base_of", "base_time", "shape_text"]

PROBES = ("probe", "bytes", "matmul")
"""Names under which a benchmark measures what the machine can do at best, in order of preference."""
KEPT = ("microseconds", "quartiles", "probes", "ceiling", "load_average")


def shape_text(shape: Mapping[str, Any]) -> str:
    """What was measured, in a few characters: the sizes, or the name."""
    sizes = [value for key, value in shape.items() if key not in KEPT and "_to_" not in key and value is not None]
    return " × ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in sizes) or "all"


def base_of(record: Mapping[str, Any]) -> str:
    """The probe, or the ceiling, that there is for all shapes; else the first contender."""
    shapes = record["shapes"]
    probe = next((name for name in PROBES if all(name in shape["microseconds"] for shape in shapes)), None)
    ceiling = "ceiling" if all("ceiling" in shape for shape in shapes) else None
    return probe or ceiling or str(next(iter(shapes[0]["microseconds"])))


def base_time(shape: Mapping[str, Any], base: str) -> float | None:
    """The microseconds that times of a shape are divided by, if it has them."""
    time = shape.get("ceiling") if base == "ceiling" else shape["microseconds"].get(base)
    return None if time is None else float(time)
