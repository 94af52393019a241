"""Finished records, read and checked: what is empty, cut off, duplicate, inconsistent or newer is refused by name."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from .consistency import CHECKS, across_runs
from .errors import (
    CutOffError,
    DuplicateError,
    EmptyRecordError,
    InconsistentError,
    NewerSchemaError,
    SchemaError,
    UnknownSchemaError,
    UnreadableError,
)

__all__ = ["LARGEST_FILE", "Record", "Records", "load", "records_of"]

Record = dict[str, Any]
LARGEST_FILE = 256 * 2**20
"""Bytes; a run of every invariant needs less than one million."""
SCHEMAS = Path(__file__).parent / "schemas"


@dataclass(frozen=True)
class Records:
    """What reports are made of: runs in the order given, and whatever else was recorded."""

    runs: tuple[Record, ...] = ()
    ledger: Record | None = None
    kill_matrix: Record | None = None
    benchmarks: tuple[Record, ...] = ()
    learning_curves: tuple[Record, ...] = ()
    scripts: dict[tuple[str, str], str] = field(default_factory=dict)
    """(target, invariant) → a stand-alone Python script of the counterexample."""


def load(files: Sequence[Path]) -> Records:
    """Read files that each hold a record or an array of records.

    Raises
    ------
    RecordError: by the name of what is wrong with a file.
    """
    return records_of((file.name, part) for file in files for part in _parts(file))


def records_of(parts: Iterable[tuple[str, Any]]) -> Records:
    """Check records, each with the name by which messages call it, and sort them by kind.

    Raises
    ------
    RecordError: by the name of what is wrong with a record, or between two of them.
    """
    found: dict[str, list[Record]] = {kind: [] for kind in CHECKS}
    for name, part in parts:
        found[_checked(name, part)].append(part)
    across_runs(found["run"])
    for kind in ("ledger", "kill-matrix"):
        if len(found[kind]) > 1:
            raise DuplicateError(f"{len(found[kind])} records of kind {kind} were given; a report shows one")
    return Records(
        runs=tuple(found["run"]),
        ledger=next(iter(found["ledger"]), None),
        kill_matrix=next(iter(found["kill-matrix"]), None),
        benchmarks=tuple(found["benchmark"]),
        learning_curves=tuple(found["learning-curves"]),
    )


def _parts(file: Path) -> list[Any]:
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise UnreadableError(f"{file} is larger than {LARGEST_FILE >> 20} MiB: no run is")
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise UnreadableError(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{file} is not UTF-8 text: {error.reason} at byte {error.start}") from error
    try:
        loaded = json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise UnreadableError(f"{file} is nested too deeply for any record") from error
    except json.JSONDecodeError as error:
        if _breaks_off(text, error):
            raise CutOffError(f"{file} breaks off at line {error.lineno}: write it again to its end") from error
        raise UnreadableError(f"{file} is no JSON at line {error.lineno}: {error.msg}") from error
    except _TwiceError as error:
        raise DuplicateError(f"{file} states {error} twice in one object") from error
    except _NoNumberError as error:
        raise SchemaError(f"{file} holds {error}, which is no JSON number") from error
    if isinstance(loaded, list):
        if not loaded:
            raise EmptyRecordError(f"{file} is an empty list: nothing ran")
        return loaded
    return [loaded]


def _checked(name: str, record: Any) -> str:
    """The kind of a record that is in order."""
    kind = _kind(name, record)
    worst = jsonschema.exceptions.best_match(_validator(kind).iter_errors(record))
    if worst is not None:
        where = "/".join(map(str, worst.absolute_path)) or "the top"
        raise SchemaError(f"{name} is no policyproof/{kind}/1: at {where}, {worst.message[:200]}")
    if not record["complete"]:
        raise CutOffError(f"{name} was cut short (complete is false): run it again to its end")
    try:
        CHECKS[kind](record)
    except (DuplicateError, EmptyRecordError, InconsistentError) as error:
        raise type(error)(f"{name}: {error}") from error
    return kind


def _kind(name: str, record: Any) -> str:
    said = record.get("schema") if isinstance(record, dict) else None
    words = said.split("/") if isinstance(said, str) else []
    if len(words) != 3 or words[0] != "policyproof" or words[1] not in CHECKS or not words[2].isdecimal():
        raise UnknownSchemaError(f"{name} says schema {str(said)[:80]!r}; known are {', '.join(CHECKS)}")
    if int(words[2]) > 1:
        raise NewerSchemaError(f"{name} is {said}, and this version reads {words[1]}/1: upgrade policyproof")
    if int(words[2]) < 1:
        raise UnknownSchemaError(f"{name} says schema {said!r}; versions begin with 1")
    return words[1]


@cache
def _validator(kind: str) -> jsonschema.Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{kind}.schema.json").read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema)


def _breaks_off(text: str, error: json.JSONDecodeError) -> bool:
    """Whether the text is the beginning of some JSON: it ends inside a string, or nothing structural follows."""
    rest = text[error.pos :].strip()
    return not rest or error.msg.startswith("Unterminated") or (error.pos > 0 and not set(rest) & set('[]{},:"'))


class _TwiceError(Exception):
    """A key stands twice in one object."""


class _NoNumberError(Exception):
    """NaN or Infinity, which JSON does not know."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        names = [name for name, _ in pairs]
        raise _TwiceError(repr(next(name for name in names if names.count(name) > 1)))
    return result


def _no_constant(text: str) -> float:
    raise _NoNumberError(text)
