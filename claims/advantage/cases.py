"""A process, a policy and a critic that may be wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import numbers
from ...invariants.mdps import mdps, policies
from ...reference.advantage_estimation import enumerate_rollouts, n_step_advantage, weighted_average
from ...reference.arithmetic import Array, exact
from ...reference.policy_evaluation import action_values, state_values
from ...reference.tabular_mdp import TabularMDP

__all__ = ["Critic", "critics", "gae_by_enumeration", "n_step_by_enumeration", "single_state", "true_advantages"]

LAMBDAS = ("1/2", "1", "0", "3/4", "15/16")


@dataclass(frozen=True, eq=False, repr=False)
class Critic(Case):
    """Rollouts of ``steps`` steps under π ``[S, A]`` from the first action of state 0, judged by a critic V ``[S]``."""

    mdp: TabularMDP
    policy: Array
    values: Array
    lam: Any
    other_lam: Any
    steps: int

    @property
    def right(self) -> Critic:
        """The same with V = V^π."""
        return replace(self, values=state_values(self.mdp, self.policy))

    @property
    def wrong_by(self) -> Array:
        """V − V^π, ``[S]``."""
        return np.asarray(self.values - state_values(self.mdp, self.policy))


@st.composite
def critics(draw: st.DrawFn, *, max_states: int = 3, max_actions: int = 2, max_steps: int = 3) -> Critic:
    """Critics of small integers, right only by accident."""
    mdp = draw(mdps(max_states, max_actions))
    lambdas = st.sampled_from(LAMBDAS).map(lambda text: exact(text).item())
    return Critic(
        mdp,
        draw(policies(mdp)),
        draw(numbers((mdp.states,))),
        draw(lambdas),
        draw(lambdas),
        draw(st.integers(1, max_steps)),
    )


def single_state(
    *, reward: object = 1, gamma: object = "1/2", value: object = 0, lam: object = "1/2", steps: int = 1
) -> Critic:
    """One state, one action, one reward for ever, and a critic."""
    mdp = TabularMDP(exact([[[1]]]), exact([[reward]]), exact([1]), exact(gamma).item())
    return Critic(mdp, exact([[1]]), exact([value]), exact(lam).item(), exact(lam).item(), steps)


def true_advantages(case: Critic) -> Array:
    """Q^π(s, a) − V(s), ``[S, A]``: what an estimate with the critic V is to have for its mean."""
    return np.asarray(action_values(case.mdp, case.policy) - case.values[:, None])


def n_step_by_enumeration(case: Critic) -> tuple[Any, Any]:
    """E and Var of Ψ₍T₎ given the first state and action, over all rollouts."""
    rollouts = enumerate_rollouts(case.mdp, case.policy, state=0, action=0, steps=case.steps)
    outcomes = n_step_advantage(*_batch(case), n=case.steps, gamma=case.mdp.discount)[0]
    return rollouts.mean(outcomes), rollouts.variance(outcomes)


def gae_by_enumeration(case: Critic) -> tuple[Any, Any]:
    """E and Var of the λ-weighted average of Ψ₍₁₎ … Ψ₍T₎, over all rollouts."""
    rollouts = enumerate_rollouts(case.mdp, case.policy, state=0, action=0, steps=case.steps)
    outcomes = weighted_average(*_batch(case), gamma=case.mdp.discount, lam=case.lam)[0]
    return rollouts.mean(outcomes), rollouts.variance(outcomes)


def _batch(case: Critic) -> tuple[Array, Array, Array, Array, Array]:
    rollouts = enumerate_rollouts(case.mdp, case.policy, state=0, action=0, steps=case.steps)
    never = np.zeros(rollouts.rewards.shape, dtype=bool)
    values = case.values[rollouts.states]
    return rollouts.rewards, values[:-1], values[1:], never, never
