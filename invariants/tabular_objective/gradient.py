"""The policy gradient of a batch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..lattice import numbers, table
from ..subject import Subject
from ..tables import FAR, shifts, whole_and_halves
from .capabilities import POLICY_GRADIENT, exact_gradient, gradient_bound, surrogate_bound
from .strategies import GradientBatch, SurrogateBatch, gradients

WILLIAMS = "Williams (1992), Simple statistical gradient-following algorithms, section 4"
SUTTON = "Sutton, McAllester, Singh, Mansour (2000), Policy gradient methods for reinforcement learning"
AGARWAL = "Agarwal, Kakade, Lee, Mahajan (2021), On the theory of policy gradient methods, lemma 40"
STEP = {"float32": "1/32", "float64": "1/16384"}
"""h of a central difference: its remainder, of order h², about as large as the rounding, of order u/h."""


@dataclass(frozen=True, eq=False, repr=False)
class SlopeBatch(GradientBatch):
    """A batch and a direction in which to move the logits, ``[S, A]``."""

    direction: Array


@st.composite
def slopes(draw: st.DrawFn, dtype: str = "float64") -> SlopeBatch:
    """A batch with a direction of small numbers."""
    batch = draw(gradients(dtype))
    direction = draw(numbers(batch.logits.shape, table([1, 0, -1, "1/2", "-1/2"])))
    return SlopeBatch(**vars(batch), direction=direction)


@statement(
    POLICY_GRADIENT,
    kind=Class.DEFINITION,
    formula=r"g(s, b) = \frac1B \sum_i 1[s_i = s]\, \hat A_i\, (1[a_i = b] - \pi(b|s))",
    sources=(WILLIAMS,),
    claims=("softmax-linear-policy",),
    rejects="descent-for-ascent",
)
def equals_the_exact_gradient(subject: Subject, case: GradientBatch) -> Comparison:
    """The gradient of mean log π(a|s) Â is the mean of score times advantage, in the direction of ascent."""
    (got,) = POLICY_GRADIENT.results(subject, case)
    return Comparison(got, exact_gradient(case), gradient_bound(subject, case), "gradient and mean score times Â")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"\sum_b g(s, b) = 0",
    sources=(AGARWAL,),
    claims=("softmax-linear-policy",),
    rejects="score-without-its-mean",
)
@np.errstate(invalid="ignore", over="ignore")
def rows_sum_to_zero(subject: Subject, case: GradientBatch) -> Comparison:
    """A constant added to all logits of a state changes nothing, so the gradient has no part along it."""
    (got,) = POLICY_GRADIENT.results(subject, case)
    bound = gradient_bound(subject, case).sum(axis=-1)
    return Comparison(got.sum(axis=-1), np.zeros(len(got)), bound, "sum over the actions of a state and 0")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"s \notin \{s_1, \dots, s_B\} \;\Rightarrow\; g(s, \cdot) = 0",
    sources=(WILLIAMS,),
    rejects="next-state-for-state",
)
def unvisited_states_get_zero(subject: Subject, case: GradientBatch) -> Comparison:
    """Where the batch has no row, the gradient is exactly zero."""
    (got,) = POLICY_GRADIENT.results(subject, case)
    unvisited = got[np.setdiff1d(np.arange(len(got)), case.states)]
    zeros = np.zeros(unvisited.shape)
    return Comparison(unvisited, zeros, zeros, "gradient at unvisited states and 0")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"B g = B_1 g_1 + B_2 g_2",
    sources=(WILLIAMS,),
    rejects="advantages-standardised",
    cases=partial(gradients, min_size=2),
)
def additive_over_a_split_of_the_batch(subject: Subject, case: GradientBatch) -> Comparison:
    """The gradient of a batch is the weighted mean of the gradients of its parts."""
    return whole_and_halves(POLICY_GRADIENT, gradient_bound, subject, case, "gradient of the batch and of its halves")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"g(x_\sigma) = g(x)",
    sources=(WILLIAMS,),
    rejects="last-row-dropped",
)
def rows_may_stand_in_any_order(subject: Subject, case: GradientBatch) -> Comparison:
    """Turning the batch round leaves the gradient alone."""
    (got,) = POLICY_GRADIENT.results(subject, case)
    (turned,) = POLICY_GRADIENT.results(subject, case.rows(slice(None, None, -1)))
    return Comparison(got, turned, 2 * gradient_bound(subject, case), "batch and batch turned round")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"g(x, x) = g(x)",
    sources=(WILLIAMS,),
    rejects="sum-for-mean",
)
def a_batch_twice_over_changes_nothing(subject: Subject, case: GradientBatch) -> Comparison:
    """The gradient is a mean: every row counted twice gives the same."""
    twice = case.rows(np.tile(np.arange(case.size), 2))
    (got,) = POLICY_GRADIENT.results(subject, twice)
    (once,) = POLICY_GRADIENT.results(subject, case)
    bound = gradient_bound(subject, twice) + gradient_bound(subject, case)
    return Comparison(got, once, bound, "every row twice and once")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"g(\hat A + \hat A') = g(\hat A) + g(\hat A')",
    sources=(WILLIAMS,),
    rejects="advantages-standardised",
    cases=partial(gradients, wide=False),
)
@np.errstate(invalid="ignore", over="ignore")
def linear_in_the_advantages(subject: Subject, case: GradientBatch) -> Comparison:
    """The gradient of a sum of advantages is the sum of the gradients: they are used as given."""
    other = replace(case, advantages=case.advantages[::-1] + exact(1))
    both = replace(case, advantages=case.advantages + other.advantages)
    (got,) = POLICY_GRADIENT.results(subject, both)
    apart = sum(POLICY_GRADIENT.results(subject, part)[0] for part in (case, other))
    bound = 2 * sum(gradient_bound(subject, part) for part in (case, other, both))
    return Comparison(got, np.asarray(apart), np.asarray(bound), "gradient of a sum and sum of gradients")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"g(\theta + c_s) = g(\theta)",
    sources=(AGARWAL,),
    claims=("softmax-linear-policy",),
    rejects="logits-clamped",
)
def logits_may_be_shifted(subject: Subject, case: GradientBatch) -> Comparison:
    """A constant added to all logits of a state leaves the policy, and so the gradient, alone."""
    shifted = replace(case, logits=case.logits + shifts(len(case.logits)))
    (got,) = POLICY_GRADIENT.results(subject, shifted)
    (before,) = POLICY_GRADIENT.results(subject, case)
    bound = gradient_bound(subject, case) + gradient_bound(subject, shifted)
    return Comparison(got, before, bound, "shifted logits and plain ones")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"|\theta| \le 10^4:\quad g(s, b) = \frac1B \sum_i 1[s_i = s]\, \hat A_i\, (1[a_i = b] - \pi(b|s))",
    sources=(WILLIAMS,),
    rejects="softmax-without-a-shift",
    cases=partial(gradients, values=FAR),
)
def far_logits_do_no_harm(subject: Subject, case: GradientBatch) -> Comparison:
    """Logits beyond the range of the exponential, and policies that are all but certain, give the exact gradient."""
    (got,) = POLICY_GRADIENT.results(subject, case)
    return Comparison(got, exact_gradient(case), gradient_bound(subject, case), "gradient at far logits")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"\frac1A \sum_a \nabla\log\pi(a|s)\, c = 0 \quad\text{for } \pi(\cdot|s) = \tfrac1A",
    sources=(f"{SUTTON}, section 2", WILLIAMS),
    claims=("baseline-zero-mean",),
    rejects="score-without-its-mean",
)
def a_baseline_cancels_in_the_mean(subject: Subject, case: GradientBatch) -> Comparison:
    """Of a uniform policy, every action once with the same advantage, the gradient is zero."""
    states, actions = case.logits.shape
    uniform = replace(
        case,
        logits=0 * case.logits + shifts(states),
        states=np.repeat(np.arange(states), actions),
        actions=np.tile(np.arange(actions), states),
        advantages=np.repeat(case.advantages[np.arange(states) % case.size], actions),
    )
    (got,) = POLICY_GRADIENT.results(subject, uniform)
    return Comparison(got, np.zeros(got.shape), gradient_bound(subject, uniform), "gradient of a constant and 0")


@statement(
    POLICY_GRADIENT,
    kind=Class.THEOREM,
    formula=r"\Bigl|g^\top v - \frac{L(\theta + hv) - L(\theta - hv)}{2h}\Bigr|"
    r"\le \frac{h^2}{3B} \sum_i |\hat A_i| R_i^3 e^{hR_i}, \quad R_i = \max_a v(s_i, a) - \min_a v(s_i, a)",
    sources=("Schulman, Levine, Moritz, Jordan, Abbeel (2015), Trust region policy optimization, eq. 4",),
    claims=("surrogate-gradient-match",),
    rejects="descent-for-ascent",
    cases=slopes,
    needs=("surrogate",),
)
@np.errstate(invalid="ignore", over="ignore")
def is_the_gradient_of_its_own_surrogate(subject: Subject, case: SlopeBatch) -> Comparison:
    """Along any direction, the slope of the surrogate at equality is the policy gradient.

    With d = v(a) − E_t v, the third derivative of t ↦ π_t(a)/π(a) is that ratio times d³ − 3 d Var_t v − κ₃, at most
    R³ (1 + ¾ + 1/(6√3)) < 2R³, and the ratio is at most e^{hR}; a central difference is off by h²/6 of it.
    """
    step = exact(STEP[subject.dtype])
    (gradient,) = POLICY_GRADIENT.results(subject, case)
    direction, h, size = floating(case.direction), float(floating(step)), np.abs(floating(case.advantages))
    moved = [surrogate_case(case, case.logits + sign * step * case.direction) for sign in (1, -1)]
    values = [subject.call("surrogate", *vars(part).values(), shape=()) for part in moved]
    span = (direction.max(axis=-1) - direction.min(axis=-1))[case.states]
    remainder = (size * span**3 * np.exp(h * span)).mean() * h**2 / 3
    rounding = sum(surrogate_bound(subject, part) for part in moved) / (2 * h)
    rounding += (np.abs(direction) * gradient_bound(subject, case)).sum()
    slope = (values[0] - values[1]) / (2 * h)
    got = np.asarray((gradient * direction).sum())
    return Comparison(got, slope, np.asarray(remainder + rounding), "gᵀv and the slope of the surrogate along v")


def surrogate_case(case: GradientBatch, logits: Array) -> SurrogateBatch:
    """The batch with its own logits as the old ones, and others as the new."""
    return SurrogateBatch(logits, case.logits, case.states, case.actions, case.advantages)
