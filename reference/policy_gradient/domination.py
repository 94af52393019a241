"""Where the gradient is small, the policy is nearly optimal: two gradient-domination inequalities."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, convert, sqrt
from ..domain import domain
from ..optimal_policy import optimal_policy
from ..policy_evaluation import performance
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import visitation
from .theorem import direct_gradient

__all__ = ["direct_domination_bound", "mismatch_coefficient", "softmax_domination_bound", "suboptimality"]


@domain(mdp="one", policy="one")
def suboptimality(mdp: TabularMDP, policy: Array) -> Scalar:
    """J(π*) − J(π) ≥ 0."""
    return performance(mdp, optimal_policy(mdp)) - performance(mdp, policy)


@domain(mdp="one", policy="one")
def mismatch_coefficient(mdp: TabularMDP, policy: Array) -> Scalar:
    """‖d*/d_π‖_∞ = max_s d_{π*}(s)/d_π(s) over the states that π* visits.

    Agarwal, Kakade, Lee and Mahajan (2021), lemma 4.1.

    Raises
    ------
    ValueError: π* visits a state that π never does, so that the ratio is infinite.
    """
    best, own = visitation(mdp, optimal_policy(mdp)), visitation(mdp, policy)
    idle = np.asarray(best == 0)
    missed = np.flatnonzero(~idle & ~np.asarray(own > 0, dtype=bool))
    if len(missed):
        raise ValueError(f"the optimal policy visits state {missed[0]} and this one does not: the ratio is infinite")
    return np.maximum.reduce(best[~idle] / own[~idle])


def direct_domination_bound(mdp: TabularMDP, policy: Array) -> Scalar:
    """J(π*) − J(π) ≤ ‖d*/d_π‖_∞ max_π̄ ⟨π̄ − π, ∇_π J⟩: the right-hand side.

    The maximum is Σ_s maxₐ ∂J/∂π(a|s) − Σ_{s,a} π(a|s) ∂J/∂π(a|s). Agarwal, Kakade, Lee and Mahajan (2021), lemma 4.1.

    Raises
    ------
    ValueError: the mismatch is infinite.
    """
    gradient = direct_gradient(mdp, policy)
    best = np.maximum.reduce(gradient, axis=1) - (policy * gradient).sum(axis=1)
    return mismatch_coefficient(mdp, policy) * best.sum()


def softmax_domination_bound(mdp: TabularMDP, policy: Array) -> Scalar:
    """‖∇_θ J‖₂ ≥ min_s π(a*(s)|s) (J(π*) − J(π)) / (√S ‖d*/d_π‖_∞) for π = softmax θ: the right-hand side.

    a*(s) is the optimal action that ``optimal_policy`` chooses. Mei, Xiao, Szepesvári and Schuurmans (2020), lemma 8.

    Raises
    ------
    ValueError: the mismatch is infinite.
    """
    chance = np.minimum.reduce((validate_policy(mdp, policy) * optimal_policy(mdp)).sum(axis=1))
    states = sqrt(convert(mdp.states, mdp.arithmetic)).item()
    return chance * suboptimality(mdp, policy) / (states * mismatch_coefficient(mdp, policy))
