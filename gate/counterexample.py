"""A counterexample as a file: schema'd JSON that survives edits and versions, and is never executed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
from flint import fmpq

from ..invariants.case import Case
from ..invariants.comparison import Comparison
from ..invariants.discovery import all_invariants
from ..reference.arithmetic import Arithmetic, convert, exact, floating
from ..reference.tabular_mdp import TabularMDP
from .errors import UsageError

__all__ = ["LARGEST_FILE", "decode_case", "document", "encode_case", "load"]

SCHEMA = "policyproof/counterexample/1"
LARGEST_FILE = 16 * 2**20
"""Bytes; a shrunk case needs a few thousand."""


def document(
    invariant: str, target: str, implementation: dict[str, Any], case: Case, comparison: Comparison | None, error: str
) -> dict[str, Any]:
    """Everything that is needed to run the case again, and what was seen when it failed."""
    result: dict[str, Any] = {
        "schema": SCHEMA,
        "invariant": invariant,
        "target": target,
        "implementation": implementation,
        "case": encode_case(case),
        "error": error,
    }
    if comparison is not None:
        result["seen"] = {
            "what": comparison.what,
            "got": _nested(comparison.got, _hex),
            "expected": _nested(np.broadcast_to(comparison.expected, comparison.got.shape), _text),
            "bound": _nested(np.broadcast_to(comparison.bound, comparison.got.shape), _hex),
        }
    return result


def encode_case(case: Case) -> dict[str, Any]:
    """A case as JSON: real numbers as exact fractions, floats as hexadecimal floats."""
    return {
        "kind": type(case).__name__,
        "fields": {field.name: _encode(getattr(case, field.name)) for field in fields(case)},
    }


def decode_case(encoded: dict[str, Any]) -> Case:
    """The case that ``encode_case`` wrote.

    Raises
    ------
    UsageError: no case of that kind is known, or its fields are not the ones expected.
    """
    kinds = _case_types()
    if encoded["kind"] not in kinds:
        raise UsageError(f"case kind {encoded['kind']!r} is unknown; this version knows {', '.join(sorted(kinds))}")
    kind = kinds[encoded["kind"]]
    expected = {field.name for field in fields(kind)}
    if set(encoded["fields"]) != expected:
        raise UsageError(f"a case of kind {encoded['kind']} has the fields {', '.join(sorted(expected))}")
    return kind(**{name: _decode(value) for name, value in encoded["fields"].items()})


def load(path: Path) -> dict[str, Any]:
    """Read and check a counterexample file.

    Raises
    ------
    UsageError: the file is missing, too large, cut off, no JSON, or no counterexample of this schema.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(f"{path} is larger than {LARGEST_FILE} bytes; a counterexample is a few thousand")
        loaded = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON, or was cut off: {error}") from error
    try:
        jsonschema.validate(loaded, _schema())
    except jsonschema.ValidationError as error:
        where = "/".join(map(str, error.absolute_path)) or "the top"
        raise UsageError(f"{path} is no {SCHEMA} file: at {where}, {error.message[:200]}") from error
    return dict(loaded)


@cache
def _schema() -> dict[str, Any]:
    return dict(json.loads(Path(__file__).with_name("counterexample.schema.json").read_text(encoding="utf-8")))


def _case_types() -> dict[str, type[Case]]:
    all_invariants()
    found, waiting = {}, [Case]
    while waiting:
        kind = waiting.pop()
        found[kind.__name__] = kind
        waiting.extend(kind.__subclasses__())
    return found


def _encode(value: Any) -> Any:
    if isinstance(value, TabularMDP):
        names = ("transition", "reward", "initial", "discount")
        return {"type": "mdp", "fields": {name: _encode(getattr(value, name)) for name in names}}
    if isinstance(value, np.ndarray):
        kind = {"b": "flags", "i": "integers"}.get(value.dtype.kind, "reals")
        entries = [_text(entry) for entry in value.ravel().tolist()] if kind == "reals" else value.ravel().tolist()
        return {"type": kind, "shape": list(value.shape), "entries": entries}
    if value is None or isinstance(value, (bool, int)):
        return {"type": "plain", "value": value}
    if isinstance(value, str):
        return {"type": "text", "value": value}
    return {"type": "real", "value": _text(value)}


def _decode(encoded: dict[str, Any]) -> Any:
    kind = encoded["type"]
    if kind == "mdp":
        return TabularMDP(**{name: _decode(value) for name, value in encoded["fields"].items()})
    if kind in ("plain", "text"):
        return encoded["value"]
    if kind == "real":
        return _number(encoded["value"])
    entries, shape = encoded["entries"], tuple(encoded["shape"])
    if int(np.prod(shape)) != len(entries):
        raise UsageError(f"an array of shape {list(shape)} cannot hold {len(entries)} entries")
    if kind == "reals":
        numbers = [_number(entry) for entry in entries]
        if all(isinstance(number, float) for number in numbers):
            return np.array(numbers, dtype=np.float64).reshape(shape)
        return convert(np.array(numbers, dtype=object), Arithmetic.EXACT).reshape(shape)
    return np.array(entries, dtype=bool if kind == "flags" else np.int64).reshape(shape)


def _number(text: str) -> Any:
    return float.fromhex(text) if "x" in text else exact(text).item()


def _text(number: Any) -> str:
    return str(number) if isinstance(number, fmpq) else _hex(number)


def _hex(number: Any) -> str:
    return float(floating(number)).hex()


def _nested(array: Any, write: Callable[[Any], str]) -> Any:
    if np.ndim(array):
        return [_nested(row, write) for row in array]
    return write(array.item() if isinstance(array, (np.ndarray, np.generic)) else array)
