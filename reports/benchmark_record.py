"""pytest-benchmark's JSON as a record of ours: contenders side by side on each shape, and the machine's probes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["benchmark_record"]


def benchmark_record(full: Mapping[str, Any], what: str, how: str) -> dict[str, Any]:
    """The record of one file of benchmarks.

    The ``extra_info`` of a benchmark is a shape: its ``sizes``, the ``microseconds`` and ``quartiles`` of each
    contender, ratios taken round by round as ``sb3_to_ours``, the ``probes``; and in which ``processes`` all ran, by
    which ``clock``.
    """
    machine, told = full["machine_info"], [one["extra_info"] for one in full["benchmarks"]]
    processes, clocks = (" and ".join(sorted({shape[name] for shape in told})) for name in ("processes", "clock"))
    return {
        "schema": "policyproof/benchmark/1",
        "what": what,
        "how": f"{how}: contenders in turn, {processes}; medians of {clocks}",
        "date": full["datetime"],
        "cpu": {"model": machine["cpu"].get("brand_raw", machine["machine"]), "cores": machine["cpu"]["count"]},
        "versions": {"python": machine["python_version"], **machine.get("versions", {})},
        "rounds": max(one["stats"]["rounds"] for one in full["benchmarks"]),
        "shapes": [_shape(shape) for shape in told],
        "complete": True,
    }


def _shape(told: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **told["sizes"],
        **{name: value for name, value in told.items() if name not in ("sizes", "processes", "clock")},
    }
