"""Divergences along a curve of policies: power series with rational coefficients, no derivative's formula used."""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq_series

from ...reference.arithmetic import Array, exact
from .cases import Neighbours

__all__ = ["coefficients", "divergence_from", "divergence_to", "log_ratios", "series"]

ORDER = 4
"""Coefficients kept: up to t³."""


def series(constant: Any, slope: Any = 0, curvature: Any = 0) -> Any:
    """A quadratic polynomial in t, to order t³."""
    return fmpq_series([exact(number).item() for number in (constant, slope, curvature)], prec=ORDER)


def log_ratios(case: Neighbours, state: int) -> list[Any]:
    """ln(π_t(a|s)/π(a|s)) for each action a: the logit's change less the logarithm of the normaliser."""
    changes = [series(0, *pair) for pair in zip(case.slope[state], case.curvature[state], strict=True)]
    normaliser = sum(
        (weight * change.exp() for weight, change in zip(case.policy[state], changes, strict=True)), series(0)
    )
    return [change - normaliser.log() for change in changes]


def divergence_from(case: Neighbours, state: int, start: Array) -> Any:
    """Expand t ↦ KL(p‖π_t) − KL(p‖π) at a state, p = ``start[s]``."""
    return sum(
        (-(weight * change) for weight, change in zip(start[state], log_ratios(case, state), strict=True)), series(0)
    )


def divergence_to(case: Neighbours, state: int) -> Any:
    """Expand t ↦ KL(π_t‖π) at a state."""
    return sum(
        (
            weight * change.exp() * change
            for weight, change in zip(case.policy[state], log_ratios(case, state), strict=True)
        ),
        series(0),
    )


def coefficients(curves: list[Any], order: int) -> Array:
    """The coefficients of tᵏ, k = ``order``, one a series."""
    return np.array([curve[order] for curve in curves], dtype=object)
