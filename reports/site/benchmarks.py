"""Benchmarks: every contender's time over the probe's, and learning curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..loading import Records
from ..pictures.plots import learning_curves, ratio_plot
from .page import Page

__all__ = ["pages"]

PROBES = ("probe", "bytes", "matmul")
"""Names under which a benchmark measures what the machine can do at best, in order of preference."""
KEPT = ("microseconds", "quartiles", "load_average")


def pages(records: Records) -> Iterator[Page]:
    """One page, where something was measured."""
    if not records.benchmarks and not records.learning_curves:
        return
    yield Page(
        "benchmarks.html",
        "benchmarks.html",
        "Benchmarks",
        "Benchmarks",
        {
            "benchmarks": [_benchmark(record) for record in records.benchmarks],
            "curves": [(record, learning_curves(record)) for record in records.learning_curves],
        },
    )


def _benchmark(record: Mapping[str, Any]) -> dict[str, Any]:
    shapes = record["shapes"]
    probe = next((name for name in PROBES if all(name in shape["microseconds"] for shape in shapes)), None)
    base = probe or next(iter(shapes[0]["microseconds"]))
    names = list(dict.fromkeys(name for shape in shapes for name in shape["microseconds"]))
    rows = [(_shape(shape), _ratios(shape, base)) for shape in shapes if base in shape["microseconds"]]
    return {
        "record": record,
        "base": base,
        "probe": probe,
        "names": names,
        "rows": [(_shape(shape), shape) for shape in shapes],
        "plot": ratio_plot(rows, f"time ÷ time of {base}") if rows else "",
    }


def _shape(shape: Mapping[str, Any]) -> str:
    """What was measured, in a few characters: the sizes, or the name."""
    sizes = [value for key, value in shape.items() if key not in KEPT and "_to_" not in key and value is not None]
    return " × ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in sizes) or "all"


def _ratios(shape: Mapping[str, Any], base: str) -> dict[str, tuple[float, float, float]]:
    times, spread = shape["microseconds"], shape.get("quartiles", {})
    found = {}
    for name, time in times.items():
        if name == base:
            continue
        low, high = spread.get(name, (time, time))
        found[name] = (low / times[base], time / times[base], high / times[base])
    return found
