"""Claims about the divergence of Gaussian policies."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array, exact, exp, log, sqrt
from ...reference.kl import gaussian_kl
from ..evidence import Counterexample, counterexample, identity
from .cases import Gaussians, gaussians


def float_bound(case: Gaussians) -> Array:
    """2u (n + 40) Σᵢ (1 + σ_p² + (|μ_p| + |μ_q| + σ_p)²) e^(−2 ln σ_q) + |ln σ_p| + |ln σ_q|.

    Every term of either side is a product of fewer than 20 rounded factors, each at most the magnitude summed.
    """
    reach = (abs(case.mean_p) + abs(case.mean_q) + np.exp(case.log_std_p)) ** 2
    magnitude = (1 + reach + np.exp(2 * case.log_std_p)) * (1 + np.exp(-2 * case.log_std_q))
    logs = abs(case.log_std_p) + abs(case.log_std_q)
    return np.asarray(2.0**-52 * (len(reach) + 40) * (magnitude + logs).sum())


@identity("kl-parameter-vs-distribution-space", cases=gaussians(), bound=float_bound)
def closed_form_is_the_expected_log_ratio(case: Gaussians) -> tuple[Array, Array]:
    """E_p[ln p − ln q]: a quadratic in x, which Gauss–Hermite's two nodes μ_p ± σ_p integrate without error."""
    total = 0 * case.mean_p[0]
    for sign in (1, -1):
        x = case.mean_p + sign * exp(case.log_std_p)
        log_q = -case.log_std_q - (x - case.mean_q) ** 2 * exp(-2 * case.log_std_q) / 2
        log_p = -case.log_std_p - (x - case.mean_p) ** 2 * exp(-2 * case.log_std_p) / 2
        total = total + (log_p - log_q).sum() / 2
    return gaussian_kl(case.mean_p, case.log_std_p, case.mean_q, case.log_std_q), np.asarray(total)


@identity("kl-gaussian-equal-cov", cases=gaussians(), bound=float_bound)
def equal_variances(case: Gaussians) -> tuple[Array, Array]:
    """KL(N(μ₁, σ²I)‖N(μ₂, σ²I)) = ‖μ₁ − μ₂‖²/(2σ²), one σ for all components."""
    log_std = case.log_std_q[:1]
    distance = ((case.mean_p - case.mean_q) ** 2).sum()
    return gaussian_kl(case.mean_p, log_std, case.mean_q, log_std), distance / (2 * exp(2 * log_std[0]))


@counterexample("kl-gaussian-equal-cov")
def half_is_missing() -> Counterexample:
    """‖μ₁ − μ₂‖²/σ² is twice the divergence."""
    zero, one = exact([0]), exact([1])
    return Counterexample(
        "N(0, 1) and N(1, 1)",
        ("‖μ₁ − μ₂‖²/σ²", one[0]),
        ">",
        ("KL", gaussian_kl(zero, zero, one, zero).item()),
    )


@identity("kl-parameter-vs-distribution-space")
def same_distance_between_parameters_another_between_distributions() -> tuple[Array, Array]:
    """N(0, s) to N(1, s) is 1 in parameters for s = 1/5 and s = 10; KL is 25/2 and 1/200, or 5/2 and 1/20.

    The first pair reads s as the standard deviation, the second as the variance.
    """
    scale = exact(["1/5", "10"])
    zero, one = exact([0]), exact([1])
    readings = [scale, sqrt(scale)]
    found = [
        gaussian_kl(zero, log(std).reshape(1), one, log(std).reshape(1)) for reading in readings for std in reading
    ]
    return np.array([kl.item() for kl in found], dtype=object), exact(["25/2", "1/200", "5/2", "1/20"])
