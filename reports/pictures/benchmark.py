"""A benchmark as a picture: every contender's time over the probe's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ..shape import PROBES, shape_text
from .plots import ratio_plot

__all__ = ["base_of", "benchmark_plot"]


def benchmark_plot(record: Mapping[str, Any]) -> Markup:
    """One row a shape, on a logarithmic axis."""
    base = base_of(record)
    rows = [(shape_text(s), _ratios(s, base)) for s in record["shapes"] if base in s["microseconds"]]
    return ratio_plot([row for row in rows if row[1]], f"time ÷ time of {base}")


def base_of(record: Mapping[str, Any]) -> str:
    """The probe that was measured for all shapes; else the first contender."""
    shapes = record["shapes"]
    probe = next((name for name in PROBES if all(name in shape["microseconds"] for shape in shapes)), None)
    return probe or str(next(iter(shapes[0]["microseconds"])))


def _ratios(shape: Mapping[str, Any], base: str) -> dict[str, tuple[float, float, float]]:
    times, spread = shape["microseconds"], shape.get("quartiles", {})
    found = {}
    for name, time in times.items():
        if name != base:
            low, high = spread.get(name, (time, time))
            found[name] = (low / times[base], time / times[base], high / times[base])
    return found
