"""A function of its arguments: nothing in changes, nothing out is shared, the same in gives the same out."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from .capability import Capability
from .comparison import Comparison
from .invariant import Class, Invariant
from .subject import Subject

__all__ = ["purity"]

SEAM = "the seam, purity of an implementation"


def purity(capability: Capability) -> tuple[Invariant, ...]:
    """The invariants that every capability has to satisfy, whatever it computes."""
    statements = (
        ("leaves-its-inputs-unchanged", unchanged_inputs, r"x \text{ after } f(x) = x \text{ before}"),
        ("same-inputs-same-bits", same_bits_again, "f(x) = f(x)"),
        ("a-result-outlives-later-calls", lasting_result, r"f(x) \text{ after } f(y) = f(x) \text{ before}"),
        ("changes-no-global-state", unchanged_world, r"\text{world after } f(x) = \text{world before}"),
        ("returns-finite-numbers-of-its-shape", finite, r"x \text{ finite} \Rightarrow f(x) \text{ finite}"),
    )
    return tuple(_invariant(capability, name, compare, formula) for name, compare, formula in statements)


def _invariant(
    capability: Capability, name: str, compare: Callable[[Capability, Subject, Any], Comparison], formula: str
) -> Invariant:
    def trial(subject: Subject, case: Any) -> Comparison:
        return compare(capability, subject, case)

    return Invariant(
        id=f"{capability.name.replace('_', '-')}-{name}",
        kind=Class.DEFINITION,
        capability=capability.name,
        statement=(compare.__doc__ or "").strip().splitlines()[0],
        formula=formula,
        sources=(SEAM,),
        claims=(),
        rejects=CONTROL_OF[name],
        cases=capability.cases,
        compare=trial,
    )


CONTROL_OF = {
    "leaves-its-inputs-unchanged": "inputs-overwritten",
    "same-inputs-same-bits": "answer-depends-on-the-call",
    "a-result-outlives-later-calls": "one-buffer-for-all-calls",
    "changes-no-global-state": "random-state-advanced",
    "returns-finite-numbers-of-its-shape": "not-a-number",
}


def unchanged_inputs(capability: Capability, subject: Subject, case: Any) -> Comparison:
    """The arrays that went in hold the same numbers afterwards, although they could be written to."""
    positional, keywords = capability.prepared(case)
    given = [np.array(value) if isinstance(value, np.ndarray) else value for value in positional]
    subject.call_raw(capability.name, *given, **keywords)
    return _same(_row(given), _row(positional), "inputs after and before the call")


def same_bits_again(capability: Capability, subject: Subject, case: Any) -> Comparison:
    """Called twice with the same numbers, it returns the same bits."""
    return _same(capability.row(subject, case), capability.row(subject, case), "second call and first")


def lasting_result(capability: Capability, subject: Subject, case: Any) -> Comparison:
    """A result stays as it was when the function is called again, and shares no memory with an input.

    It is called with every array back to front, and with a smaller case, because turning round may not change a mean.
    """
    positional, keywords = capability.prepared(case)
    returned = subject.call_raw(capability.name, *positional, **keywords)
    before = _row(capability.checked(returned, case))
    shared = float(any(_overlap(one, other) for one in _parts(returned) for other in positional))
    subject.call_raw(capability.name, *map(_other, positional), **keywords)
    for smaller in islice(case.reductions(), 1):
        capability.results(subject, smaller)
    after = _row(capability.checked(returned, case))
    return _same(np.append(after, shared), np.append(before, 0.0), "result after and before another call")


def unchanged_world(capability: Capability, subject: Subject, case: Any) -> Comparison:
    """Random states, error states, default types, thread counts and the working directory stay as they are.

    A thread that the first call starts may stay; the next call starts none.
    """
    before, running = _world(), threading.active_count()
    capability.results(subject, case)
    after = _world()
    if threading.active_count() > running:  # one that is started once may stay; a second one is a leak
        running = threading.active_count()
        capability.results(subject, case)
        after["threads"], before["threads"] = threading.active_count() > running, False
    changed = np.array([float(after[name] != before[name]) for name in before])
    names = [name for name in before if after[name] != before[name]]
    return _same(changed, np.zeros(len(before)), f"global state: {', '.join(names) or 'unchanged'}")


def finite(capability: Capability, subject: Subject, case: Any) -> Comparison:
    """The results are real arrays of the stated shapes, and finite, as the exact ones are.

    Exact ones so large that a sum of so many leaves the range of the dtype may have overflowed on the way.
    """
    good = np.isfinite(capability.row(subject, case))
    exact = np.abs(capability.row(Subject(capability.correct()), case))
    beyond = exact * exact.size > np.finfo(subject.dtype).max / 4
    return _same((good | beyond).astype(float), np.ones(good.shape), "finite entries and all entries")


def _same(got: Any, expected: Any, what: str) -> Comparison:
    same = (got == expected) | (np.isnan(got) & np.isnan(expected))
    return Comparison(np.where(same, 0, got), np.where(same, 0, expected), np.zeros(np.shape(got)), what)


def _row(values: Any) -> Any:
    arrays = [np.ravel(value).astype(np.float64) for value in values if isinstance(value, np.ndarray)]
    return np.concatenate(arrays) if arrays else np.zeros(0)


def _parts(returned: Any) -> tuple[Any, ...]:
    return tuple(returned) if isinstance(returned, (tuple, list)) else (returned,)


def _overlap(one: Any, other: Any) -> bool:
    return isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and bool(np.shares_memory(one, other))


def _other(value: Any) -> Any:
    """Other arguments of the same kind, inside the same domain: every array back to front, along all of its axes.

    So a symmetric positive definite matrix stays one.
    """
    if not isinstance(value, np.ndarray):
        return value
    turned = np.array(np.flip(value), order="C")  # a copy: of one row, np.ascontiguousarray keeps the negative stride
    turned.flags.writeable = False
    return turned


def _world() -> dict[str, Any]:
    state = np.random.get_state(legacy=False)  # noqa: NPY002 - the global generator is what may have been touched
    world = {
        "NumPy's random state": (state["state"]["pos"], state["state"]["key"].tobytes()),
        "NumPy's error state": np.geterr(),
        "Python's random state": random.getstate(),
        "the working directory": Path.cwd(),
        "the recursion limit": sys.getrecursionlimit(),
    }
    torch = sys.modules.get("torch")
    if torch is not None:
        world |= {
            "PyTorch's random state": torch.get_rng_state().numpy().tobytes(),
            "PyTorch's default dtype": torch.get_default_dtype(),
            "PyTorch's number of threads": torch.get_num_threads(),
            "PyTorch's gradient mode": torch.is_grad_enabled(),
        }
    return world
