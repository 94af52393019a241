"""The value of the loss, and the conventions that it follows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import exact, floating
from ...reference.ppo import value_loss
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import VALUE_LOSS, followed, gradient_bound, kinks, loss_bound
from .strategies import ValueBatch, batches

BASELINES_2017 = "Dhariwal et al. (2017), OpenAI Baselines, ppo2/model.py"
DETAILS_2022 = "Huang et al. (2022), The 37 implementation details of proximal policy optimization"
ENGSTROM_2020 = "Engstrom et al. (2020), Implementation matters in deep policy gradients"
PPO_2017 = "Schulman, Wolski, Dhariwal, Radford, Klimov (2017), Proximal policy optimization algorithms"


@statement(
    VALUE_LOSS,
    kind=Class.DEFINITION,
    formula=r"\epsilon \text{ absent}:\quad L = \frac{c}{B} \sum_i (V_i - y_i)^2",
    sources=(f"{PPO_2017}, eq. 9",),
    claims=("ppo-critic-rewrite",),
    rejects="every-pair-of-rows",
)
def equals_the_mean_squared_error(subject: Subject, case: ValueBatch) -> Comparison:
    """Without a clip range the loss is the mean squared error, times one factor c."""
    case = replace(case, clip_range=None)
    follows = followed(subject)
    got, _ = VALUE_LOSS.results(subject, case)
    bound = np.asarray(loss_bound(case, subject, follows.scale))
    return Comparison(got, np.asarray(follows.loss(case)), bound, f"loss and mean squared error with {follows}")


@statement(
    VALUE_LOSS,
    kind=Class.CONVENTION,
    formula=r"L = \frac{c}{B} \sum_i \max\big((V_i - y_i)^2, (V^{clip}_i - y_i)^2\big) \;\text{ or }\;"
    r"\frac{c}{B} \sum_i (V^{clip}_i - y_i)^2, \quad "
    r"V^{clip} = V_{old} + \operatorname{clip}(V - V_{old}, \pm\epsilon)",
    sources=(f"{ENGSTROM_2020}, section 2", f"{DETAILS_2022}, detail 9", BASELINES_2017),
    claims=("ppo-critic-max", "ppo-critic-clip-v1"),
    rejects="smaller-of-both-errors",
    cases=lambda dtype: batches(dtype, clipped=True),
)
def clipped_loss_follows_one_form(subject: Subject, case: ValueBatch) -> Comparison:
    """With a clip range the larger of both errors counts, or the clipped one alone: one of these in every batch."""
    follows = followed(subject)
    got, _ = VALUE_LOSS.results(subject, case)
    bound = np.asarray(loss_bound(case, subject, follows.scale))
    return Comparison(
        got, np.asarray(follows.loss(case)), bound, f"loss and clipped form with {follows}", follows.named
    )


@statement(
    VALUE_LOSS,
    kind=Class.CONVENTION,
    formula=r"V = V_{old}:\quad L = \frac{c}{B} \sum_i (V_i - y_i)^2, \;"
    r"\frac{\partial L}{\partial V_i} = \frac{2c}{B} (V_i - y_i) \quad\text{with } \epsilon \text{ and without}",
    sources=(f"{DETAILS_2022}, detail 9", BASELINES_2017),
    claims=("ppo-critic-max",),
    rejects="half-in-the-clipped-loss-alone",
    cases=lambda dtype: batches(dtype, clipped=True),
)
def one_factor_scales_loss_and_gradient(subject: Subject, case: ValueBatch) -> Comparison:
    """Where the critic has not moved, loss and gradient are those of the mean squared error, times the same factor."""
    case = replace(case, values=case.old_values)
    plain, follows = replace(case, clip_range=None), followed(subject)
    got = np.concatenate([VALUE_LOSS.row(subject, plain), VALUE_LOSS.row(subject, case)])
    expected = np.append(follows.gradients(plain)[0][::-1], follows.loss(plain))[::-1]
    bound = np.append(loss_bound(case, subject, follows.scale), gradient_bound(case, subject, follows.scale))
    return Comparison(
        got,
        np.tile(expected, 2),
        np.tile(bound, 2),
        f"results at V = V_old, plain and clipped, with {follows}",
        {"value_loss_scale": (follows.scale,)},
    )


@statement(
    VALUE_LOSS,
    kind=Class.THEOREM,
    formula=r"L \ge \frac{c}{B} \sum_i (V^{clip}_i - y_i)^2",
    sources=(f"{ENGSTROM_2020}, section 2", f"{DETAILS_2022}, detail 9"),
    claims=("ppo-critic-max",),
    rejects="smaller-of-both-errors",
    cases=lambda dtype: batches(dtype, clipped=True),
)
def never_below_the_clipped_error(subject: Subject, case: ValueBatch) -> Comparison:
    """Clipping the value never makes the loss smaller than the clipped error: a critic gains nothing by it."""
    follows = followed(subject)
    least = exact(follows.scale) * value_loss(*case.arrays, clip_range=case.clip_range, form="clipped")
    got, _ = VALUE_LOSS.results(subject, case)
    below = np.maximum(floating(least) - got, 0.0)
    bound = np.asarray(loss_bound(case, subject, follows.scale))
    return Comparison(np.asarray(below), np.zeros(()), bound, f"shortfall from the clipped error and 0, {follows}")


@statement(
    VALUE_LOSS,
    kind=Class.THEOREM,
    formula=r"B L = B_1 L_1 + B_2 L_2, \quad B \nabla L = (B_1 \nabla L_1, B_2 \nabla L_2)",
    sources=(f"{PPO_2017}, eq. 9",),
    rejects="sum-of-micro-batch-means",
    cases=lambda dtype: batches(dtype, min_size=2),
)
def additive_over_a_split_of_the_batch(subject: Subject, case: ValueBatch) -> Comparison:
    """The loss of a batch is the weighted mean of the losses of its parts, and its gradient is theirs side by side."""
    scale, cut = followed(subject).scale, case.size // 2
    parts = [case.part(slice(None, cut)), case.part(slice(cut, None))]
    weights = [part.size / case.size for part in parts]
    rows = [VALUE_LOSS.row(subject, part) * weight for part, weight in zip(parts, weights, strict=True)]
    apart = np.concatenate([[rows[0][0] + rows[1][0]], rows[0][1:], rows[1][1:]])
    losses = [loss_bound(part, subject, scale) * weight for part, weight in zip(parts, weights, strict=True)]
    loss = loss_bound(case, subject, scale) + sum(losses)
    bound = 2 * np.append(loss, 2 * gradient_bound(case, subject, scale))
    return Comparison(VALUE_LOSS.row(subject, case), apart, bound, "batch and its halves, loss first")


@statement(
    VALUE_LOSS,
    kind=Class.THEOREM,
    formula=r"L(x_\sigma) = L(x), \quad \nabla L(x_\sigma) = (\nabla L(x))_\sigma",
    sources=(f"{PPO_2017}, eq. 9",),
    rejects="last-row-left-out",
)
def rows_may_stand_in_any_order(subject: Subject, case: ValueBatch) -> Comparison:
    """Turning the batch round turns the gradient round and leaves the loss alone."""
    scale = followed(subject).scale
    loss, gradient = VALUE_LOSS.results(subject, case)
    turned_loss, turned = VALUE_LOSS.results(subject, case.part(slice(None, None, -1)))
    got, expected = np.append(loss, gradient), np.append(turned_loss, turned[::-1])
    bound = 2 * np.append(loss_bound(case, subject, scale), gradient_bound(case, subject, scale))
    return Comparison(got, expected, bound, "batch and batch turned round, loss first")


@statement(
    VALUE_LOSS,
    kind=Class.THEOREM,
    formula=r"L(V + b, V_{old} + b, y + b) = L(V, V_{old}, y)",
    sources=(f"{ENGSTROM_2020}, section 2",),
    claims=("ppo-critic-clip-v1",),
    rejects="clipped-around-zero",
    cases=lambda dtype: batches(dtype, coarse=True),
)
def adding_a_constant_to_everything_changes_nothing(subject: Subject, case: ValueBatch) -> Comparison:
    """Only differences count: values, old values and returns may move together. Kinks may fall to either side."""
    scale, constant = followed(subject).scale, exact(64).item()
    values, old_values, returns = (part + constant for part in case.arrays)
    moved = ValueBatch(values, old_values, returns, case.clip_range)
    either = kinks(case, subject) | kinks(moved, subject)
    bound = np.append(loss_bound(case, subject, scale), gradient_bound(case, subject, scale))
    bound += np.append(loss_bound(moved, subject, scale), gradient_bound(moved, subject, scale))
    bound[1:][either] = np.inf
    got, expected = VALUE_LOSS.row(subject, moved), VALUE_LOSS.row(subject, case)
    return Comparison(got, expected, bound, "batch moved by 64 and batch, loss first")


@statement(
    VALUE_LOSS,
    kind=Class.THEOREM,
    formula=r"L(\tfrac V2, \tfrac{V_{old}}2, \tfrac y2; \tfrac\epsilon2) = \tfrac14 L(V, V_{old}, y; \epsilon)",
    sources=(f"{ENGSTROM_2020}, section 2",),
    rejects="error-clipped-in-place-of-the-value",
)
def halving_everything_quarters_the_loss(subject: Subject, case: ValueBatch) -> Comparison:
    """Loss and gradient are homogeneous of the second and first degree; halving a number rounds nothing."""
    scale = followed(subject).scale
    clip_range = None if case.clip_range is None else case.clip_range / 2
    values, old_values, returns = (part / 2 for part in case.arrays)
    half = ValueBatch(values, old_values, returns, clip_range)
    loss, gradient = VALUE_LOSS.results(subject, case)
    got, expected = VALUE_LOSS.row(subject, half), np.append(loss / 4, gradient / 2)
    bound = 2 * np.append(loss_bound(half, subject, scale), gradient_bound(half, subject, scale))
    bound[1:][kinks(case, subject)] = np.inf
    return Comparison(got, expected, bound, "halved batch and batch, loss first")
