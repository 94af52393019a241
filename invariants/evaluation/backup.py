"""One step of look-ahead: the Bellman equations of an implementation's own values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array
from ...reference.policy_evaluation import policy_reward, policy_transition
from ..comparison import Comparison
from ..invariant import Class, statement
from ..mdps import OnePolicy
from ..subject import Subject
from .capabilities import ACTION_VALUES, STATE_VALUES, discount_of
from .estimate import PUTERMAN_1994, SUTTON_BARTO_2018, Values, as_told, taken_from
from .transformations import SHIFT


@statement(
    STATE_VALUES,
    kind=Class.THEOREM,
    formula=r"V = r_\pi + \gamma P_\pi V",
    sources=(f"{SUTTON_BARTO_2018}, eq. 3.14",),
    claims=("q-v-a-definitions",),
    rejects="value-of-the-same-state",
)
def satisfy_the_bellman_equation(subject: Subject, case: OnePolicy) -> Comparison:
    """The implementation's own values are worth a reward and a discounted step on: no oracle takes part.

    An error e of V leaves a residual of at most (1+γ) e.
    """
    values = Values(subject, STATE_VALUES)
    got = values(case.mdp, case.policy)
    ahead = policy_transition(case.mdp, case.policy) @ taken_from(got)
    expected = policy_reward(case.mdp, case.policy) + case.mdp.discount * ahead
    bound = (1 + discount_of(case.mdp)) * values.bound(case.mdp)
    return Comparison(got, expected, np.asarray(bound), "V and r + γPV, of its own V")


@statement(
    ACTION_VALUES,
    kind=Class.THEOREM,
    formula=r"Q(s, a) = r(s, a) + \gamma \sum_{s'} P(s'|s, a) \sum_{a'} \pi(a'|s') Q(s', a')",
    sources=(f"{SUTTON_BARTO_2018}, exercise 3.17",),
    claims=("q-v-a-definitions",),
    rejects="policy-not-averaged",
)
def satisfy_their_bellman_equation(subject: Subject, case: OnePolicy) -> Comparison:
    """The implementation's own action values lead to one another: no oracle takes part.

    An error e of Q leaves a residual of at most (1+γ) e.
    """
    values = Values(subject, ACTION_VALUES)
    got = values(case.mdp, case.policy)
    ahead = case.mdp.transition @ (case.policy * taken_from(got)).sum(axis=-1)
    bound = (1 + discount_of(case.mdp)) * values.bound(case.mdp)
    return Comparison(
        got, case.mdp.reward + case.mdp.discount * ahead, np.asarray(bound), "Q and r + γPπQ, of its own Q"
    )


@statement(
    ACTION_VALUES,
    kind=Class.THEOREM,
    formula=r"Q(s, a) = r(s, a) + \gamma \sum_{s'} P(s'|s, a) V(s')",
    sources=(f"{SUTTON_BARTO_2018}, exercise 3.19",),
    claims=("q-v-a-definitions", "td-mean-is-advantage"),
    rejects="no-discount-in-the-backup",
    needs=("state_values",),
)
def look_one_step_ahead_to_its_state_values(subject: Subject, case: OnePolicy) -> Comparison:
    """The implementation's own V and Q are one backup apart."""
    values, actions = both(subject)
    told = values(case.mdp, case.policy)
    expected = case.mdp.reward + case.mdp.discount * (case.mdp.transition @ taken_from(told))
    bound = actions.bound(case.mdp) + values.bound(case.mdp)
    got = actions(case.mdp, case.policy)
    return Comparison(got + as_told(0 * expected, told), expected, np.asarray(bound), "Q and r + γPV, of its own V")


@statement(
    ACTION_VALUES,
    kind=Class.THEOREM,
    formula=r"\sum_a \pi(a|s) A(s, a) = 0, \quad A = Q - V",
    sources=(f"{SUTTON_BARTO_2018}, exercise 3.18",),
    claims=("advantage-zero-mean",),
    rejects="no-discount-in-the-backup",
    needs=("state_values",),
)
def have_advantages_of_mean_0(subject: Subject, case: OnePolicy) -> Comparison:
    """The advantages of the implementation's own Q and V have mean 0 under the policy, at every state."""
    values, actions = both(subject)
    of_states, of_actions = values(case.mdp, case.policy), actions(case.mdp, case.policy)
    mean = (case.policy * (taken_from(of_actions) - taken_from(of_states)[:, None])).sum(axis=-1)
    bound = actions.bound(case.mdp) + values.bound(case.mdp)
    got = as_told(mean, of_states, of_actions)
    return Comparison(got, 0 * mean, np.asarray(bound), "mean advantage and 0")


@statement(
    ACTION_VALUES,
    kind=Class.THEOREM,
    formula=r"\pi(a|s) = 0:\quad r(s, a) \text{ enters } Q(s, a) \text{ alone}",
    sources=(f"{SUTTON_BARTO_2018}, exercise 3.17",),
    claims=("q-v-a-definitions",),
    rejects="reward-averaged-over-all-actions",
)
def tell_actions_never_taken_by_their_own_reward(subject: Subject, case: OnePolicy) -> Comparison:
    """An action that the policy never takes has a value, and its reward shows in that value and nowhere else."""
    values = Values(subject, ACTION_VALUES)
    rise = SHIFT * (case.policy == 0).astype(int)
    changed = replace(case.mdp, reward=case.mdp.reward + rise)
    expected = taken_from(values(case.mdp, case.policy)) + rise
    bound = values.bound(changed) + values.bound(case.mdp)
    return Comparison(values(changed, case.policy), expected, np.asarray(bound), "Q before and after they earn 7 more")


@statement(
    ACTION_VALUES,
    kind=Class.THEOREM,
    formula=r"\pi'(s) \in \arg\max_a Q(s, a) \;\Rightarrow\; V_{\pi'} \ge V_\pi",
    sources=(f"{PUTERMAN_1994}, proposition 6.4.1", f"{SUTTON_BARTO_2018}, section 4.2"),
    claims=("pdl-nonneg-improves", "pdl-approximation-caveat"),
    rejects="reward-of-the-next-state",
    needs=("state_values",),
)
def improve_where_followed_greedily(subject: Subject, case: OnePolicy) -> Comparison:
    """The policy that is greedy in the implementation's own Q is worth no less, by its own V, at any state.

    An error e of Q costs the greedy policy at most 2e/(1−γ).
    """
    values, actions = both(subject)
    chosen = actions(case.mdp, case.policy)
    greedy = greedy_in(chosen, case.policy)
    before, after = values(case.mdp, case.policy), values(case.mdp, greedy)
    loss = np.minimum(taken_from(after) - taken_from(before), 0 * case.mdp.initial)
    bound = 2 * values.bound(case.mdp) + 2 * actions.bound(case.mdp) / (1 - discount_of(case.mdp))
    return Comparison(as_told(loss, chosen, before, after), 0 * loss, np.asarray(bound), "loss of value and 0")


def both(subject: Subject) -> tuple[Values, Values]:
    """The implementation's V and its Q."""
    return Values(subject, STATE_VALUES), Values(subject, ACTION_VALUES)


def greedy_in(chosen: Array, policy: Array) -> Array:
    """The policy that takes the first action of the largest value, in the arithmetic of another policy."""
    best = np.argmax(np.where(np.isnan(chosen), -np.inf, chosen), axis=-1)
    return np.asarray(0 * policy + (best[:, None] == np.arange(policy.shape[-1])).astype(int))
