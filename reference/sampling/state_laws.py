"""Which state a sampler finds: at a step, at a step drawn uniformly, at a geometric time."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from ..policy_evaluation import policy_transition
from ..tabular_mdp import TabularMDP
from .enumeration import Draw

__all__ = ["geometric_stop", "state_law", "time_average_law", "two_step_covariance"]


@domain(mdp="one", policy="one", step="≥ 0")
def state_law(mdp: TabularMDP, policy: Array, step: int) -> Array:
    """P(s_t = s) = (μ P_πᵗ)(s), ``[S]`` (Levin, Peres and Wilmer, 2009, section 1.1)."""
    law, matrix = mdp.initial, policy_transition(mdp, policy)
    for _ in range(step):
        law = law @ matrix
    return np.asarray(law)


@domain(mdp="one", policy="one", steps="≥ 1")
def time_average_law(mdp: TabularMDP, policy: Array, steps: int) -> Array:
    """(1/N) Σ_{t<N} P(s_t = s), ``[S]``: the law of a state picked uniformly from N on-policy steps.

    Raises
    ------
    ValueError: N is less than 1.
    """
    law, matrix = mdp.initial, policy_transition(mdp, policy)
    total = 0 * law
    for _ in range(steps):
        total, law = total + law, law @ matrix
    return np.asarray(total / steps)


@domain(mdp="one", policy="S A in Δ", steps="≥ 0")
def geometric_stop(draw: Draw, mdp: TabularMDP, policy: Array, steps: int) -> tuple[int, bool]:
    """(s_T, True) for the stopping time P(T = t) = (1−γ) γᵗ, or (s_N, False) where N ``steps`` passed before it.

    Before each step the rollout stops with probability 1−γ; the state that it stops in has the law d_π
    (Kakade and Langford, 2002; Agarwal, Kakade, Lee and Mahajan, 2021).
    """
    coin = np.array([1 - mdp.discount, mdp.discount])
    state = draw(mdp.initial)
    for _ in range(steps):
        if draw(coin) == 0:
            return state, True
        state = draw(mdp.transition[state, draw(policy[state])])
    return state, False


def two_step_covariance(mdp: TabularMDP, policy: Array, step: int) -> Array:
    """Cov(1[s_t = s], 1[s_{t+1} = s']) = p_t(s) (P_π(s'|s) − p_{t+1}(s')), ``[S, S]``, p_t the law of s_t."""
    law, matrix = state_law(mdp, policy, step), policy_transition(mdp, policy)
    return np.asarray(law[:, None] * (matrix - law @ matrix))
