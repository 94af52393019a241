"""A counterexample as a short Python file that runs on its own, to paste into a bug report."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import numpy as np

from ..invariants.capability import Capability
from ..invariants.discovery import all_capabilities
from ..invariants.subject import Subject
from .counterexample import decode_case, load
from .errors import UsageError
from .job import invariant_of
from .target import opened

__all__ = ["script"]


def script(path: Path) -> str:
    """The source of a file that calls the implementation on the case, and compares with the exact answer.

    It imports NumPy and what the implementation needs, not policyproof, unless the implementation itself does: a file
    of your own is copied in; a built-in adapter may offer ``snippet(capability)``, the source of a function of that
    name that calls the library.

    Raises
    ------
    UsageError: the file is no counterexample, its target is gone, or the failure does not show in a single call.
    """
    found = load(path)
    case = decode_case(found["case"])
    room = all_capabilities()[invariant_of(found["invariant"]).capability]
    with opened(found["target"]) as target:
        positional, keywords = room.prepared(case)
        if any(map(callable, positional)):
            raise UsageError(f"{path}: {room.name} needs an environment, which a script cannot hold: replay it")
        right = room.results(Subject(room.correct()), case)
        tolerance = np.broadcast_to(room.tolerance(target.subject, case), sum(part.size for part in right))
        if not found["error"]:
            _shows(room, target.subject, case, tolerance, str(path))
        source = _source(found["target"], room.name, target.subject)
    arguments = [f"{_literal(value)}," for value in positional]
    arguments += [f"{name}={_literal(value)}," for name, value in keywords.items()]
    invariant = invariant_of(found["invariant"])
    return TEMPLATE.format(
        statement=invariant.statement,
        formula=invariant.formula,
        seen=found["error"] or found["seen"]["what"],
        source=source,
        name=room.name,
        arguments="\n    ".join(arguments),
        right=_literal(np.concatenate([part.ravel() for part in right])),
        bound=_literal(np.array(tolerance)),
    )


TEMPLATE = '''\
"""{statement}

    {formula}

Seen: {seen}
"""

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


def _shows(room: Capability, subject: Subject, case: Any, tolerance: Any, path: str) -> None:
    got, right = room.row(subject, case), room.row(Subject(room.correct()), case)
    if np.all(np.abs(got - right) <= tolerance):
        raise UsageError(
            f"{path}: one call on this case returns what it should; the failure shows between calls, "
            f"so run policyproof replay {path}"
        )


def _source(target: str, capability: str, subject: Subject) -> str:
    """Source that defines a function named as the capability."""
    snippet = getattr(subject.implementation, "snippet", None)
    if snippet is not None:
        return str(snippet(capability)).strip()
    path, _, attribute = target.rpartition(":")
    call = f"{capability} = getattr({attribute}() if isinstance({attribute}, type) else {attribute}, {capability!r})"
    if path.endswith(".py"):
        text = Path(path).read_text(encoding="utf-8")
        if not _knows_policyproof(text):
            return f"{text.strip()}\n\n\n{call}"
        here = f"import sys\n\nsys.path.insert(0, {str(Path(path).parent)!r})"
        return f"{here}\nfrom {Path(path).stem} import {attribute}\n\n{call}"
    if not path:
        path, attribute = type(subject.implementation).__module__, "Implementation"
        call = f"{capability} = Implementation().{capability}"
    return f"from {path} import {attribute}\n\n{call}"


def _knows_policyproof(text: str) -> bool:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("policyproof")):
            return True
        if isinstance(node, ast.Import) and any(alias.name.startswith("policyproof") for alias in node.names):
            return True
    return False


def _literal(value: Any) -> str:
    if isinstance(value, np.ndarray):
        kind = {"b": "bool", "i": "np.int64"}.get(value.dtype.kind, "np.float64")
        entries = np.array2string(value, separator=", ", threshold=value.size + 1, max_line_width=100, formatter=FORM)
        shape = f".reshape({', '.join(map(str, value.shape))})" if 0 in value.shape else ""
        return f"np.array({entries}, dtype={kind}){shape}"
    return repr(value)


FORM: Any = {"float_kind": lambda x: repr(float(x)).replace("inf", "np.inf").replace("nan", "np.nan")}
