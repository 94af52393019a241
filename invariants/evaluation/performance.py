"""The performance difference lemma, and the two ways to a performance."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import exact, floating
from ...reference.conservative_policy_iteration import mixture, partner_advantage
from ...reference.policy_evaluation import policy_reward
from ...reference.surrogate import performance_derivative
from ...reference.trust_region_bound import maximal_total_variation
from ..comparison import Comparison
from ..invariant import Class, statement
from ..mdps import OnePolicy, TwoPolicies
from ..subject import Subject
from .backup import greedy_in
from .capabilities import VISITATION, discount_of
from .estimate import PUTERMAN_1994
from .occupancy import KAKADE_LANGFORD_2002, TRPO_2015
from .own_numbers import OwnNumbers, about_policies
from .strategies import pairs

SUTTON_2000 = "Sutton, McAllester, Singh, Mansour (2000), Policy gradient methods with function approximation"
STEPS = exact(64).item()


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"\sum_s \mu(s) V(s) = \frac{1}{1-\gamma} \sum_s d(s) \sum_a \pi(a|s) r(s, a)",
    sources=(f"{PUTERMAN_1994}, section 6.9",),
    claims=("visitation-identity", "return-definition"),
    rejects="starts-anywhere",
    needs=("state_values",),
)
def pays_what_the_values_promise(subject: Subject, case: OnePolicy) -> Comparison:
    """Rewards where the policy spends its time make up the value of where it starts, in its own numbers."""
    own = OwnNumbers(subject, case.mdp)
    paid = policy_reward(case.mdp, case.policy)
    earned = own.visitation(case.policy) @ paid / (1 - case.mdp.discount)
    size = float(floating(abs(paid)).max()) / (1 - discount_of(case.mdp))
    bound = own.performance_error + own.visitation_error * size
    return own.comparison(earned, own.performance(case.policy), bound, "Σ d r/(1−γ) and Σ μ V")


@about_policies(
    kind=Class.THEOREM,
    formula=r"\eta(\pi') - \eta(\pi) = \frac{1}{1-\gamma} \sum_s d_{\pi'}(s) \sum_a \pi'(a|s) A_\pi(s, a)",
    sources=(f"{KAKADE_LANGFORD_2002}, lemma 6.1", f"{TRPO_2015}, eq. 2"),
    claims=("pdl-state-form", "pdl-normalised-form"),
    rejects="unnormalised",
    cases=pairs,
)
def performance_difference_lemma(subject: Subject, case: TwoPolicies) -> Comparison:
    """One policy beats another by the old one's advantages, averaged where the new one goes.

    Of the implementation's own V, Q and d: errors of V count twice on the left; on the right Σ d Ā/(1−γ) is off by at
    most (e_d max|Ā| + (1 + e_d) (e_Q + e_V))/(1−γ).
    """
    own, old, new = OwnNumbers(subject, case.mdp), case.old, case.new
    difference = own.performance(new) - own.performance(old)
    return own.comparison(difference, own.gain(new, old, new), own.gap_error(old, new), "η' − η and Σ d' Ā/(1−γ)")


@about_policies(
    kind=Class.THEOREM,
    formula=r"\eta(\pi') - L_\pi(\pi') = \frac{\gamma}{1-\gamma} d_\pi^\top (P_{\pi'} - P_\pi)(V_{\pi'} - V_\pi)",
    sources=(f"{TRPO_2015}, section 2, before eq. 4",),
    claims=("surrogate-ignore-density-change", "surrogate-value-match"),
    rejects="unnormalised",
    cases=pairs,
)
def surrogate_misses_a_product_of_two_changes(subject: Subject, case: TwoPolicies) -> Comparison:
    """The surrogate matches the performance to first order: what it misses is a change of P_π times one of V.

    Of the implementation's own V, Q and d. On the right (P' − P)x is at most 2α max|x|, α = max_s TV, so that side is
    off by at most 2αγ/(1−γ) (e_d max|V' − V| + (1 + e_d) 2e_V).
    """
    own, mdp, old, new = OwnNumbers(subject, case.mdp), case.mdp, case.old, case.new
    moved = np.einsum("sa,sat->st", new - old, mdp.transition)
    rise = own.values(new) - own.values(old)
    expected = own.visitation(old) @ moved @ rise * mdp.discount / (1 - mdp.discount)
    alpha, error = float(floating(maximal_total_variation(old, new))), 2 * own.performance_error
    size = float(floating(abs(rise)).max())
    side = own.visitation_error * (size + error) + (1 + own.visitation_error) * error
    factor = 2 * alpha * discount_of(mdp) / (1 - discount_of(mdp))
    bound = own.gap_error(old, new) + factor * side
    return own.comparison(own.gap(old, new), expected, bound, "η' − L(π') and γ d (P' − P)(V' − V)/(1−γ)")


@statement(
    VISITATION,
    kind=Class.THEOREM,
    formula=r"\frac{1}{1-\gamma} \sum_s d_\pi(s) \sum_a (\pi' - \pi)(a|s) Q_\pi(s, a)"
    r" = \frac{d}{dt} \eta(\pi + t(\pi' - \pi)) \Big|_{t=0}",
    sources=(f"{SUTTON_2000}, theorem 1", f"{KAKADE_LANGFORD_2002}, section 4"),
    claims=("surrogate-gradient-match", "surrogate-small-step"),
    rejects="starts-anywhere",
    cases=pairs,
    needs=("action_values",),
)
def surrogate_has_the_slope_of_the_performance(subject: Subject, case: TwoPolicies) -> Comparison:
    """The surrogate of the implementation's own d and Q rises as the performance does, by an exact derivative of it.

    The derivative is by dual numbers, from neither d nor Q. The left is off by at most
    (e_d max_s |Σₐ(π' − π)A| + (1 + e_d) 2α e_Q)/(1−γ), α = max_s TV.
    """
    own, mdp, old, new = OwnNumbers(subject, case.mdp), case.mdp, case.old, case.new
    slope = own.visitation(old) @ ((new - old) * own.action_values(old)).sum(axis=-1) / (1 - mdp.discount)
    size, alpha = (float(floating(x)) for x in (partner_advantage(mdp, old, new), maximal_total_variation(old, new)))
    error = own.visitation_error * size + (1 + own.visitation_error) * 2 * alpha * own.advantage_error
    expected = performance_derivative(mdp, old, new - old)
    return own.comparison(slope, expected, error / (1 - discount_of(mdp)), "slope of L and of η")


@about_policies(
    kind=Class.THEOREM,
    formula=r"\alpha \le \frac{(1-\gamma)^2 \mathbb A}{4\epsilon\gamma}:"
    r"\quad \eta(\pi_\alpha) - \eta(\pi) \ge \alpha \mathbb A - \frac{2\epsilon\gamma\alpha^2}{(1-\gamma)^2} \ge 0",
    sources=(f"{KAKADE_LANGFORD_2002}, corollary 4.2",),
    claims=("cpi-monotone-step", "cpi-mixture-update"),
    rejects="unnormalised",
)
def conservative_step_gains_what_it_promises(subject: Subject, case: OnePolicy) -> Comparison:
    """Mixing in the policy that is greedy in the implementation's own Q, by as much as its own numbers allow, pays.

    𝔸, ε and the weight, a multiple of 1/64, are the implementation's own: the promise is off by at most α times the
    error of a gain and 2γα²/(1−γ)² times that of an advantage.
    """
    own, mdp, old = OwnNumbers(subject, case.mdp), case.mdp, case.policy
    partner = greedy_in(floating(own.action_values(old)), old)
    slope, size = own.gain(old, old, partner), max(abs(own.expected_advantage(old, partner)))
    curvature = 4 * size * mdp.discount / (1 - mdp.discount) ** 2
    weight = slope / curvature if 0 < slope < curvature else slope**0 * int(slope > 0)
    weight = exact(int((weight * STEPS).floor())).item() / STEPS
    promised = weight * slope - curvature * weight**2 / 2
    new = mixture(old, partner, weight)
    short = promised - (own.performance(new) - own.performance(old))
    factor, share = float(floating(2 * mdp.discount * weight**2 / (1 - mdp.discount) ** 2)), float(floating(weight))
    error = share * own.gain_error(old, partner) + factor * own.advantage_error
    return own.excess(short, 0 * short, 2 * own.performance_error + error, "promised gain that did not come")
