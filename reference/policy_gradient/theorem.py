"""The policy-gradient theorem."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from ..policy_evaluation import action_values, advantages
from ..tabular_mdp import TabularMDP, validate_policy
from ..visitation import unnormalised_visitation

__all__ = ["direct_gradient", "policy_gradient", "softmax_gradient"]


@domain(score="... S A D")
def policy_gradient(mdp: TabularMDP, policy: Array, score: Array) -> Array:
    """∇J = 1/(1−γ) Σ_s d(s) Σₐ π(a|s) ∇log π(a|s) A^π(s, a) = Σ_s ρ(s) Σₐ π ∇log π A^π, ``[..., D]``.

    ``score[..., S, A, D]`` is ∇_θ log π_θ(a|s); J = E[Σ_t γᵗ r_t]. The factor 1/(1−γ) belongs to the normalised
    visitation d; the unnormalised ρ = d/(1−γ) needs none. Sutton, McAllester, Singh and Mansour (2000), theorem 1;
    Agarwal, Jiang, Kakade and Sun (2019), chapter 11.

    Raises
    ------
    ValueError: the shape of ``score`` does not fit.
    """
    score = np.asarray(score)
    weights = softmax_gradient(mdp, policy)
    return np.asarray((weights[..., None] * score).sum(axis=(-3, -2)))


def softmax_gradient(mdp: TabularMDP, policy: Array) -> Array:
    """∂J/∂θ(s, a) = ρ(s) π(a|s) A^π(s, a) for π = softmax(θ(s, ·)), ``[..., S, A]``.

    Agarwal, Kakade, Lee and Mahajan (2021), lemma C.1, there with d/(1−γ) for ρ.
    """
    visits = unnormalised_visitation(mdp, policy)[..., None]
    return np.asarray(visits * validate_policy(mdp, policy) * advantages(mdp, policy))


def direct_gradient(mdp: TabularMDP, policy: Array) -> Array:
    """∂J/∂π(a|s) = ρ(s) Q^π(s, a), each probability a free parameter, ``[..., S, A]``.

    Agarwal, Kakade, Lee and Mahajan (2021), section 3; a derivative along a simplex needs only the part tangent to it.
    """
    return np.asarray(unnormalised_visitation(mdp, policy)[..., None] * action_values(mdp, policy))
