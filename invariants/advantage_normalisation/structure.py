"""What a normalisation leaves alone."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import exact, floating
from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import NORMALIZE_ADVANTAGES, deviation, followed, result_bound
from .moments import DETAILS_2022
from .strategies import AdvantageBatch, batches

SHIFT = {"float32": 2**10, "float64": 2**20}
"""What may be added to small numbers of few digits without rounding, large enough to drown their squares."""
FACTOR = 2**10


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.THEOREM,
    formula=r"\hat A_i \ge \hat A_j \;\Rightarrow\; z_i \ge z_j",
    sources=(f"{DETAILS_2022}, detail 7",),
    claims=("ppo-advantage-normalisation",),
    rejects="every-step-its-own-batch",
)
def keeps_the_order(subject: Subject, case: AdvantageBatch) -> Comparison:
    """The better of two actions stays the better one.

    Subtracting one number and dividing by another are monotone even in rounded arithmetic; a quotient by way of a
    reciprocal may be off by 4u.
    """
    got = NORMALIZE_ADVANTAGES.row(subject, case)
    order = np.argsort(floating(case.advantages), kind="stable")
    rising = got[order]
    equal = floating(case.advantages)[order][1:] == floating(case.advantages)[order][:-1]
    with np.errstate(invalid="ignore"):
        steps = np.diff(rising)
    wrong = np.where(equal, np.abs(steps), np.maximum(-steps, 0.0))
    bound = 4 * subject.unit_roundoff * (np.abs(rising[1:]) + np.abs(rising[:-1]))
    return Comparison(wrong, np.zeros_like(wrong), bound, "steps down while advantages rise, and 0")


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.THEOREM,
    formula=r"z(\hat A + b) = z(\hat A)",
    sources=(f"{DETAILS_2022}, detail 7",),
    claims=("ppo-advantage-normalisation",),
    rejects="variance-as-difference-of-moments",
    cases=lambda dtype: batches(dtype, centred=True),
)
def adding_a_constant_changes_nothing(subject: Subject, case: AdvantageBatch) -> Comparison:
    """A constant added to all advantages cancels: the variance is that of centred numbers, not E[x²] − m²."""
    ddof = followed(subject).ddof
    moved = AdvantageBatch(case.advantages + exact(SHIFT[subject.dtype]))
    got, expected = NORMALIZE_ADVANTAGES.row(subject, moved), NORMALIZE_ADVANTAGES.row(subject, case)
    bound = result_bound(moved, subject, ddof) + result_bound(case, subject, ddof)
    return Comparison(got, expected, bound, f"batch moved by {SHIFT[subject.dtype]} and batch")


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.THEOREM,
    formula=r"z(c \hat A) = z(\hat A), \quad c > 0, \text{ up to } \epsilon / s",
    sources=(f"{DETAILS_2022}, detail 7",),
    claims=("ppo-advantage-normalisation",),
    rejects="computed-but-not-used",
)
def a_change_of_units_changes_nothing(subject: Subject, case: AdvantageBatch) -> Comparison:
    """Multiplying all advantages by 1024, which rounds nothing, moves the result by no more than ε ÷ spread allows."""
    follows = followed(subject)
    scaled = AdvantageBatch(case.advantages * FACTOR)
    got, expected = NORMALIZE_ADVANTAGES.row(subject, scaled), NORMALIZE_ADVANTAGES.row(subject, case)
    spread = float(deviation(case, follows.ddof))
    epsilon = follows.largest / spread if spread else 0.0
    bound = 2 * result_bound(case, subject, follows.ddof) + epsilon * np.abs(np.where(np.isfinite(got), got, 0.0))
    return Comparison(got, expected, bound, f"batch times {FACTOR} and batch")


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.THEOREM,
    formula=r"z(\hat A_\sigma) = z(\hat A)_\sigma",
    sources=(f"{DETAILS_2022}, detail 7",),
    rejects="statistics-of-a-part",
)
def rows_may_stand_in_any_order(subject: Subject, case: AdvantageBatch) -> Comparison:
    """Turning the batch round turns the result round: every row counts alike in mean and spread."""
    got = NORMALIZE_ADVANTAGES.row(subject, case)
    turned = NORMALIZE_ADVANTAGES.row(subject, case.part(slice(None, None, -1)))
    bound = 2 * result_bound(case, subject, followed(subject).ddof)
    return Comparison(got, turned[::-1], bound, "batch and batch turned round")
