"""What updates promise of the performance itself, on processes whose exact advantages are the batch."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Arithmetic, Array, ball, exact, floating, precision, sqrt
from ...reference.natural_gradient.multiplicative_weights import tilted_policy
from ...reference.performance_difference import expected_advantage
from ...reference.policy_evaluation import advantages, performance
from ...reference.surrogate import surrogate_performance
from ...reference.tabular_mdp import TabularMDP
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from ..tables import BITS
from .ascent import replay
from .capabilities import NATURAL_GRADIENT_STEP, PPO_STEP, TRPO_STEP
from .full_step import Problem
from .natural import step_of as natural_step
from .natural import widest
from .search import step_of as trust_region_step
from .strategies import ProcessAscent, ProcessStep, ascent_of, batch_of, forks, process_ascents, process_steps

__all__: list[str] = []

AGARWAL_2021 = "Agarwal, Kakade, Lee, Mahajan (2021), On the theory of policy gradient methods, lemma 17"
ACHIAM_2017 = "Achiam, Held, Tamar, Abbeel (2017), Constrained policy optimization, corollary 3"
NEVER_FALLS = r"\eta(\pi_{\theta'}) \ge \eta(\pi_\theta)"


@statement(
    NATURAL_GRADIENT_STEP,
    kind=Class.THEOREM,
    formula=NEVER_FALLS,
    sources=(AGARWAL_2021,),
    claims=("npg-monotone-and-gain", "npg-softmax-closed-form"),
    rejects="step-descends",
    cases=process_steps,
)
def never_lowers_the_performance(subject: Subject, case: ProcessStep) -> Comparison:
    """Given the exact advantages of a uniform policy, the new policy performs at least as well, however long the step.

    x is a positive multiple of A in each state, with any damping, so Σₐ π'A ≥ 0 there.
    """
    batch = batch_of(case)
    return performances(case, natural_step(subject, batch), widest(Problem(subject, batch)))


@statement(
    TRPO_STEP,
    kind=Class.THEOREM,
    formula=NEVER_FALLS,
    sources=(AGARWAL_2021,),
    claims=("npg-monotone-and-gain", "trpo-line-search-not-monotone"),
    rejects="step-descends",
    cases=process_steps,
)
def a_shortened_step_never_lowers_the_performance(subject: Subject, case: ProcessStep) -> Comparison:
    """Given the exact advantages of a uniform policy, a shortened natural gradient step does not lower it either."""
    batch = batch_of(case)
    return performances(case, trust_region_step(subject, batch), widest(Problem(subject, batch)))


@statement(
    TRPO_STEP,
    kind=Class.THEOREM,
    formula=r"|\eta(\pi_{\theta'}) - L(\pi_{\theta'})| \le \frac{\sqrt2\,\gamma\,\epsilon'}{(1-\gamma)^2} \sqrt\delta,"
    r"\quad \epsilon' = \max_s |\textstyle\sum_a \pi_{\theta'}(a|s) A(s, a)|",
    sources=(ACHIAM_2017, "Schulman et al. (2015), Trust region policy optimization, theorem 1"),
    claims=("max-kl-to-mean-kl", "cpo-average-tv", "trpo-kl-bound"),
    rejects="never-scaled",
    cases=forks,
)
def max_kl_bounds_how_far_the_surrogate_misses(subject: Subject, case: ProcessStep) -> Comparison:
    """The performance of the new policy is as near to its surrogate as a mean divergence of max_kl guarantees.

    The batch meets states in the proportion of d, so its mean divergence is the one of the theorem. max_kl may be
    exceeded by what the bound on the step does to it, which is less than doubling it: √2 for the constant.
    """
    new = trust_region_step(subject, batch_of(case))
    if not np.isfinite(new).all():
        return Comparison(new, np.zeros(new.shape), np.zeros(new.shape), "new logits and finite ones")
    with precision(BITS):
        mdp, policy, moved = policies(case, new)
        gap = abs(performance(mdp, moved) - surrogate_performance(mdp, policy, moved))
        gains = np.abs(expected_advantage(mdp, policy, moved))
        coefficient = 2 * mdp.discount / (1 - mdp.discount) ** 2
        limit = floating(coefficient * sqrt(ball(case.max_kl))[()]) * floating(gains).max()
    tiny = subject.unit_roundoff * float(np.abs(floating(case.mdp.reward)).max())
    return Comparison(np.asarray(float(floating(gap))), np.zeros(()), np.asarray(limit + tiny), "|η − L| and 0")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"K = 1:\quad " + NEVER_FALLS,
    sources=(AGARWAL_2021,),
    claims=("ppo-first-minibatch-gradient", "npg-monotone-and-gain"),
    rejects="step-descends",
    cases=process_ascents,
)
def one_epoch_never_lowers_the_performance(subject: Subject, case: ProcessAscent) -> Comparison:
    """Given the exact advantages of a uniform policy, one step of gradient ascent does not lower the performance.

    The gradient is w π A, a positive multiple of A in each state, so Σₐ π'A ≥ 0 there for every learning rate.
    """
    batch = ascent_of(case)
    return performances(case, PPO_STEP.results(subject, batch)[0], replay(subject, batch).error)


def policies(case: ProcessStep | ProcessAscent, new: Array) -> tuple[TabularMDP, Array, Array]:
    """The process, the uniform policy and the new one, as balls."""
    policy = ball(exact(np.ones(case.logits.shape, dtype=int)) / exact(case.logits.shape[-1]))
    return case.mdp.to(Arithmetic.BALL), policy, tilted_policy(policy, ball(exact(new) - case.logits))


def performances(case: ProcessStep | ProcessAscent, new: Array, error: Array) -> Comparison:
    """How far the performance falls, beside 0; logits off by ``error`` move it by 2 max error max|A|/(1 − γ)."""
    if not np.isfinite(new).all():
        return Comparison(new, np.zeros(new.shape), np.zeros(new.shape), "new logits and finite ones")
    with precision(BITS):
        mdp, policy, moved = policies(case, new)
        fall = -floating(expected_difference(mdp, policy, moved))
    largest = np.abs(floating(advantages(case.mdp, exact(np.ones(new.shape, dtype=int)) / exact(new.shape[-1]))))
    bound = 2 * error.max() * largest.max() / (1 - float(floating(case.mdp.discount)))
    return Comparison(np.maximum(fall, 0.0), np.zeros(()), np.asarray(bound), "fall of the performance and 0")


def expected_difference(mdp: TabularMDP, policy: Array, moved: Array) -> Array:
    """η(π') − η(π)."""
    return np.asarray(performance(mdp, moved) - performance(mdp, policy))
