"""What a benchmark measured: the sizes of a shape in words, and which contender is the probe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["PROBES", "shape_text"]

PROBES = ("probe", "bytes", "matmul")
"""Names under which a benchmark measures what the machine can do at best, in order of preference."""
KEPT = ("microseconds", "quartiles", "probes", "load_average")


def shape_text(shape: Mapping[str, Any]) -> str:
    """What was measured, in a few characters: the sizes, or the name."""
    sizes = [value for key, value in shape.items() if key not in KEPT and "_to_" not in key and value is not None]
    return " × ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in sizes) or "all"
