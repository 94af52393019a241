"""The deterministic policy gradient, on processes whose action is a number in [0, 1]."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arithmetic import Array, Scalar, convert
from ..domain import domain, require
from ..policy_evaluation import state_values
from ..tabular_mdp import InvalidPolicyError, TabularMDP
from ..visitation import unnormalised_visitation

__all__ = ["IntervalActionMDP", "deterministic_policy_gradient", "noisy_policy_gradient"]


@dataclass(frozen=True, eq=False)
class IntervalActionMDP:
    """Finite states, actions a in [0, 1]: P(s'|s, a) = (1−a) P(s'|s, 0) + a P(s'|s, 1), r(s, a) = c₀ + c₁a + c₂a².

    ``ends`` is the process that allows the two actions 0 and 1 alone, its rewards being r(s, 0) = c₀ and
    r(s, 1) = c₀ + c₁ + c₂; ``curvature[S]`` is c₂.
    """

    ends: TabularMDP
    curvature: Array

    def __post_init__(self) -> None:
        """Refuse what has not two end actions and a curvature for each state."""
        if self.ends.transition.ndim != 3 or self.ends.actions != 2:
            raise ValueError(f"one process with 2 actions is needed, not transition {self.ends.transition.shape}")
        require(vars(self), curvature="S")

    @property
    def sizes(self) -> dict[str, int]:
        """S, by which domains know it."""
        return {"S": self.ends.states}

    @property
    def slope(self) -> Array:
        """c₁(s) = r(s, 1) − r(s, 0) − c₂(s), ``[S]``."""
        return np.asarray(self.ends.reward[:, 1] - self.ends.reward[:, 0] - self.curvature)

    def following(self, action: Array, *, variance: Scalar) -> TabularMDP:
        """The process in which state s draws its action with mean ``action[s]`` and this variance, nothing to choose.

        P is linear and r quadratic in a, so these two moments are all that matters.

        Raises
        ------
        InvalidPolicyError: an action is outside [0, 1].
        """
        if not np.all((action >= 0) & (action <= 1)):
            raise InvalidPolicyError(f"the actions {action} are not all inside [0, 1]")
        low, high = self.ends.transition[:, 0], self.ends.transition[:, 1]
        reward = self.ends.reward[:, 0] + self.slope * action + self.curvature * (action * action + variance)
        transition = (1 - action)[:, None] * low + action[:, None] * high
        return TabularMDP(transition[:, None], reward[:, None], self.ends.initial, self.ends.discount)


@domain(action="S", action_jacobian="S D")
def deterministic_policy_gradient(mdp: IntervalActionMDP, action: Array, action_jacobian: Array) -> Array:
    """∇J = Σ_s ρ_μ(s) ∇_θ μ_θ(s) ∂ₐQ^μ(s, a)|_{a = μ_θ(s)}, ``[D]``, for the policy a = μ_θ(s).

    ``action[S]`` = μ_θ, ``action_jacobian[S, D]`` = ∇_θ μ_θ; ρ = d/(1−γ). Silver et al. (2014), theorem 1.

    Raises
    ------
    InvalidPolicyError: an action is outside [0, 1].
    """
    values, visits = _solved(mdp, action, 0 * mdp.ends.discount)
    change = mdp.ends.transition[:, 1] - mdp.ends.transition[:, 0]
    slope = mdp.slope + 2 * mdp.curvature * action + mdp.ends.discount * (change @ values)
    return np.asarray((visits * slope) @ action_jacobian)


@domain(action="S", action_jacobian="S D", width="(0, ∞)")
def noisy_policy_gradient(mdp: IntervalActionMDP, action: Array, action_jacobian: Array, *, width: Scalar) -> Array:
    """∇J_σ = Σ_s ρ_σ(s) ∇_θ μ_θ(s) E[Q_σ(s, a) ∂_μ log p_σ(a|s)], ``[D]``, for a = μ_θ(s) + σξ, σ = ``width``.

    ξ has the density ¾(1 − ξ²) on [−1, 1] and variance 1/5, so the score is 2ξ/(σ(1 − ξ²)) and the expectation is
    (3/2σ) ∫ Q(s, μ + σξ) ξ dξ over [−1, 1], by Simpson's rule (Q(s, μ + σ) − Q(s, μ − σ))/2σ without error, Q being
    quadratic. As σ → 0 this tends to the deterministic policy gradient (Silver et al., 2014, theorem 2).

    Raises
    ------
    ValueError: σ is not positive.
    InvalidPolicyError: some μ ± σ is outside [0, 1].
    """
    if not np.all((action - width >= 0) & (action + width <= 1)):
        raise InvalidPolicyError(f"the actions {action} ± {width} are not all inside [0, 1]")
    values, visits = _solved(mdp, action, width * width / 5)
    slope = (_action_values(mdp, values, action + width) - _action_values(mdp, values, action - width)) / (2 * width)
    return np.asarray((visits * slope) @ action_jacobian)


def _action_values(mdp: IntervalActionMDP, values: Array, action: Array) -> Array:
    """Q(s, a(s)) = r(s, a(s)) + γ Σ_s' P(s'|s, a(s)) V(s'), ``[S]``."""
    chain = mdp.following(action, variance=0 * mdp.ends.discount)
    return np.asarray(chain.reward[:, 0] + mdp.ends.discount * (chain.transition[:, 0] @ values))


def _solved(mdp: IntervalActionMDP, action: Array, variance: Scalar) -> tuple[Array, Array]:
    """V and ρ where actions have this mean and variance."""
    chain = mdp.following(action, variance=variance)
    policy = convert(np.ones((chain.states, 1), dtype=int), chain.arithmetic)
    return state_values(chain, policy), unnormalised_visitation(chain, policy)
