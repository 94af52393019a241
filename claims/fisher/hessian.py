"""The Fisher information as minus the mean Hessian of log π, and when that fails."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import exact
from ...reference.fisher import fisher_information, log_linear_scores, log_ratio_series
from ..evidence import Counterexample, counterexample, identity
from .cases import LogLinear, log_linear


@identity("fisher-negative-hessian", "natural-gradient-second-order-like", cases=log_linear())
def mean_negative_hessian_is_mean_squared_score(case: LogLinear) -> tuple[Any, Any]:
    """−E_π[d²/dt² log π_t] = E_π[(vᵀ∇log π)²] along logits t φᵀv + t² z, whatever the curvature z."""
    curve = np.stack([case.features @ case.direction, case.values])
    second = 2 * log_ratio_series(case.policy, curve)[2]
    fisher = fisher_information(case.weights, case.policy, log_linear_scores(case.policy, case.features))
    return -(case.weights[:, None] * case.policy * second).sum(), case.direction @ fisher @ case.direction


@counterexample("fisher-negative-hessian")
def support_that_moves() -> Counterexample:
    """The uniform law on [0, θ], log q = −log θ: its score is the constant −1/θ, of mean square 1/θ², mean not 0."""
    theta = exact(2).item()
    return Counterexample(
        "x uniform on [0, θ] at θ = 2",
        ("−E ∂²log q", -1 / theta**2),
        "≠",
        ("E (∂ log q)²", (-1 / theta) ** 2),
    )
