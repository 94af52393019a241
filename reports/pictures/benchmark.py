"""A benchmark as a picture: every contender's time over that of the probe, or over the ceiling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ..shape import base_of, base_time, shape_text
from .plots import ratio_plot

__all__ = ["benchmark_plot"]


def benchmark_plot(record: Mapping[str, Any]) -> Markup:
    """One row a shape, on a logarithmic axis; nothing where there is nothing to compare."""
    base = base_of(record)
    rows = [(shape_text(shape), _ratios(shape, base)) for shape in record["shapes"]]
    unit = "time ÷ ceiling" if base == "ceiling" else f"time ÷ time of {base}"
    compared = [row for row in rows if row[1]]
    return ratio_plot(compared, unit) if compared else Markup("")


def _ratios(shape: Mapping[str, Any], base: str) -> dict[str, tuple[float, float, float]]:
    unit, spread = base_time(shape, base), shape.get("quartiles", {})
    found = {}
    for name, time in shape["microseconds"].items():
        if name != base and unit is not None:
            low, high = spread.get(name, (time, time))
            found[name] = (low / unit, time / unit, high / unit)
    return found
