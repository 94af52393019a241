"""The performance-difference lemma of the linear quadratic regulator."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain
from .cost import state_second_moment, value_matrix
from .gradient import gain_residual
from .regulator import LinearQuadraticRegulator

__all__ = ["cost_difference"]


@domain(new_gain="m n")
def cost_difference(regulator: LinearQuadraticRegulator, gain: Array, new_gain: Array) -> Scalar:
    """C(K') − C(K) = tr[Σ_{K'} (ΔᵀE_K + E_KᵀΔ + Δᵀ(R + BᵀP_K B)Δ)], Δ = K' − K (Fazel et al., 2018, lemma 10).

    It needs the value of the old gain and the states of the new one; neither cost is computed.

    Raises
    ------
    UnstableGainError: ρ(A − BK) ≥ 1 or ρ(A − BK') ≥ 1.
    """
    E, delta = gain_residual(regulator, gain), np.asarray(new_gain - gain)
    curvature = regulator.R + regulator.B.T @ value_matrix(regulator, gain) @ regulator.B
    advantage = delta.T @ E + E.T @ delta + delta.T @ curvature @ delta
    return (state_second_moment(regulator, new_gain) * advantage).sum()
