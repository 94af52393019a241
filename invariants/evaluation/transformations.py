"""How values follow where rewards are scaled, shifted or shaped, and states and actions renamed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, exact, floating
from ...reference.performance_difference import shaped
from ...reference.tabular_mdp import TabularMDP
from ..comparison import Comparison
from ..invariant import Class
from ..lattice import rounded
from ..mdps import OnePolicy
from .capabilities import discount_of
from .estimate import NG_1999, PUTERMAN_1994, SUTTON_BARTO_2018, Values, statement, taken_from
from .strategies import Shaped, shapings

SCALE, SHIFT = exact(-3).item(), exact(7).item()


@statement(
    kind=Class.THEOREM,
    formula=r"V_{-3r} = -3 V_r, \quad Q_{-3r} = -3 Q_r",
    sources=(f"{PUTERMAN_1994}, theorem 6.1.1",),
    claims=("q-v-a-definitions",),
    rejects="rewards-clipped",
)
def scale_with_the_rewards(values: Values, case: OnePolicy) -> Comparison:
    """Values are homogeneous in the rewards, losses as well as gains."""
    scaled = replace(case.mdp, reward=SCALE * case.mdp.reward)
    expected = SCALE * taken_from(values(case.mdp, case.policy))
    bound = 2 * values.bound(scaled)
    return Comparison(values(scaled, case.policy), expected, np.asarray(bound), "values of −3r and −3 times those of r")


@statement(
    kind=Class.THEOREM,
    formula=r"V_{r+c} = V_r + \frac{c}{1-\gamma}, \quad Q_{r+c} = Q_r + \frac{c}{1-\gamma}",
    sources=(f"{SUTTON_BARTO_2018}, exercise 3.15",),
    claims=("q-v-a-definitions",),
    rejects="normalised-values",
)
def shift_with_the_rewards(values: Values, case: OnePolicy) -> Comparison:
    """A constant added to every reward adds c/(1−γ) to every value."""
    mdp = replace(case.mdp, reward=case.mdp.reward + SHIFT)
    expected = taken_from(values(case.mdp, case.policy)) + SHIFT / (1 - mdp.discount)
    bound = values.bound(mdp) + values.bound(case.mdp)
    return Comparison(values(mdp, case.policy), expected, np.asarray(bound), "values of r + 7 and shifted ones of r")


@statement(
    kind=Class.THEOREM,
    formula=r"r' = r + \gamma P \Phi - \Phi:\quad V' = V - \Phi, \quad Q' = Q - \Phi",
    sources=(f"{NG_1999}, theorem 1",),
    claims=("reward-shaping",),
    rejects="one-sweep-only",
    cases=shapings,
)
def follow_a_potential(values: Values, case: Shaped) -> Comparison:
    """Potential-based shaping takes the potential off the values, so that advantages stay as they are.

    Shaped rewards are rounded to the dtype; the largest rounding, over 1−γ, is added to the bound.
    """
    right = shaped(case.mdp, case.potential)
    reward = np.array([rounded(number, values.subject.dtype) for number in right.reward.flat], dtype=object)
    mdp = replace(right, reward=reward.reshape(right.reward.shape))
    moved = float(floating(abs(mdp.reward - right.reward)).max()) / (1 - discount_of(mdp))
    taken_off = values.of(case.potential, np.broadcast_to(case.potential[:, None], mdp.reward.shape))
    expected = taken_from(values(case.mdp, case.policy)) - taken_off
    bound = values.bound(mdp) + values.bound(case.mdp) + moved
    return Comparison(values(mdp, case.policy), expected, np.asarray(bound), "values of shaped rewards and V − Φ")


@statement(
    kind=Class.THEOREM,
    formula=r"V_\sigma(\sigma(s)) = V(s), \quad Q_\sigma(\sigma(s), a) = Q(s, a)",
    sources=(f"{PUTERMAN_1994}, theorem 6.1.1",),
    rejects="last-successor-overwrites-the-others",
)
def follow_renamed_states(values: Values, case: OnePolicy) -> Comparison:
    """States may be numbered in any order."""
    mdp, policy = renamed_states(case.mdp), case.policy[::-1]
    expected = taken_from(values(case.mdp, case.policy))[::-1]
    bound = 2 * values.bound(mdp)
    return Comparison(values(mdp, policy), expected, np.asarray(bound), "values of renamed states, and of the states")


@statement(
    kind=Class.THEOREM,
    formula=r"V_\sigma(s) = V(s), \quad Q_\sigma(s, \sigma(a)) = Q(s, a)",
    sources=(f"{PUTERMAN_1994}, theorem 6.1.1",),
    rejects="policy-not-averaged",
)
def follow_renamed_actions(values: Values, case: OnePolicy) -> Comparison:
    """Actions may be numbered in any order."""
    mdp, policy = renamed_actions(case.mdp), case.policy[:, ::-1]
    told = taken_from(values(case.mdp, case.policy))
    expected = values.of(told, told[..., ::-1])
    bound = 2 * values.bound(mdp)
    return Comparison(values(mdp, policy), expected, np.asarray(bound), "values of renamed actions, and of the actions")


@statement(
    kind=Class.THEOREM,
    formula=r"s \not\to s' \;\Rightarrow\; V(s), Q(s, \cdot) \text{ do not depend on } r(s', \cdot)",
    sources=(f"{SUTTON_BARTO_2018}, eq. 3.9",),
    rejects="transition-transposed",
)
def see_only_what_can_be_reached(values: Values, case: OnePolicy) -> Comparison:
    """Rewards where one can never come again change nothing; seen from the last state."""
    inside = reachable(case.mdp)
    outside = replace(case.mdp, reward=case.mdp.reward + SHIFT * (~inside).astype(int)[:, None])
    got = values(outside, case.policy)[inside]
    expected = values(case.mdp, case.policy)[inside]
    bound = values.bound(outside) + values.bound(case.mdp)
    return Comparison(got, expected, np.asarray(bound), "values before and after rewards elsewhere rise by 7")


def renamed_states(mdp: TabularMDP) -> TabularMDP:
    """The process with its states in the opposite order."""
    return replace(mdp, transition=mdp.transition[::-1, :, ::-1], reward=mdp.reward[::-1], initial=mdp.initial[::-1])


def renamed_actions(mdp: TabularMDP) -> TabularMDP:
    """The process with its actions in the opposite order."""
    return replace(mdp, transition=mdp.transition[:, ::-1], reward=mdp.reward[:, ::-1])


def reachable(mdp: TabularMDP) -> Array:
    """Where any actions can lead from the last state, itself included, ``[S]``."""
    leads = np.asarray((mdp.transition > 0).any(axis=1))
    inside: Array = np.arange(mdp.states) == mdp.states - 1
    for _ in range(mdp.states):
        inside = inside | leads[inside].any(axis=0)
    return np.asarray(inside)
