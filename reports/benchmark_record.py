"""pytest-benchmark's JSON as a record of ours: contenders side by side on each shape, and the machine's probes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["benchmark_record"]

UNITS = {"microseconds": 1.0, "milliseconds": 1e3, "seconds": 1e6}
SUFFIXES = {"_us": 1.0, "_ms": 1e3, "_median_cpu_seconds": 1e6}
RATE = "_steps_a_cpu_second"


def benchmark_record(full: Mapping[str, Any], what: str, how: str) -> dict[str, Any]:
    """The record of one file of benchmarks.

    A benchmark's ``extra_info`` holds contenders under ``microseconds`` or ``milliseconds``, or as ``ours_ms`` or
    ``ours_steps_a_cpu_second``, for itself or for each of its ``rows``; a benchmark that says nothing of the kind is
    its own contender, with the median and the quartiles that the plugin measured. Words, and whole numbers under a
    single word, are the sizes that tell one shape from another;
    ratios taken round by round, ``sb3_to_ours``, stay as they are.
    """
    machine, shapes = full["machine_info"], [shape for one in full["benchmarks"] for shape in _shapes(one)]
    return {
        "schema": "policyproof/benchmark/1",
        "what": what,
        "how": how,
        "date": full["datetime"],
        "cpu": {"model": machine["cpu"].get("brand_raw", machine["machine"]), "cores": machine["cpu"]["count"]},
        "versions": {"python": machine["python_version"], **machine.get("versions", {})},
        "rounds": max(one["stats"]["rounds"] for one in full["benchmarks"]),
        "shapes": shapes,
        "complete": True,
    }


def _shapes(one: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    said = one["extra_info"]
    for row in said.get("rows", [said]):
        times = _times(row)
        shape: dict[str, Any] = {name: value for name, value in row.items() if _is_size(name, value)}
        shape |= {name: value for name, value in row.items() if "_to_" in name or name == "load_average"}
        if not times:
            stats = one["stats"]
            shape = {"benchmark": one["name"].removeprefix("test_"), **shape}
            times = {"median": stats["median"] * 1e6}
            shape["quartiles"] = {"median": [stats["q1"] * 1e6, stats["q3"] * 1e6]}
        elif "quartiles" in row:
            shape["quartiles"] = row["quartiles"]
        shape["microseconds"] = times
        if "probes" in said:
            shape["probes"] = said["probes"]
        yield shape


def _times(row: Mapping[str, Any]) -> dict[str, float]:
    for unit, factor in UNITS.items():
        if isinstance(row.get(unit), dict):
            return {name: time * factor for name, time in row[unit].items() if time}
    rates = {name.removesuffix(RATE): 1e6 / rate for name, rate in row.items() if name.endswith(RATE)}
    return rates or {
        name.removesuffix(suffix): value * factor
        for name, value in row.items()
        for suffix, factor in SUFFIXES.items()
        if name.endswith(suffix) and isinstance(value, (int, float))
    }


def _is_size(name: str, value: Any) -> bool:
    return "_" not in name and type(value) in (int, str)
