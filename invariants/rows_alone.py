"""What holds of every function that works row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..reference.arithmetic import Array
from .capability import Capability
from .comparison import Comparison
from .invariant import Class, Invariant, statement
from .subject import Subject

__all__ = ["rows_alone"]


def rows_alone(capability: Capability, bound: Callable[[Any, Subject], Array], source: str, rejects: str) -> Invariant:
    """Make the invariant that the rows of a ``Batch`` do not know of each other."""

    @statement(
        capability,
        kind=Class.THEOREM,
        formula=r"f(x_1, \dots, x_B)_i = f(x_i)",
        sources=(source,),
        rejects=rejects,
    )
    def each_row_is_as_if_alone(subject: Subject, case: Any) -> Comparison:
        """What stands in the other rows of the batch does not matter."""
        alone = [capability.results(subject, case.part([row]))[0] for row in range(case.size)]
        got = capability.results(subject, case)[0]
        return Comparison(got, np.concatenate(alone), 2 * bound(case, subject), "rows together and alone")

    return each_row_is_as_if_alone
