"""Run counterexamples again: one, many, or a folder of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from ..invariants.comparison import Comparison
from ..invariants.discovery import all_invariants
from .counterexample import decode_case, load
from .errors import UsageError
from .job import invariant_of
from .profile import PROFILES
from .sandbox import Sandbox, sandbox
from .session import Limits, Lost

__all__ = ["Replay", "counterexample_files", "replay"]


@dataclass(frozen=True)
class Replay:
    """``outcome`` is ``fixed``, ``still fails``, ``fails differently`` or, with the reason in ``message``, ``refused``.

    ``message`` says in words what was seen.
    """

    file: Path
    outcome: str
    invariant: str = ""
    target: str = ""
    case: Any = None
    message: str = ""


def counterexample_files(paths: Iterable[Path]) -> list[Path]:
    """The files named, and all ``.json`` files in the folders named.

    Raises
    ------
    UsageError: a folder holds none.
    """
    files: list[Path] = []
    for path in paths:
        inside = sorted(path.rglob("*.json")) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path} holds no counterexample: run policyproof check first, or name another folder")
        files += inside
    return files


def replay(
    files: Iterable[Path], target: str | None = None, *, in_process: bool = False, limits: Limits | None = None
) -> Iterator[Replay]:
    """Judge the cases of counterexample files, against their own targets or another one.

    A file that is no counterexample, is about an invariant that this version does not have, or whose target is gone,
    is ``refused``; the others go on.
    """
    readable: list[tuple[Path, dict[str, Any]]] = []
    for file in files:
        try:
            readable.append((file, _checked(file)))
        except UsageError as error:
            yield Replay(file, "refused", message=str(error))
    for name, group in groupby(readable, key=lambda entry: target or str(entry[1]["target"])):
        entries = list(group)
        try:
            with sandbox(name, 0 if in_process else 1) as opened:
                for file, found in entries:
                    yield _again(file, found, opened, limits or PROFILES["ci"].limits())
        except UsageError as error:
            yield from (Replay(file, "refused", message=str(error)) for file, _ in entries)


def _checked(file: Path) -> dict[str, Any]:
    found = load(file)
    if found["invariant"] not in {invariant.id for invariant in all_invariants()}:
        raise UsageError(f"{file} is about the invariant {found['invariant']!r}, which this version does not have")
    decode_case(found["case"])
    return found


def _again(file: Path, found: dict[str, Any], opened: Sandbox, limits: Limits) -> Replay:
    said: dict[str, Any] = {"invariant": found["invariant"], "target": opened.name, "case": decode_case(found["case"])}
    missing = invariant_of(found["invariant"]).missing(opened)
    if missing:
        return Replay(file, "refused", message=f"{opened.name} does not offer {', '.join(missing)}: nothing to replay")
    try:
        now = opened.tried(found["invariant"], found["case"], limits)
    except Lost as lost:
        same = _gist(lost.message) == _gist(found["error"])
        return Replay(file, "still fails" if same else "fails differently", **said, message=lost.message)
    document = now["document"]
    if not now["kind"]:
        outcome = "fixed"
    elif document["error"]:
        outcome = "still fails" if _gist(document["error"]) == _gist(found["error"]) else "fails differently"
    else:
        outcome = "still fails" if _same_numbers(document["seen"], found.get("seen")) else "fails differently"
    return Replay(file, outcome, **said, message=now["message"])


def _gist(error: str) -> str:
    """What went wrong, without the details in which two runs may differ."""
    return re.sub(r"[0-9.]+", "", error.split(":")[0])


def _same_numbers(now: dict[str, Any], seen: dict[str, Any] | None) -> bool:
    """Whether the implementation returned what it did then, up to its rounding."""
    if seen is None:
        return False
    got, before, bound = (_floats(numbers) for numbers in (now["got"], seen["got"], now["bound"]))
    return got.shape == before.shape and Comparison(got, before, bound, now["what"]).holds


def _floats(numbers: Any) -> Any:
    return np.vectorize(float.fromhex, otypes=[float])(np.array(numbers, dtype=object))
