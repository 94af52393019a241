"""The gradient of the loss with respect to the values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...reference.arithmetic import Array, exact, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import VALUE_LOSS, Followed, followed, gradient_bound, kinks, loss_bound
from .loss import DETAILS_2022, ENGSTROM_2020, PPO_2017
from .strategies import ValueBatch, batches, held


@statement(
    VALUE_LOSS,
    kind=Class.DEFINITION,
    formula=r"\frac{\partial L}{\partial V_i} = \frac{2c}{B} (V_i - y_i)\;"
    r"[|V_i - V_{old,i}| < \epsilon \;\vee\; \text{the plain error counts}]",
    sources=(f"{ENGSTROM_2020}, section 2", f"{DETAILS_2022}, detail 9"),
    claims=("ppo-critic-max",),
    rejects="old-values-follow-the-critic",
)
def gradient_follows_the_case_table(subject: Subject, case: ValueBatch) -> Comparison:
    """Rows pull with twice their error inside the range, or where the plain error counts; the others do not.

    At a kink, or within rounding of one, anything between 0 and 2c(V − y)/B is accepted: there automatic
    differentiation mixes the slopes of the two errors.
    """
    follows = followed(subject)
    _, got = VALUE_LOSS.results(subject, case)
    expected, bound = admissible(follows, subject, case, got), gradient_bound(case, subject, follows.scale)
    return Comparison(got, expected, bound, f"gradient and case table with {follows}")


@statement(
    VALUE_LOSS,
    kind=Class.THEOREM,
    formula=r"|V_i - V_{old,i}| > \epsilon \wedge (V^{clip}_i - y_i)^2 > (V_i - y_i)^2"
    r"\;\Rightarrow\; \partial L / \partial V_i = 0",
    sources=(f"{ENGSTROM_2020}, section 2",),
    claims=("ppo-critic-max",),
    rejects="old-values-follow-the-critic",
    cases=lambda dtype: batches(dtype, clipped=True),
)
def flat_parts_have_no_gradient(subject: Subject, case: ValueBatch) -> Comparison:
    """Where the clipped error counts and the value is outside the range, the gradient is exactly zero."""
    follows = followed(subject)
    _, got = VALUE_LOSS.results(subject, case)
    below, above = follows.gradients(case)
    outside = abs(case.values - case.old_values) > case.clip_range
    flat = ~kinks(case, subject) & outside.astype(bool) & (below == 0).astype(bool) & (above == 0).astype(bool)
    zeros = np.zeros(int(flat.sum()))
    return Comparison(got[flat], zeros, zeros, f"gradient on flat parts and 0, with {follows}")


@statement(
    VALUE_LOSS,
    kind=Class.THEOREM,
    formula=r"L(V') - L(V) = \tfrac12 \big(\nabla L(V) + \nabla L(V')\big)^\top (V' - V)"
    r"\quad\text{where no row crosses a kink}",
    sources=(f"{PPO_2017}, eq. 9",),
    rejects="gradient-without-the-factor",
)
def gradient_is_the_derivative_of_the_loss(subject: Subject, case: ValueBatch) -> Comparison:
    """Between kinks the loss is quadratic, so the mean of the gradients at both ends of a step gives its rise exactly.

    Every row steps by ε/4, or 1/4; those that would cross a kink stay.
    """
    scale = followed(subject).scale
    stepped = (1 if case.clip_range is None else case.clip_range) / exact(4)
    moved = replace(case, values=held(case.values + stepped, subject.dtype))
    moved = replace(case, values=np.where(same_piece(case, moved, subject), moved.values, case.values))
    step = floating(moved.values - case.values)
    loss, gradient = VALUE_LOSS.results(subject, case)
    moved_loss, moved_gradient = VALUE_LOSS.results(subject, moved)
    bound = loss_bound(case, subject, scale) + loss_bound(moved, subject, scale)
    bound += float(step @ (gradient_bound(case, subject, scale) + gradient_bound(moved, subject, scale)))
    with np.errstate(invalid="ignore", over="ignore"):
        rise, along = moved_loss - loss, np.asarray(step @ (gradient + moved_gradient) / 2)
    return Comparison(rise, along, np.asarray(bound), "rise of the loss and its gradient times the step")


def admissible(follows: Followed, subject: Subject, case: ValueBatch, got: Array) -> Array:
    """The right derivative; near a kink, the nearest to ``got`` between 0 and 2c(V − y)/B."""
    below, above = follows.gradients(case)
    expected = np.array(below)
    full = 2 * exact(follows.scale) * (case.values - case.returns) / case.size
    near = kinks(case, subject) | (below != above).astype(bool)
    for row in np.flatnonzero(near):
        low, high = sorted((0.0, float(floating(full[row]))))
        nearest = float(np.clip(got[row], low, high)) if np.isfinite(got[row]) else 0.0
        expected[row] = exact(nearest).item()
    return expected


def same_piece(case: ValueBatch, moved: ValueBatch, subject: Subject) -> Array:
    """Rows that lie in the same part of the case table in both batches, whichever errors count."""
    near = kinks(case, subject) | kinks(moved, subject)
    return np.asarray(~near & (pieces(case) == pieces(moved)))


def pieces(case: ValueBatch) -> Array:
    """0 inside the range; outside ±1 where the clipped error is the larger, ±2 where the plain one is."""
    if case.clip_range is None:
        return np.zeros(case.size)
    move = floating(case.values - case.old_values)
    outside = (abs(case.values - case.old_values) > case.clip_range).astype(bool)
    anchored = case.old_values + np.where(move > 0, case.clip_range, -case.clip_range)
    plain_larger = ((case.values - case.returns) ** 2 > (anchored - case.returns) ** 2).astype(bool)
    return np.asarray(outside * np.sign(move) * np.where(plain_larger, 2, 1))
