"""Known bugs of the natural gradient step: its direction, and its length."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant
from .rows import NATURAL, TRPO, Rows, of_rows

LECTURES = ("lecture notes on natural gradients (claim npg-halving-slip): KL ≤ δ becomes ΔᵀFΔ ≤ δ",)


@variant(NATURAL, TRPO, citations=LECTURES)
@of_rows
def half_of_the_trust_region(rows: Rows) -> Array:
    """The ½ of the quadratic model is missing: dᵀFd = max_kl, a step shorter by √2."""
    return rows.searched(rows.full / np.sqrt(2))


@variant(
    NATURAL,
    TRPO,
    citations=("dongminlee94/deep_rl#5: HVP of KL(policy, policy) with neither argument detached",),
    damping=(0.1, 0.01, 1e-5),
)
@of_rows
def fisher_of_a_policy_with_itself(rows: Rows, *, damping: float) -> Array:
    """The Hessian is that of a divergence which is always 0: nothing but the damping remains of the matrix."""
    length = np.sqrt(damping * (rows.gradient**2).sum())
    return rows.searched(rows.gradient * (np.sqrt(2 * rows.max_kl) / length if length > 0 else 0))


@variant(
    NATURAL,
    TRPO,
    citations=(
        "rll/rllab#24, tensorforce/tensorforce#26: √(2δ/sᵀHs) with sᵀHs ≤ 0",
        "boyu-ai/Hands-on-RL#108: α = rᵀr / pᵀHp with pᵀHp = 0",
    ),
)
@of_rows
def no_guard_for_a_zero_gradient(rows: Rows) -> Array:
    """0/0 where the gradient is zero: the new logits are not numbers."""
    return rows.searched(rows.full) if np.any(rows.gradient) else np.full_like(rows.gradient, np.nan)


@variant(
    NATURAL,
    citations=("HyperGAN/HyperGAN#255: conjugate gradients from x₀ ≠ 0 with the residual of x₀ = 0",),
)
@of_rows
def residual_ignores_the_start(rows: Rows) -> Array:
    """Conjugate gradients start at x₀ = g but with r = g for g − Fx₀, and end at x₀ + F⁻¹g."""
    return rows.scaled(rows.gradient + rows.natural_gradient)


@variant(NATURAL, TRPO)
@of_rows
def never_scaled(rows: Rows) -> Array:
    """Control: the natural gradient itself is the step, whatever max_kl."""
    return rows.natural_gradient
