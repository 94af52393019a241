"""The Fisher information as the Hessian of the mean KL divergence."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, arithmetic_of, convert
from ..domain import domain
from .taylor import kl_series

__all__ = ["mean_kl_hessian"]


@domain(weights="S in [0, ∞)", policy="S A in Δ")
def mean_kl_hessian(weights: Array, policy: Array) -> Array:
    """H = ∇²_θ Σ_s w(s) KL(π_θ₀(·|s) ‖ π_θ(·|s)) at θ = θ₀ for a table of logits, ``[S·A, S·A]``.

    Each entry comes from second Taylor coefficients along lines by polarisation, H_ij = q(e_i + e_j) − q(e_i) − q(e_j)
    with q(v) = ½vᵀHv. Schulman et al. (2015), "Trust region policy optimization", appendix C.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: a weight is negative, or shapes do not fit.
    """
    size = policy.size
    first, second = np.triu_indices(size, 1)
    units = np.eye(size, dtype=int)
    lines = convert(np.concatenate([units, units[first] + units[second]]), arithmetic_of(policy))
    tables = lines.reshape(1, -1, *policy.shape)
    half_squares = (weights * kl_series(policy, np.concatenate([tables, 0 * tables]))[2]).sum(axis=-1)
    alone, paired = half_squares[:size], half_squares[size:]
    hessian = np.diag(2 * alone)
    hessian[first, second] = hessian[second, first] = paired - alone[first] - alone[second]
    return hessian
