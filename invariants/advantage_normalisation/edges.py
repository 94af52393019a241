"""Batches that have no spread."""

from __future__ import annotations

import numpy as np

from ..comparison import Comparison
from ..invariant import Class, statement
from ..subject import Subject
from .capability import NORMALIZE_ADVANTAGES
from .moments import DETAILS_2022
from .strategies import AdvantageBatch, batches, constants


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.DEFINITION,
    formula=r"B = 1 \;\Rightarrow\; z_1 = 0",
    sources=(f"{DETAILS_2022}, detail 7",),
    rejects="standard-deviation-of-one-number",
    cases=lambda dtype: batches(dtype, max_size=1),
)
def a_batch_of_one_gives_zero(subject: Subject, case: AdvantageBatch) -> Comparison:
    """One number is its own mean: the result is 0, not the quotient of 0 and 0."""
    got = NORMALIZE_ADVANTAGES.row(subject, case)
    return Comparison(got, np.zeros(1), np.zeros(1), "result of one row and 0")


@statement(
    NORMALIZE_ADVANTAGES,
    kind=Class.DEFINITION,
    formula=r"\hat A_1 = \dots = \hat A_B \;\Rightarrow\; z = 0",
    sources=(f"{DETAILS_2022}, detail 7",),
    rejects="nothing-added-to-no-spread",
    cases=constants,
)
def a_constant_batch_gives_zeros(subject: Subject, case: AdvantageBatch) -> Comparison:
    """Where no action was better than another, none is preferred. The mean of powers of two is exact in any order."""
    got = NORMALIZE_ADVANTAGES.row(subject, case)
    return Comparison(got, np.zeros(case.size), np.zeros(case.size), "result of equal rows and 0")
