"""The gradient of the loss with respect to the log-probabilities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, exact, floating, precision
from ...reference.ppo import policy_loss_gradients
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import BITS, POLICY_LOSS, exact_terms, gradient_bound, loss_bound, relative_error
from .loss import PPO_2017
from .strategies import PolicyBatch


@statement(
    POLICY_LOSS,
    kind=Class.DEFINITION,
    formula=r"\frac{\partial L}{\partial \log\pi_i} = -\frac{\rho_i \hat A_i}{B}\;"
    r"[\hat A_i > 0 \wedge \rho_i < 1+\epsilon \;\vee\; \hat A_i < 0 \wedge \rho_i > 1-\epsilon]",
    sources=(f"{PPO_2017}, figure 1",),
    claims=("ppo-clip-gradient-table",),
    rejects="reference-follows-the-policy",
)
def gradient_follows_the_case_table(subject: Subject, case: PolicyBatch) -> Comparison:
    """Rows inside the range, or outside on the side that makes the objective worse, pull; the others do not.

    At a kink, or within rounding of one, anything between the two one-sided derivatives is accepted.
    """
    _, got = POLICY_LOSS.results(subject, case)
    return Comparison(got, admissible(subject, case, got), gradient_bound(case, subject), "gradient and case table")


@statement(
    POLICY_LOSS,
    kind=Class.THEOREM,
    formula=r"\hat A_i > 0, \rho_i > 1+\epsilon \;\vee\; \hat A_i < 0, \rho_i < 1-\epsilon \;\vee\; \hat A_i = 0"
    r"\;\Rightarrow\; \partial L / \partial \log\pi_i = 0",
    sources=(f"{PPO_2017}, section 3",),
    claims=("ppo-clip-gradient-table",),
    rejects="no-clipping",
)
def flat_parts_have_no_gradient(subject: Subject, case: PolicyBatch) -> Comparison:
    """Where the clipped term is the smaller one, the gradient is exactly zero."""
    _, got = POLICY_LOSS.results(subject, case)
    below, above = exact_gradients(case)
    flat = ~near_kink(subject, case) & np.array([x == 0 and y == 0 for x, y in zip(below, above, strict=True)])
    zeros = np.zeros(int(flat.sum()))
    return Comparison(got[flat], zeros, zeros, "gradient on flat parts and 0")


@statement(
    POLICY_LOSS,
    kind=Class.THEOREM,
    formula=r"\rho = 1:\quad \frac{\partial L}{\partial \log\pi_i} = -\frac{\hat A_i}{B}",
    sources=(f"{PPO_2017}, section 3",),
    claims=("ppo-first-minibatch-gradient",),
    rejects="dual-clip-for-all-signs",
)
def at_ratio_one_is_the_policy_gradient(subject: Subject, case: PolicyBatch) -> Comparison:
    """The first gradient step of an iteration is the plain policy gradient."""
    case = replace(case, log_probs=case.old_log_probs)
    _, got = POLICY_LOSS.results(subject, case)
    expected = -case.advantages / exact(case.size)
    return Comparison(got, expected, gradient_bound(case, subject), "gradient at ρ = 1 and −Â/B")


@statement(
    POLICY_LOSS,
    kind=Class.THEOREM,
    formula=r"L(x_\sigma) = L(x), \quad \nabla L(x_\sigma) = (\nabla L(x))_\sigma",
    sources=(f"{PPO_2017}, eq. 7",),
    rejects="advantages-out-of-order",
)
def rows_may_stand_in_any_order(subject: Subject, case: PolicyBatch) -> Comparison:
    """Turning the batch round turns the gradient round and leaves the loss alone."""
    loss, gradient = POLICY_LOSS.results(subject, case)
    turned_loss, turned = POLICY_LOSS.results(subject, case.part(slice(None, None, -1)))
    got, expected = np.append(gradient, loss), np.append(turned[::-1], turned_loss)
    bound = 2 * np.append(gradient_bound(case, subject), loss_bound(case, subject))
    return Comparison(got, expected, bound, "batch and batch turned round")


@statement(
    POLICY_LOSS,
    kind=Class.THEOREM,
    formula=r"L(\log\pi, \log\pi_{old}, 2\hat A) = 2 L(\log\pi, \log\pi_{old}, \hat A)",
    sources=(f"{PPO_2017}, eq. 7",),
    rejects="ratio-times-advantage-clipped",
)
def doubling_advantages_doubles_loss_and_gradient(subject: Subject, case: PolicyBatch) -> Comparison:
    """Loss and gradient are homogeneous in the advantages."""
    doubled = replace(case, advantages=2 * case.advantages)
    loss, gradient = POLICY_LOSS.results(subject, case)
    twice_loss, twice = POLICY_LOSS.results(subject, doubled)
    bound = 2 * np.append(gradient_bound(doubled, subject), loss_bound(doubled, subject))
    with np.errstate(over="ignore"):
        expected = 2 * np.append(gradient, loss)
    return Comparison(np.append(twice, twice_loss), expected, bound, "doubled advantages and doubled result")


def exact_gradients(case: PolicyBatch) -> tuple[Array, Array]:
    """The one-sided derivatives, as balls."""
    with precision(BITS):
        return policy_loss_gradients(*case.arrays, clip_range=case.clip_range)


def near_kink(subject: Subject, case: PolicyBatch) -> Array:
    """Where rounding may put ρ on either side of 1 ± ε."""
    ratio = floating(exact_terms(case)[0])
    epsilon = float(floating(case.clip_range))
    slack = relative_error(case, subject)
    return np.asarray(
        (np.abs(ratio - (1 + epsilon)) <= (1 + epsilon) * slack) | (np.abs(ratio - (1 - epsilon)) <= ratio * slack)
    )


def admissible(subject: Subject, case: PolicyBatch, got: Array) -> Array:
    """The right derivative; near a kink, the nearest to ``got`` between 0 and −ρÂ/B."""
    below, above = exact_gradients(case)
    with precision(BITS):
        full = -exact_terms(case)[0] * case.advantages / case.size
    expected = np.where(np.array([x == 0 for x in below]), above, below)
    near = near_kink(subject, case) | np.array([(x == 0) != (y == 0) for x, y in zip(below, above, strict=True)])
    for row in np.flatnonzero(near):
        low, high = sorted((0.0, float(floating(full[row]))))
        nearest = float(np.clip(got[row], low, high)) if np.isfinite(got[row]) else 0.0
        expected[row] = exact(nearest).item()
    return np.asarray(expected)
