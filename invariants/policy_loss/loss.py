"""The value of the loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import exact, floating, precision
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import BITS, POLICY_LOSS, exact_terms, loss_bound
from .strategies import PolicyBatch, batches

PPO_2017 = "Schulman, Wolski, Dhariwal, Radford, Klimov (2017), Proximal policy optimization algorithms"


@statement(
    POLICY_LOSS,
    kind=Class.DEFINITION,
    formula=r"L = -\frac1B \sum_i \min(\rho_i \hat A_i, \operatorname{clip}(\rho_i, 1-\epsilon, 1+\epsilon) \hat A_i)",
    sources=(f"{PPO_2017}, eq. 7",),
    claims=("ppo-min-objective",),
    rejects="maximum-for-minimum",
)
def equals_the_minimum_form(subject: Subject, case: PolicyBatch) -> Comparison:
    """The loss is the negative mean of the smaller of the plain and the clipped term."""
    with precision(BITS):
        expected = -exact_terms(case)[1].sum() / case.size
    got, _ = POLICY_LOSS.results(subject, case)
    return Comparison(got, np.asarray(expected), np.asarray(loss_bound(case, subject)), "loss and minimum form")


@statement(
    POLICY_LOSS,
    kind=Class.THEOREM,
    formula=r"-L \le \frac1B \sum_i \rho_i \hat A_i",
    sources=(f"{PPO_2017}, section 3: a pessimistic bound",),
    claims=("ppo-pessimistic-bound",),
    rejects="maximum-for-minimum",
)
def never_above_the_plain_objective(subject: Subject, case: PolicyBatch) -> Comparison:
    """Clipping only ever takes away: the objective is a lower bound of the unclipped one."""
    with precision(BITS):
        plain = (exact_terms(case)[0] * case.advantages).sum() / case.size
    got, _ = POLICY_LOSS.results(subject, case)
    above = np.maximum(-got - floating(plain), 0.0)
    return Comparison(np.asarray(above), np.zeros(()), np.asarray(loss_bound(case, subject)), "excess over ρÂ and 0")


@statement(
    POLICY_LOSS,
    kind=Class.THEOREM,
    formula=r"\rho = 1:\quad L = -\frac1B \sum_i \hat A_i",
    sources=(f"{PPO_2017}, section 3",),
    claims=("ppo-first-minibatch-gradient",),
    rejects="mean-before-the-minimum",
)
def at_ratio_one_is_the_mean_advantage(subject: Subject, case: PolicyBatch) -> Comparison:
    """Where the policy has not moved, the loss is minus the mean advantage."""
    case = replace(case, log_probs=case.old_log_probs)
    got, _ = POLICY_LOSS.results(subject, case)
    expected = -case.advantages.sum() / exact(case.size)
    return Comparison(got, np.asarray(expected), np.asarray(loss_bound(case, subject)), "loss at ρ = 1 and −mean Â")


@statement(
    POLICY_LOSS,
    kind=Class.THEOREM,
    formula=r"B L = B_1 L_1 + B_2 L_2",
    sources=(f"{PPO_2017}, eq. 7",),
    rejects="mean-before-the-minimum",
    cases=lambda dtype: batches(dtype, min_size=2),
)
def additive_over_a_split_of_the_batch(subject: Subject, case: PolicyBatch) -> Comparison:
    """The loss of a batch is the weighted mean of the losses of its parts."""
    cut = case.size // 2
    first, second = case.part(slice(None, cut)), case.part(slice(cut, None))
    losses = [POLICY_LOSS.results(subject, part)[0] for part in (case, first, second)]
    apart = (losses[1] * first.size + losses[2] * second.size) / case.size
    bounds = [loss_bound(part, subject) for part in (case, first, second)]
    bound = bounds[0] + (bounds[1] * first.size + bounds[2] * second.size) / case.size
    return Comparison(losses[0], apart, np.asarray(2 * bound), "loss of the batch and of its halves")
