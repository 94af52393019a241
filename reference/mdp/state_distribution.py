"""Where a policy is after t steps."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from ..policy_evaluation import policy_transition
from ..tabular_mdp import TabularMDP

__all__ = ["partial_visitation", "state_distributions"]


@domain(mdp="one", policy="one", steps="≥ 1")
def state_distributions(mdp: TabularMDP, policy: Array, steps: int) -> Array:
    """p₀ = μ, p_{t+1}(s') = Σ_s p_t(s) P_π(s'|s), that is p_t = (P_πᵀ)ᵗ μ, for t < steps: ``[steps, S]``.

    Levin, Peres and Wilmer (2009), section 1.1.

    Raises
    ------
    ValueError: steps < 1.
    """
    transition, rows = policy_transition(mdp, policy), [mdp.initial]
    for _ in range(steps - 1):
        rows.append(rows[-1] @ transition)
    return np.stack(rows)


def partial_visitation(mdp: TabularMDP, policy: Array, steps: int) -> Array:
    """Σ_{t<steps} γᵗ P(s_t = s), ``[S]``; it misses ρ_π by at most γˢᵗᵉᵖˢ/(1−γ), all of it from below.

    The first terms of ρ_π, Schulman et al. (2015), section 2.
    """
    weights = [mdp.discount**t for t in range(steps)]
    return np.asarray(np.asarray(weights) @ state_distributions(mdp, policy, steps))
