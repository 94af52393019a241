"""A function of its arguments: nothing in changes, nothing out is shared, the same in gives the same out."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..comparison import Comparison
from ..invariant import Class
from ..subject import checked, prepared
from .estimator import Estimate, statement
from .strategies import Trajectories

SEAM = "the seam: purity"


@statement(
    kind=Class.DEFINITION,
    formula=r"x \text{ after } f(x) = x \text{ before}",
    sources=(SEAM,),
    rejects="inputs-overwritten",
)
def leaves_its_inputs_unchanged(estimate: Estimate, case: Trajectories) -> Comparison:
    """The arrays that went in hold the same numbers afterwards, although they could be written to."""
    before = [np.array(prepared(array)) for array in case.batch]
    given = [array.copy() for array in before]
    estimate.raw(*given, **{name: prepared(value) for name, value in case.factors.items()})
    return same_bits(stacked(given), stacked(before), "inputs after and before the call")


@statement(
    kind=Class.DEFINITION,
    formula=r"f(x) = f(x)",
    sources=(SEAM,),
    rejects="answer-depends-on-the-call",
)
def same_inputs_same_bits(estimate: Estimate, case: Trajectories) -> Comparison:
    """Called twice with the same numbers, it returns the same bits."""
    return same_bits(estimate(case), estimate(case), "second call and first")


@statement(
    kind=Class.DEFINITION,
    formula=r"f(x) \text{ after } f(y) = f(x) \text{ before}",
    sources=(SEAM,),
    rejects="one-buffer-for-all-calls",
)
def a_result_outlives_later_calls(estimate: Estimate, case: Trajectories) -> Comparison:
    """A result stays as it was when the function is called again, and shares no memory with an input."""
    arrays = [prepared(array) for array in case.batch]
    factors = {name: prepared(value) for name, value in case.factors.items()}
    result = estimate.raw(*arrays, **factors)
    before = checked(result, estimate.capability, case.rewards.shape)
    shared = float(any(_overlap(result, array) for array in arrays))
    estimate.raw(*[prepared(1 - array if array.dtype != bool else ~array) for array in arrays], **factors)
    after = checked(result, estimate.capability, case.rewards.shape)
    return same_bits(
        np.append(after.ravel(), shared), np.append(before.ravel(), 0.0), "result after and before another call"
    )


@statement(
    kind=Class.DEFINITION,
    formula=r"f : \mathbb R^{T\times N} \to \mathbb R^{T\times N}, \text{ finite}",
    sources=("the seam: results",),
    rejects="not-a-number-after-an-ending",
)
def returns_finite_numbers_of_its_shape(estimate: Estimate, case: Trajectories) -> Comparison:
    """The result is a real array [T, N] and finite; where the inputs are, nothing can overflow."""
    finite = np.isfinite(estimate(case)).astype(float)
    return same_bits(finite, np.ones_like(finite), "finite entries and all entries")


def same_bits(got: Any, expected: Any, what: str) -> Comparison:
    """Equality to the last bit; NaN equals NaN here, where only sameness is asked."""
    both_nan = np.isnan(got) & np.isnan(expected)
    return Comparison(np.where(both_nan, 0, got), np.where(both_nan, 0, expected), np.zeros(np.shape(got)), what)


def stacked(arrays: list[Any]) -> Any:
    """Five arrays as one in float64."""
    return np.stack([np.asarray(array, dtype=np.float64) for array in arrays])


def _overlap(result: Any, array: Any) -> bool:
    return isinstance(result, np.ndarray) and bool(np.shares_memory(result, array))
