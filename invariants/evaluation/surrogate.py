"""How far the performance may fall below the surrogate: the bounds that updates rest on.

The gap η(π') − L_π(π') is made of an implementation's own V, Q and d; the limit is exact.
"""

from __future__ import annotations

from flint import arb

from ...reference.arithmetic import exact, floating, precision
from ...reference.conservative_policy_iteration import mixture, mixture_penalty, partner_advantage
from ...reference.kl import total_variation
from ...reference.trust_region_bound import coupling_penalty, kl_penalty
from ..comparison import Comparison
from ..invariant import Class
from ..mdps import TwoPolicies
from ..subject import Subject
from .occupancy import AGARWAL_2019, KAKADE_LANGFORD_2002, TRPO_2015
from .own_numbers import OwnNumbers, about_policies
from .strategies import Mixture, mixtures, pairs

CPO_2017 = "Achiam, Held, Tamar, Abbeel (2017), Constrained policy optimization"
BITS = 160


@about_policies(
    kind=Class.THEOREM,
    formula=r"|\eta(\pi_\alpha) - L_\pi(\pi_\alpha)| \le \frac{2\epsilon\gamma\alpha^2}"
    r"{(1-\gamma)(1-\gamma(1-\alpha))}, \quad"
    r"\epsilon = \max_s \Big|\sum_a \pi'(a|s) A_\pi(s, a)\Big|, \; \pi_\alpha = (1-\alpha)\pi + \alpha\pi'",
    sources=(f"{KAKADE_LANGFORD_2002}, theorem 4.1", f"{TRPO_2015}, eq. 6", f"{AGARWAL_2019}, section 12.1"),
    claims=("cpi-bound-eq6", "surrogate-small-step"),
    rejects="unnormalised",
    cases=mixtures,
)
def conservative_update_stays_near_its_surrogate(subject: Subject, case: Mixture) -> Comparison:
    """A mixture's performance differs from its surrogate by at most the penalty of conservative policy iteration."""
    own = OwnNumbers(subject, case.mdp)
    new = mixture(case.old, case.new, case.weight)
    limit = mixture_penalty(case.mdp, case.old, case.new, case.weight)
    return own.excess(abs(own.gap(case.old, new)), limit, own.gap_error(case.old, new), "|η − L| of a mixture")


@about_policies(
    kind=Class.THEOREM,
    formula=r"|\eta(\pi') - L_\pi(\pi')| \le \frac{4\epsilon\gamma\alpha^2}{(1-\gamma)(1-\gamma(1-\alpha))}"
    r" \le \frac{4\epsilon\gamma\alpha^2}{(1-\gamma)^2}, \quad \alpha = \max_s TV, \; \epsilon = \max_{s,a} |A_\pi|",
    sources=(f"{TRPO_2015}, theorem 1",),
    claims=("trpo-theorem-1", "alpha-coupling"),
    rejects="unnormalised",
    cases=pairs,
)
def total_variation_bounds_the_gap(subject: Subject, case: TwoPolicies) -> Comparison:
    """The performance differs from the surrogate by at most the trust-region penalty in total variation."""
    own = OwnNumbers(subject, case.mdp)
    limit = coupling_penalty(case.mdp, case.old, case.new)
    return own.excess(abs(own.gap(case.old, case.new)), limit, own.gap_error(case.old, case.new), "|η − L|")


@about_policies(
    kind=Class.THEOREM,
    formula=r"|\eta(\pi') - L_\pi(\pi')| \le \frac{2\gamma\epsilon'}{(1-\gamma)^2} \sum_s d_\pi(s)\, TV(s),"
    r"\quad \epsilon' = \max_s \Big|\sum_a \pi'(a|s) A_\pi(s, a)\Big|",
    sources=(f"{CPO_2017}, corollary 1",),
    claims=("cpo-average-tv",),
    rejects="first-state-not-counted",
    cases=pairs,
)
def mean_total_variation_bounds_the_gap(subject: Subject, case: TwoPolicies) -> Comparison:
    """The performance differs from the surrogate by at most a penalty in the mean distance where the old policy goes.

    The mean is by the implementation's own d, which moves the limit by at most its error.
    """
    own, mdp, old, new = OwnNumbers(subject, case.mdp), case.mdp, case.old, case.new
    factor = 2 * mdp.discount * partner_advantage(mdp, old, new) / (1 - mdp.discount) ** 2
    limit = factor * (own.visitation(old) @ total_variation(old, new))
    bound = own.gap_error(old, new) + float(floating(factor)) * own.visitation_error
    return own.excess(abs(own.gap(old, new)), limit, bound, "|η − L|")


@about_policies(
    kind=Class.THEOREM,
    formula=r"|\eta(\pi') - L_\pi(\pi')| \le \frac{2\epsilon\gamma}{(1-\gamma)^2}"
    r" \max_s KL(\pi(\cdot|s) \| \pi'(\cdot|s))",
    sources=(f"{TRPO_2015}, eq. 9",),
    claims=("trpo-kl-bound", "variational-lower-bound"),
    rejects="unnormalised",
    cases=lambda dtype: pairs(dtype, positive=True),
)
def divergence_bounds_the_gap(subject: Subject, case: TwoPolicies) -> Comparison:
    """Half the penalty that the minoriser of trust-region updates takes off the surrogate is enough.

    The limit is a ball of 160 bits, of which the upper end counts, as a float: 2u of it are added to the bound.
    """
    own, old, new = OwnNumbers(subject, case.mdp), case.old, case.new
    with precision(BITS):
        limit = exact(float(arb(kl_penalty(case.mdp, old, new)).upper())).item()
    bound = own.gap_error(old, new) + 2.0**-52 * float(floating(limit))
    return own.excess(abs(own.gap(old, new)), limit, bound, "|η − L|")
