"""What the values of a policy are: the linear solve, and the cases that can be read off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import exact, floating
from ...reference.policy_evaluation import policy_reward
from ..comparison import Comparison
from ..invariant import Class
from ..mdps import OnePolicy
from .estimate import PUTERMAN_1994, SUTTON_BARTO_2018, Values, statement
from .strategies import evaluations

ZERO = exact(0).item()


@statement(
    kind=Class.DEFINITION,
    formula=r"V = (I - \gamma P_\pi)^{-1} r_\pi, \quad Q = r + \gamma P V",
    sources=(f"{PUTERMAN_1994}, theorem 6.1.1", f"{SUTTON_BARTO_2018}, eq. 3.14"),
    claims=("q-v-a-definitions", "return-definition"),
    rejects="discounted-twice",
)
def equal_the_linear_solve(values: Values, case: OnePolicy) -> Comparison:
    """Values are the discounted rewards to come, as one exact linear solve has them."""
    expected = values.exact(case.mdp, case.policy)
    return values.against(expected, case.mdp, case.policy, "values and exact solve")


@statement(
    kind=Class.THEOREM,
    formula=r"\gamma = 0:\quad V = r_\pi, \quad Q = r",
    sources=(f"{SUTTON_BARTO_2018}, section 3.3",),
    claims=("q-v-a-definitions",),
    rejects="discount-not-passed-on",
)
def at_discount_0_are_the_reward(values: Values, case: OnePolicy) -> Comparison:
    """With γ = 0 nothing that comes later counts."""
    mdp = replace(case.mdp, discount=ZERO)
    expected = values.of(policy_reward(mdp, case.policy), mdp.reward)
    return values.against(expected, mdp, case.policy, "values at γ = 0 and reward")


@statement(
    kind=Class.THEOREM,
    formula=r"P(s|s,\cdot) = 1:\quad V(s) = \frac{r_\pi(s)}{1-\gamma}, \quad Q(s, a) = r(s, a) + \gamma V(s)",
    sources=(f"{SUTTON_BARTO_2018}, section 3.4",),
    claims=("q-v-a-definitions",),
    rejects="absorbing-state-worth-one-reward",
    cases=lambda dtype: evaluations(dtype, shape="absorbing"),
)
def of_an_absorbing_state_are_its_reward_for_ever(values: Values, case: OnePolicy) -> Comparison:
    """A state that never leaves itself earns its own reward at every step."""
    staying = policy_reward(case.mdp, case.policy) / (1 - case.mdp.discount)
    expected = values.of(staying, case.mdp.reward + case.mdp.discount * staying[:, None])[-1]
    got, bound = values(case.mdp, case.policy)[-1], values.bound(case.mdp)
    return Comparison(np.asarray(got), np.asarray(expected), np.asarray(bound), "values where nothing changes")


@statement(
    kind=Class.THEOREM,
    formula=r"\frac{\min r}{1-\gamma} \le V, Q \le \frac{\max r}{1-\gamma}",
    sources=(f"{PUTERMAN_1994}, section 6.1",),
    claims=("return-definition",),
    rejects="discount-not-passed-on",
)
def lie_between_the_extreme_rewards_for_ever(values: Values, case: OnePolicy) -> Comparison:
    """No policy earns more than the largest reward at every step, nor less than the smallest."""
    got = values(case.mdp, case.policy)
    ends = floating(case.mdp.reward / (1 - case.mdp.discount))
    nearest = np.clip(got, ends.min(), ends.max())
    return Comparison(got, nearest, np.asarray(values.bound(case.mdp)), "values and nearest possible ones")
