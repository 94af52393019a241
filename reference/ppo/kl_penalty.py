"""PPO's other form: a penalty on the divergence, whose coefficient adapts."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["adapted_coefficient", "penalised_objective"]


@domain(ratio="... in [0, ∞)", advantages="...", divergence="... in [0, ∞)", coefficient="[0, ∞)")
def penalised_objective(ratio: Array, advantages: Array, divergence: Array, *, coefficient: Scalar) -> Array:
    """ρ Â − β KL(π_old(·|s) ‖ π(·|s)), ``[...]`` (Schulman et al., 2017, eq. 8).

    Raises
    ------
    ValueError: β < 0.
    """
    return np.asarray(ratio * advantages - coefficient * divergence)


@domain(coefficient="[0, ∞)", divergence="[0, ∞]", target="(0, ∞)")
def adapted_coefficient(coefficient: Scalar, divergence: Scalar, *, target: Scalar) -> Scalar:
    """β/2 where d < d_targ/1.5, 2β where d > 1.5 d_targ, else β, for the next update.

    Schulman et al. (2017), section 4; d is the mean KL(π_old ‖ π) after the update.

    Raises
    ------
    ValueError: d_targ ≤ 0, or a ball does not decide the case.
    """
    if 3 * divergence < 2 * target:
        return coefficient / 2
    if 2 * divergence > 3 * target:
        return coefficient * 2
    if 3 * divergence >= 2 * target and 2 * divergence <= 3 * target:
        return coefficient
    raise ValueError(f"whether {divergence} is far from {target} is not decided at this precision")
