"""Counterexamples that were kept: one file an implementation and invariant, tried first next time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["counterexample_file", "kept_files"]


def counterexample_file(folder: Path, implementation: Mapping[str, object], invariant: str) -> Path:
    """Where the counterexample of an invariant for an implementation is kept."""
    name = re.sub(r"[^A-Za-z0-9.-]+", "-", str(implementation["name"]))
    return (folder / f"{name}--{invariant}.json").absolute()


def kept_files(folder: Path, implementation: Mapping[str, object], invariant: str) -> tuple[str, ...]:
    """What was kept of it."""
    file = counterexample_file(folder, implementation, invariant)
    return (str(file),) if file.is_file() else ()
