"""What holds row by row and dimension by dimension, whatever stands beside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from ...reference.arithmetic import Array
from ..capability import Capability
from ..comparison import Comparison
from ..invariant import Class, Invariant, statement
from ..rows_alone import rows_alone
from ..subject import Subject
from .capability import (
    ENTROPY,
    KL,
    LOG_PROB,
    SEAM,
    SQUASHED,
    entropy_bound,
    kl_bound,
    log_prob_bound,
    squashed_bound,
)

Bound = Callable[[Any, Subject], Array]


def _dimensions(capability: Capability, bound: Bound, rejects: str) -> Invariant:
    @statement(
        capability,
        kind=Class.THEOREM,
        formula=r"f(x_{\cdot 1}, \dots, x_{\cdot D}) = \sum_d f(x_{\cdot d})",
        sources=(SEAM, "Cover, Thomas (2006), Elements of information theory, theorems 2.5.3 and 8.6.2"),
        rejects=rejects,
    )
    def independent_dimensions_add_up(subject: Subject, case: Any) -> Comparison:
        """Each dimension of the action contributes what it would by itself."""
        parts = [_dimension(case, d) for d in range(case.mean_p.shape[1] if capability is KL else case.mean.shape[1])]
        with np.errstate(invalid="ignore"):
            apart = np.sum([capability.results(subject, part)[0] for part in parts], axis=0)
        slack = bound(case, subject) + np.sum([bound(part, subject) for part in parts], axis=0)
        return Comparison(
            capability.results(subject, case)[0],
            apart,
            slack + 2.0**-50 * np.abs(apart),
            "dimensions together and by themselves",
        )

    return independent_dimensions_add_up


def _dimension(case: Any, d: int) -> Any:
    """The case with one dimension alone."""
    return replace(case, **{name: np.ascontiguousarray(array[:, [d]]) for name, array in vars(case).items()})


ROWS = (
    rows_alone(LOG_PROB, log_prob_bound, SEAM, "one-covariance-for-the-batch"),
    rows_alone(ENTROPY, entropy_bound, SEAM, "mean-over-the-batch"),
    rows_alone(KL, kl_bound, SEAM, "mean-over-the-batch"),
    rows_alone(SQUASHED, squashed_bound, SEAM, "sum-over-the-batch"),
)
DIMENSIONS = (
    _dimensions(LOG_PROB, log_prob_bound, "dimensions-multiply-the-sum"),
    _dimensions(ENTROPY, entropy_bound, "constant-counted-once"),
    _dimensions(KL, kl_bound, "mean-over-the-dimensions"),
    _dimensions(SQUASHED, squashed_bound, "dimensions-multiply-the-sum"),
)
