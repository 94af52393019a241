"""What holds of every row, whatever stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..capability import Capability
from ..comparison import Comparison
from ..invariant import Class, Invariant, statement
from ..subject import Subject
from .capability import ENTROPY, KL, LOG_PROB, entropy_bound, kl_bound, log_prob_bound


def _rows(capability: Capability, bound: Callable[[Any, Subject], Array], rejects: str) -> Invariant:
    @statement(
        capability,
        kind=Class.THEOREM,
        formula=r"f(x_1, \dots, x_B)_i = f(x_i)",
        sources=("the seam: distributions are per row",),
        rejects=rejects,
    )
    def each_row_is_as_if_alone(subject: Subject, case: Any) -> Comparison:
        """What stands in the other rows of the batch does not matter."""
        alone = [capability.results(subject, case.part([row]))[0] for row in range(case.size)]
        got = capability.results(subject, case)[0]
        return Comparison(got, np.concatenate(alone), 2 * bound(case, subject), "rows together and alone")

    return each_row_is_as_if_alone


ROWS = (
    _rows(LOG_PROB, log_prob_bound, "softmax-over-the-batch"),
    _rows(ENTROPY, entropy_bound, "mean-over-the-batch"),
    _rows(KL, kl_bound, "mean-over-the-batch"),
)
