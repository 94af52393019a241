"""Gradient ascent on PPO's clipped objective."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, ball, exact, floating, precision
from ...reference.natural_gradient.gradient import batch_policy_gradient
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from ..tables import BITS, exact_policy
from .ascent import Replay, replay
from .capabilities import PPO_STEP
from .strategies import AscentBatch, ascents, shifted, twice

__all__: list[str] = []

PPO_2017 = "Schulman, Wolski, Dhariwal, Radford, Klimov (2017), Proximal policy optimization algorithms"


@statement(
    PPO_STEP,
    kind=Class.DEFINITION,
    formula=r"\theta_{k+1} = \theta_k + \alpha \nabla_\theta \frac1B \sum_i \min(\rho_i \hat A_i, "
    r"\operatorname{clip}(\rho_i, 1-\epsilon, 1+\epsilon) \hat A_i),\quad \rho_i = \pi_{\theta_k} / \pi_{\theta_0}",
    sources=(f"{PPO_2017}, eq. 7 and algorithm 1",),
    claims=("ppo-min-objective", "ppo-clip-gradient-table", "ppo-pipeline-stored-old"),
    rejects="reference-follows-the-policy",
)
def is_gradient_ascent_on_the_clipped_objective(subject: Subject, case: AscentBatch) -> Comparison:
    """Each epoch adds α times the gradient of the mean clipped objective, ratios taken against the first policy.

    A state in which rounding may take a ratio to either side of a kink on the way is left out from there on.
    """
    return beside(replay(subject, case), step_of(subject, case), "new logits and replayed ascent")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"K = 1:\quad \theta' = \theta + \alpha \frac1B \sum_i \hat A_i \nabla \log\pi_\theta(a_i|s_i)",
    sources=(f"{PPO_2017}, section 3",),
    claims=("ppo-first-minibatch-gradient",),
    rejects="gradient-summed",
    cases=lambda dtype: ascents(dtype, max_epochs=1),
)
def one_epoch_is_a_policy_gradient_step(subject: Subject, case: AscentBatch) -> Comparison:
    """Where the policy has not moved yet nothing is clipped: the first epoch follows the plain policy gradient."""
    case = replace(case, epochs=1)
    with precision(BITS):
        columns = case.states, case.actions, ball(case.advantages)
        gradient = batch_policy_gradient(exact_policy(case.logits), *columns)
        expected = ball(case.logits) + case.learning_rate * gradient
    known = Replay(expected, replay(subject, case).error)
    return beside(known, step_of(subject, case), "new logits and policy gradient step")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"K = 1:\quad d(2\alpha) = 2\, d(\alpha)",
    sources=(f"{PPO_2017}, algorithm 1: stochastic gradient ascent",),
    rejects="signs-of-the-gradient",
    cases=lambda dtype: ascents(dtype, max_epochs=1),
)
def one_epoch_is_linear_in_the_learning_rate(subject: Subject, case: AscentBatch) -> Comparison:
    """Twice the learning rate is twice the change of the logits."""
    case = replace(case, epochs=1)
    double = replace(case, learning_rate=2 * case.learning_rate)
    logits = floating(case.logits)
    once, twofold = step_of(subject, case) - logits, step_of(subject, double) - logits
    bound = 2 * replay(subject, case).error + replay(subject, double).error
    return Comparison(twofold, 2 * once, bound, "change at twice the learning rate and twice the change")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"\theta'(2\hat A, \alpha/2) = \theta'(\hat A, \alpha)",
    sources=(f"{PPO_2017}, eq. 7: the objective is homogeneous in the advantages",),
    rejects="advantages-normalised",
)
def advantages_and_learning_rate_trade_off(subject: Subject, case: AscentBatch) -> Comparison:
    """Advantages twice as large with half the learning rate go the same way: they are used as given."""
    other = replace(case, advantages=2 * case.advantages, learning_rate=case.learning_rate / 2)
    return alike(subject, case, other, step_of(subject, other), "logits for (2Â, α/2) and for (Â, α)")


@statement(
    PPO_STEP,
    kind=Class.DEFINITION,
    formula=r"\hat A = 0 \;\Rightarrow\; \theta' = \theta",
    sources=(f"{PPO_2017}, eq. 7",),
    rejects="entropy-bonus",
)
def stays_where_all_advantages_are_zero(subject: Subject, case: AscentBatch) -> Comparison:
    """Without an advantage nothing pulls: there is no entropy bonus, decay or noise."""
    still = replace(case, advantages=0 * case.advantages)
    logits = floating(case.logits)
    bound = np.broadcast_to(4 * subject.unit_roundoff * np.abs(logits).max(axis=-1, keepdims=True), logits.shape)
    return Comparison(step_of(subject, still), logits, bound, "logits after and before")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"s \notin \{s_i\} \;\Rightarrow\; \theta'(s, \cdot) = \theta(s, \cdot)",
    sources=("the seam: expectations are means over the rows",),
    rejects="every-state-takes-the-mean-step",
)
def unvisited_states_stay_put(subject: Subject, case: AscentBatch) -> Comparison:
    """The logits of a state that no row of the batch visits stay as they are."""
    rows = np.bincount(case.states, minlength=len(case.logits)) == 0
    logits = floating(case.logits)[rows]
    bound = np.broadcast_to(4 * subject.unit_roundoff * np.abs(logits).max(axis=-1, keepdims=True), logits.shape)
    return Comparison(step_of(subject, case)[rows], logits, bound, "logits of unvisited states after and before")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"\sum_a \theta'(s, a) = \sum_a \theta(s, a)",
    sources=("Williams (1992), Simple statistical gradient-following algorithms: scores of a softmax sum to 0",),
    rejects="logits-for-log-probabilities",
)
def the_sum_of_the_logits_of_a_state_stays(subject: Subject, case: AscentBatch) -> Comparison:
    """A softmax does not feel a constant, so no gradient adds one."""
    known, got = replay(subject, case), step_of(subject, case)
    with np.errstate(invalid="ignore"):
        sums = got.sum(axis=-1)
    expected = floating(case.logits.sum(axis=-1))
    return Comparison(sums, expected, known.error.sum(axis=-1), "sums of the logits of each state after and before")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"\theta'(x_\sigma) = \theta'(x)",
    sources=(f"{PPO_2017}, eq. 7",),
    rejects="last-row-left-out",
)
def rows_may_stand_in_any_order(subject: Subject, case: AscentBatch) -> Comparison:
    """Turning the batch round changes nothing."""
    other = case.rows(slice(None, None, -1))
    return alike(subject, case, other, step_of(subject, other), "logits for the batch turned round and the batch")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"\theta'(x \cup x) = \theta'(x)",
    sources=("expectations are means over the rows, repetitions counted",),
    rejects="gradient-summed",
)
def a_batch_twice_over_is_the_same_batch(subject: Subject, case: AscentBatch) -> Comparison:
    """The objective is a mean: every row twice changes nothing."""
    other = case.rows(twice(case.size))
    return alike(subject, case, other, step_of(subject, other), "logits for the batch twice over and the batch")


@statement(
    PPO_STEP,
    kind=Class.THEOREM,
    formula=r"\theta'(\theta + c(s)) = \theta'(\theta) + c(s)",
    sources=(f"{PPO_2017}, eq. 7: the objective depends on π alone",),
    rejects="logits-for-log-probabilities",
)
def a_constant_in_the_logits_of_a_state_does_not_matter(subject: Subject, case: AscentBatch) -> Comparison:
    """Logits that mean the same policy get the same change."""
    other = replace(case, logits=shifted(case.logits))
    back = step_of(subject, other) - floating(other.logits - case.logits)
    return alike(subject, case, other, back, "logits from (θ + c) − c and from θ")


def step_of(subject: Subject, case: AscentBatch) -> Array:
    """The new logits."""
    return PPO_STEP.results(subject, case)[0]


def beside(known: Replay, got: Array, what: str) -> Comparison:
    """Logits beside a replay, the states left out that it lost: neither number means anything there."""
    finite = np.isfinite(known.error)
    expected = np.where(finite, known.logits, exact(0).item())
    return Comparison(got, expected, known.error, what)


def alike(subject: Subject, case: AscentBatch, other: AscentBatch, got: Array, what: str) -> Comparison:
    """The logits of two batches that mean the same."""
    bound = replay(subject, case).error + replay(subject, other).error
    return Comparison(got, step_of(subject, case), bound, what)
