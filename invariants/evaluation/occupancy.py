"""Where a policy spends its discounted time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, exact, floating
from ...reference.conservative_policy_iteration import visitation_shift
from ...reference.policy_evaluation import policy_transition
from ...reference.tabular_mdp import TabularMDP
from ...reference.trust_region_bound import maximal_total_variation
from ...reference.visitation import visitation as exact_visitation
from ..comparison import Comparison
from ..invariant import Class, statement
from ..mdps import OnePolicy, TwoPolicies
from ..subject import Subject
from .capabilities import VISITATION, discount_of, relative_error
from .estimate import PUTERMAN_1994, as_told, taken_from
from .strategies import evaluations, pairs
from .transformations import renamed_actions, renamed_states

KAKADE_LANGFORD_2002 = "Kakade, Langford (2002), Approximately optimal approximate reinforcement learning"
AGARWAL_2019 = "Agarwal, Jiang, Kakade, Sun (2019), Reinforcement learning: theory and algorithms"
TRPO_2015 = "Schulman, Levine, Moritz, Jordan, Abbeel (2015), Trust region policy optimization"
ZERO = exact(0).item()


def visited(subject: Subject, mdp: TabularMDP, policy: Array) -> Array:
    """What the implementation returns, ``[S]``."""
    return VISITATION.results(subject, OnePolicy(mdp, policy))[0]


def bound(subject: Subject, mdp: TabularMDP) -> Array:
    """On Σ_s |error of d(s)|, so on each of them: the relative error of a solve, as ‖Mᵀ⁻¹‖₁ (1−γ) = 1 = Σ d."""
    return np.asarray(relative_error(subject, mdp))


@statement(
    VISITATION,
    kind=Class.DEFINITION,
    formula=r"d = (1-\gamma) (I - \gamma P_\pi^\top)^{-1} \mu",
    sources=(f"{KAKADE_LANGFORD_2002}, section 2", f"{AGARWAL_2019}, section 1.1"),
    claims=("normalised-visitation", "unnormalised-visitation"),
    rejects="unnormalised",
)
def equals_the_linear_solve(subject: Subject, case: OnePolicy) -> Comparison:
    """The visitation is the discounted share of time at each state, as one exact linear solve has it."""
    expected = exact_visitation(case.mdp, case.policy)
    got = visited(subject, case.mdp, case.policy)
    return Comparison(got, expected, bound(subject, case.mdp), "visitation and exact solve")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"d(s') = (1-\gamma) \mu(s') + \gamma \sum_{s, a} d(s) \pi(a|s) P(s'|s, a)",
    sources=(f"{PUTERMAN_1994}, section 6.9",),
    claims=("normalised-visitation",),
    rejects="transition-transposed",
)
def satisfies_the_flow_equation(subject: Subject, case: OnePolicy) -> Comparison:
    """What is at a state started there or came from another: of the implementation's own numbers, with no oracle.

    An error e of d leaves a residual of at most (1+γ) e, summed over states.
    """
    got = visited(subject, case.mdp, case.policy)
    discount, came = case.mdp.discount, taken_from(got) @ policy_transition(case.mdp, case.policy)
    expected = (1 - discount) * case.mdp.initial + discount * came
    allowed = (1 + discount_of(case.mdp)) * bound(subject, case.mdp)
    return Comparison(got, expected, allowed, "d and (1−γ)μ + γPᵀd, of its own d")


@statement(
    VISITATION,
    kind=Class.DEFINITION,
    formula=r"\sum_s d(s) = 1",
    sources=(f"{AGARWAL_2019}, section 1.1",),
    claims=("normalised-visitation",),
    rejects="unnormalised",
)
def sums_to_one(subject: Subject, case: OnePolicy) -> Comparison:
    """The visitation is a distribution: shares of all the time there is."""
    told = visited(subject, case.mdp, case.policy)
    got = as_told(taken_from(told).sum(), told)
    return Comparison(got, np.ones(()), bound(subject, case.mdp), "sum of the visitation and 1")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"d(s) \ge (1-\gamma) \mu(s) \ge 0",
    sources=(f"{AGARWAL_2019}, section 1.1",),
    claims=("normalised-visitation",),
    rejects="first-state-not-counted",
)
def counts_the_first_state(subject: Subject, case: OnePolicy) -> Comparison:
    """A state is visited at least as often as one starts there, and never a negative number of times."""
    got = visited(subject, case.mdp, case.policy)
    least = np.maximum(got, floating((1 - case.mdp.discount) * case.mdp.initial))
    return Comparison(got, least, bound(subject, case.mdp), "visitation and what is at least (1−γ)μ")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"\gamma = 0:\quad d = \mu",
    sources=(f"{AGARWAL_2019}, section 1.1",),
    claims=("normalised-visitation",),
    rejects="starts-anywhere",
)
def at_discount_0_is_where_one_starts(subject: Subject, case: OnePolicy) -> Comparison:
    """With γ = 0 only the first state counts."""
    mdp = replace(case.mdp, discount=ZERO)
    got = visited(subject, mdp, case.policy)
    return Comparison(got, mdp.initial, bound(subject, mdp), "visitation at γ = 0 and μ")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"d_{(\mu_1 + \mu_2)/2} = \tfrac12 (d_{\mu_1} + d_{\mu_2})",
    sources=(f"{KAKADE_LANGFORD_2002}, section 2",),
    claims=("unnormalised-visitation",),
    rejects="starts-where-it-is-likeliest",
)
def is_linear_in_where_one_starts(subject: Subject, case: OnePolicy) -> Comparison:
    """Starting from a mixture mixes the visitations."""
    first = case.mdp
    second = replace(first, initial=first.initial[::-1])
    mixed = replace(first, initial=(first.initial + second.initial) / 2)
    told = [visited(subject, mdp, case.policy) for mdp in (first, second)]
    expected = (taken_from(told[0]) + taken_from(told[1])) / 2
    got = visited(subject, mixed, case.policy) + as_told(0 * expected, *told)
    return Comparison(got, expected, 2 * bound(subject, first), "visitation of a mixture and mixture of visitations")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"\mu \not\to s \;\Rightarrow\; d(s) = 0",
    sources=(f"{AGARWAL_2019}, section 1.1",),
    claims=("unnormalised-visitation",),
    rejects="starts-anywhere",
    cases=lambda dtype: evaluations(dtype, shape="cut off"),
)
def of_unreachable_states_is_0(subject: Subject, case: OnePolicy) -> Comparison:
    """Where the policy cannot come, it spends no time."""
    leads = policy_transition(case.mdp, case.policy) > 0
    inside = case.mdp.initial > 0
    for _ in range(case.mdp.states):
        inside = inside | leads[inside].any(axis=0)
    got = visited(subject, case.mdp, case.policy)[~inside]
    return Comparison(got, np.zeros(got.shape), bound(subject, case.mdp), "visitation of unreachable states and 0")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"\mu(s) = 1 = P(s|s, \cdot):\quad d(s) = 1",
    sources=(f"{AGARWAL_2019}, section 1.1",),
    claims=("unnormalised-visitation",),
    rejects="absorbing-state-left-at-once",
    cases=lambda dtype: evaluations(dtype, shape="absorbing"),
)
def of_an_absorbing_start_is_1(subject: Subject, case: OnePolicy) -> Comparison:
    """All time goes by where one starts and never leaves."""
    there = exact(np.arange(case.mdp.states) == case.mdp.states - 1)
    mdp = replace(case.mdp, initial=there)
    return Comparison(visited(subject, mdp, case.policy), there, bound(subject, mdp), "visitation and all at the start")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"d_\sigma(\sigma(s)) = d(s)",
    sources=(f"{AGARWAL_2019}, section 1.1",),
    rejects="frequencies-state-by-state",
)
def follows_renamed_states(subject: Subject, case: OnePolicy) -> Comparison:
    """States may be numbered in any order."""
    got = visited(subject, renamed_states(case.mdp), case.policy[::-1])
    expected = visited(subject, case.mdp, case.policy)[::-1]
    return Comparison(got, expected, 2 * bound(subject, case.mdp), "visitation of renamed states, and of the states")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"d_\sigma(s) = d(s)",
    sources=(f"{AGARWAL_2019}, section 1.1",),
    rejects="policy-not-averaged",
)
def follows_renamed_actions(subject: Subject, case: OnePolicy) -> Comparison:
    """Actions may be numbered in any order."""
    got = visited(subject, renamed_actions(case.mdp), case.policy[:, ::-1])
    expected = visited(subject, case.mdp, case.policy)
    return Comparison(got, expected, 2 * bound(subject, case.mdp), "visitation of renamed actions, and of the actions")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"\|d_{\pi'} - d_\pi\|_1 \le \frac{2\gamma\alpha}{1 - \gamma(1-\alpha)},"
    r"\quad \alpha = \max_s TV(\pi(\cdot|s), \pi'(\cdot|s))",
    sources=(f"{AGARWAL_2019}, lemma 12.1", f"{TRPO_2015}, lemma 3"),
    claims=("cpi-visitation-lemma", "alpha-coupling"),
    rejects="unnormalised",
    cases=pairs,
)
def moves_no_farther_than_the_policy(subject: Subject, case: TwoPolicies) -> Comparison:
    """Policies that differ little go to much the same states: the coupling bound, of the implementation's own d."""
    told = [visited(subject, case.mdp, policy) for policy in (case.old, case.new)]
    moved = abs(taken_from(told[1]) - taken_from(told[0])).sum()
    limit = visitation_shift(case.mdp.discount, maximal_total_variation(case.old, case.new))
    excess = as_told(max(moved - limit, ZERO), *told)
    return Comparison(
        excess, np.zeros(()), 2 * bound(subject, case.mdp), "L1 distance beyond the coupling bound, and 0"
    )
