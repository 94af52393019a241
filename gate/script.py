"""A counterexample as a short Python file that runs on its own, to paste into a bug report."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np

from .. import adapters
from ..invariants.collect.strategies import Play
from ..invariants.discovery import all_capabilities
from ..invariants.invariant import Class
from ..invariants.subject import Subject
from .counterexample import decode_case, load
from .errors import UsageError
from .job import invariant_of
from .literal import literal
from .play_script import PLAY, play_fields
from .standalone import standalone
from .target import opened

__all__ = ["script"]


def script(path: Path) -> str:
    """The source of a file that calls the implementation on the case, and compares with the exact answer.

    It imports NumPy and what the implementation needs, not policyproof, unless the implementation itself does: a file
    of your own is copied in, and of a built-in adapter the one method with what that needs.

    Raises
    ------
    UsageError: the file is no counterexample, its target is gone, or the failure does not show in a single call.
    """
    found = load(path)
    case = decode_case(found["case"])
    invariant = invariant_of(found["invariant"])
    room = all_capabilities()[invariant.capability]
    about = {"statement": invariant.statement, "formula": invariant.formula, "name": room.name}
    about["seen"] = found["error"] or found["seen"]["what"]
    with opened(found["target"]) as target:
        if invariant.kind == Class.STATISTICAL or room.name == "train":
            raise UsageError(f"{path}: one run shows nothing that is exact, so run policyproof replay {path}")
        if isinstance(case, Play):
            source = _source(found["target"], room.name, target.subject)
            return PLAY.format(**about, source=source, **play_fields(case, target.subject))
        positional, keywords = room.prepared(case)
        right = room.row(Subject(room.correct()), case)
        tolerance = np.broadcast_to(room.tolerance(target.subject, case), right.size)
        if not found["error"] and np.all(np.abs(room.row(target.subject, case) - right) <= tolerance):
            raise UsageError(
                f"{path}: one call on this case returns what it should; the failure shows between calls, "
                f"so run policyproof replay {path}"
            )
        source = _source(found["target"], room.name, target.subject)
    arguments = [f"{literal(value)}," for value in positional]
    arguments += [f"{name}={literal(value)}," for name, value in keywords.items()]
    return TEMPLATE.format(
        **about,
        source=source,
        arguments="\n    ".join(arguments),
        right=literal(right),
        bound=literal(np.array(tolerance)),
    )


TEMPLATE = '''\
"""{statement}

    {formula}

Seen: {seen}
"""

from __future__ import annotations

import numpy as np
{source}

got = {name}(
    {arguments}
)
got = np.concatenate([np.ravel(part) for part in (got if isinstance(got, tuple) else (got,))])
right = {right}
bound = {bound}  # what rounding alone may cost
print("got  ", got)
print("right", right)
assert np.all(np.abs(got - right) <= bound), f"off by {{np.nanmax(np.abs(got - right)):.3g}}"
'''


def _source(target: str, capability: str, subject: Subject) -> str:
    """Source that defines a function named as the capability."""
    path, _, attribute = target.rpartition(":")
    call = f"{capability} = getattr({attribute}() if isinstance({attribute}, type) else {attribute}, {capability!r})"
    if path.endswith(".py"):
        text = Path(path).read_text(encoding="utf-8")
        if not _knows_policyproof(text):
            alone = text.replace("from __future__ import annotations\n", "")  # it has to stand first, and does
            return f"{alone.strip()}\n\n\n{call}"
        here = f"import sys\n\nsys.path.insert(0, {str(Path(path).parent)!r})"
        return f"{here}\nfrom {Path(path).stem} import {attribute}\n\n{call}"
    if path:
        return f"from {path} import {attribute}\n\n{call}"
    own = type(subject.implementation)
    call = f"{capability} = {own.__name__}().{capability}"
    try:
        return f"{standalone(own.__module__, own.__name__, capability, adapters.__name__)}\n\n\n{call}"
    except ValueError:
        return f"from {own.__module__} import {own.__name__}\n\n{call}"


def _knows_policyproof(text: str) -> bool:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("policyproof")):
            return True
        if isinstance(node, ast.Import) and any(alias.name.startswith("policyproof") for alias in node.names):
            return True
    return False
