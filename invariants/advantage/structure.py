"""What holds whatever the numbers: independent environments, linearity, potentials, the single step."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from hypothesis import strategies as st

from ...reference.advantage_estimation import td_errors
from ...reference.arithmetic import Array, floating
from ..comparison import Comparison
from ..invariant import Class
from ..lattice import SMALL, numbers, rounded
from .capabilities import LAMBDA_RETURNS
from .estimator import GAE_2016, SUTTON_BARTO_2018, Estimate, statement
from .strategies import Trajectories, trajectories

SHAPING_1999 = "Ng, Harada, Russell (1999), Policy invariance under reward transformations"


@dataclass(frozen=True, eq=False, repr=False)
class ShiftedTrajectories(Trajectories):
    """Trajectories beside numbers Φ(s_t) and Φ(s_{t+1}) to add to, or subtract from, the values."""

    potential: Array
    next_potential: Array
    more_rewards: Array


@st.composite
def shifted(draw: st.DrawFn, dtype: str) -> ShiftedTrajectories:
    """Trajectories with a potential: one number a state, as V is."""
    case = draw(trajectories(dtype, max_environments=4))
    shape = case.rewards.shape
    potential, final = draw(numbers(shape)), draw(numbers(shape, SMALL))
    next_potential = np.concatenate([potential[1:], final[-1:]])
    next_potential[case.ended] = final[case.ended]
    return ShiftedTrajectories(*case.batch, case.gamma, case.lam, potential, next_potential, draw(numbers(shape)))


@statement(
    kind=Class.THEOREM,
    formula=r"\hat A^{(n)}(\tau^{(1)},\dots,\tau^{(N)}) = \hat A(\tau^{(n)})",
    sources=(f"{GAE_2016}, eq. 16",),
    rejects="next-step-of-another-environment",
    cases=lambda dtype: trajectories(dtype, max_environments=4),
)
def environments_are_independent(estimate: Estimate, case: Trajectories) -> Comparison:
    """Each column is estimated as if it were alone."""
    columns = [case.part((slice(None), [n])) for n in range(case.rewards.shape[1])]
    alone = np.concatenate([estimate(column) for column in columns], axis=1)
    return Comparison(estimate(case), alone, 2 * estimate.bound(case), "columns together and alone")


@statement(
    kind=Class.THEOREM,
    formula=r"\hat A(r + r', V + V') = \hat A(r, V) + \hat A(r', V')",
    sources=(f"{GAE_2016}, eq. 16",),
    rejects="result-rounded-to-float16",
    cases=shifted,
)
def linear_in_rewards_and_values(estimate: Estimate, case: ShiftedTrajectories) -> Comparison:
    """Estimates of a sum are sums of estimates, for fixed endings, γ and λ."""
    one = plain(case)
    other = replace(one, rewards=case.more_rewards, values=case.potential, next_values=case.next_potential)
    both = representable(
        replace(
            one,
            rewards=one.rewards + other.rewards,
            values=one.values + other.values,
            next_values=one.next_values + other.next_values,
        ),
        estimate,
    )
    bound = estimate.bound(one) + estimate.bound(other) + 2 * estimate.bound(both)
    return Comparison(estimate(both), estimate(one) + estimate(other), bound, "estimate of a sum and sum of estimates")


@statement(
    kind=Class.THEOREM,
    formula=r"r' = r + \gamma\Phi(s') - \Phi(s),\; V' = V - \Phi \;\Rightarrow\; \hat A' = \hat A",
    sources=(f"{SHAPING_1999}, theorem 1", f"{GAE_2016}, section 5"),
    claims=("reward-shaping",),
    rejects="last-bootstrap-undiscounted",
    cases=shifted,
)
def unmoved_by_a_potential(estimate: Estimate, case: ShiftedTrajectories) -> Comparison:
    """Shaping the rewards by a potential and subtracting it from the critic leaves advantages alone."""
    here = plain(case)
    following = np.where(case.terminated, 0 * case.next_potential, case.next_potential)
    moved = representable(
        replace(
            here,
            rewards=here.rewards + case.gamma * following - case.potential,
            values=here.values - case.potential,
            next_values=here.next_values - case.next_potential,
        ),
        estimate,
    )
    before = estimate(here)
    if estimate.capability is LAMBDA_RETURNS:
        got, expected = estimate(moved) - floating(moved.values), before - floating(here.values)
    else:
        got, expected = estimate(moved), before
    return Comparison(got, expected, estimate.bound(here) + 2 * estimate.bound(moved), "with and without shaping")


@statement(
    kind=Class.THEOREM,
    formula=r"T = 1:\quad \hat A_0 = r_0 + \gamma (1-\text{terminated}_0) V(s_1) - V(s_0)",
    sources=(f"{SUTTON_BARTO_2018}, eq. 6.5",),
    claims=("psi-1step", "gae-truncated"),
    rejects="last-advantage-zero",
    cases=lambda dtype: trajectories(dtype, max_steps=1),
)
def a_single_step_is_its_td_error(estimate: Estimate, case: Trajectories) -> Comparison:
    """One transition gives one TD error."""
    errors = td_errors(case.rewards, case.values, case.next_values, case.terminated, gamma=case.gamma)
    return estimate.against(errors, case, "one step and its TD error")


def plain(case: ShiftedTrajectories) -> Trajectories:
    """The trajectories without what is to be added."""
    return Trajectories(*case.batch, case.gamma, case.lam)


def representable(case: Trajectories, estimate: Estimate) -> Trajectories:
    """The case rounded to the implementation's dtype; each input moves by at most u times its size."""
    dtype = estimate.subject.dtype

    def nearest(array: Array) -> Array:
        return np.array([rounded(entry, dtype) for entry in array.flat], dtype=object).reshape(array.shape)

    return replace(
        case,
        rewards=nearest(case.rewards),
        values=nearest(case.values),
        next_values=nearest(case.next_values),
    )
