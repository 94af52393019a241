"""PPO's clipped objective and its one-sided derivatives (Schulman et al., 2017, eq. 7)."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from ..extrema import minimum
from .ratio import clipped_ratio, probability_ratio

__all__ = ["clipped_objective", "clipped_objective_derivatives", "policy_loss", "policy_loss_gradients"]


@domain(ratio="...", advantages="...", clip_range="[0, 1)")
def clipped_objective(ratio: Array, advantages: Array, *, clip_range: Scalar) -> Array:
    """ℓ(ρ) = min(ρ Â, clip(ρ, 1−ε, 1+ε) Â), ``[...]``.

    Raises
    ------
    ValueError: ε outside [0, 1).
    """
    return minimum(ratio * advantages, clipped_ratio(ratio, clip_range=clip_range) * advantages)


@domain(ratio="...", advantages="...", clip_range="[0, 1)")
def clipped_objective_derivatives(ratio: Array, advantages: Array, *, clip_range: Scalar) -> tuple[Array, Array]:
    """(dℓ/dρ from below, dℓ/dρ from above), two ``[...]``; they differ at the active kink alone.

    ======  ==============  ==============  ===================
    Â       ρ < the kink    ρ = the kink    ρ > the kink
    ======  ==============  ==============  ===================
    > 0     Â, Â            Â, 0            0, 0 for ρ > 1+ε
    < 0     0, 0            0, Â            Â, Â for ρ > 1−ε
    = 0     0, 0            0, 0            0, 0
    ======  ==============  ==============  ===================

    At the other end of the interval ℓ is smooth. A ball that straddles the kink is treated as lying on it. Schulman et
    al. (2017), figure 1.

    Raises
    ------
    ValueError: ε outside [0, 1), or a ball does not decide the sign of an advantage.
    """
    ratio, advantages = np.broadcast_arrays(np.asarray(ratio), np.asarray(advantages))
    gains, losses, zero = advantages > 0, advantages < 0, 0 * advantages
    if not np.all(gains | losses | (advantages == 0)):
        raise ValueError("the sign of an advantage is not decided at this precision")
    upper, lower = 1 + clip_range, 1 - clip_range
    below = np.where((gains & ~(ratio > upper)) | (losses & (ratio > lower)), advantages, zero)
    above = np.where((gains & (ratio < upper)) | (losses & ~(ratio < lower)), advantages, zero)
    return below, above


@domain(log_probs="B in [-∞, ∞)", old_log_probs="B", advantages="B")
def policy_loss(log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: Scalar) -> Scalar:
    """L = −(1/B) Σ_i min(ρ_i Â_i, clip(ρ_i, 1−ε, 1+ε) Â_i) for arrays ``[B]``, one number.

    Raises
    ------
    ValueError: ε outside [0, 1), or shapes that are not one ``[B]`` with B ≥ 1.
    """
    ratio = probability_ratio(log_probs, old_log_probs)
    return -clipped_objective(ratio, advantages, clip_range=clip_range).sum() / len(ratio)


@domain(log_probs="B in [-∞, ∞)", old_log_probs="B", advantages="B")
def policy_loss_gradients(
    log_probs: Array, old_log_probs: Array, advantages: Array, *, clip_range: Scalar
) -> tuple[Array, Array]:
    """(∂L/∂ log π_i from below, from above) = −(ρ_i/B) (dℓ/dρ_i from below, from above), two ``[B]``.

    Raises
    ------
    ValueError: as ``policy_loss`` and ``clipped_objective_derivatives``.
    """
    ratio = probability_ratio(log_probs, old_log_probs)
    below, above = clipped_objective_derivatives(ratio, advantages, clip_range=clip_range)
    return -ratio * below / len(ratio), -ratio * above / len(ratio)
