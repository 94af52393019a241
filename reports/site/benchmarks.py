"""Benchmarks: every contender's time over the probe's, and learning curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..loading import Records
from ..pictures.benchmark import benchmark_plot
from ..pictures.plots import learning_curves
from ..shape import PROBES, base_of, shape_text
from .page import Page

__all__ = ["pages"]


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
    names = list(dict.fromkeys(name for shape in record["shapes"] for name in shape["microseconds"]))
    return {
        "record": record,
        "base": base_of(record),
        "bounded": base_of(record) in (*PROBES, "ceiling"),
        "names": names,
        "probes": list(dict.fromkeys(name for shape in record["shapes"] for name in shape.get("probes", {}))),
        "rows": [(shape_text(shape), shape) for shape in record["shapes"]],
        "plot": benchmark_plot(record),
    }
