"""The Fisher information of a linear Gaussian policy."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exact, solve
from ...reference.fisher import gaussian_linear_fisher
from ..evidence import identity
from .cases import GaussianStates, gaussian_states


def _second_moment(case: GaussianStates) -> Array:
    return np.asarray(case.points.T @ case.points / len(case.points))


@identity("fisher-gaussian-linear", cases=gaussian_states())
def signs_have_the_normal_second_moments(case: GaussianStates) -> tuple[Array, Array]:
    """E[vec(s) vec(s)ᵀ] = I ⊗ Σ_x / σ for the score s = −(u + Kx)xᵀ/σ.

    The score is linear in the noise u + Kx, so noise ±√σ, of the same second moments as N(0, σI), has the same mean.
    """
    inputs, size = case.change.shape[0], case.change.size
    total = np.full((size, size), exact(0).item())
    for signs in product((1, -1), repeat=inputs):
        for point in case.points:
            score = -np.outer(exact(signs), point).ravel() / case.deviation
            total = total + np.outer(score, score)
    mean = total / (2**inputs * len(case.points))
    return mean, gaussian_linear_fisher(_second_moment(case), inputs, case.deviation**2)


@identity("fisher-gaussian-linear", cases=gaussian_states())
def half_the_quadratic_form_is_the_divergence(case: GaussianStates) -> tuple[Any, Any]:
    """½ vec(D)ᵀ F vec(D) = E_x KL(N(−Kx, σI) ‖ N(−(K+D)x, σI)) = E_x |Dx|² / 2σ, without a remainder."""
    fisher = gaussian_linear_fisher(_second_moment(case), case.change.shape[0], case.deviation**2)
    shifts = case.points @ case.change.T
    divergence = (shifts**2).sum() / len(case.points) / (2 * case.deviation**2)
    return case.change.ravel() @ fisher @ case.change.ravel() / 2, divergence


@identity("fisher-gaussian-linear", cases=gaussian_states())
def natural_gradient_divides_by_the_second_moment(case: GaussianStates) -> tuple[Array, Array]:
    """F⁻¹ vec(G) = σ vec(G Σ_x⁻¹)."""
    moment, variance = _second_moment(case), case.deviation**2
    fisher = gaussian_linear_fisher(moment, case.change.shape[0], variance)
    by_rows = variance * solve(moment, case.change)
    return solve(fisher, case.change.ravel()), by_rows.ravel()
