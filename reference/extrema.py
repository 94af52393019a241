"""The smaller and the larger of two numbers, rigorous for balls that overlap.

NumPy's minimum of two objects is one of them, chosen by ``<``; of two overlapping balls neither need contain the
minimum. Here the result does.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
from flint import arb

from .arithmetic import Arithmetic, Array, arithmetic_of, ball

__all__ = ["clip", "largest", "maximum", "minimum"]


def minimum(left: Array, right: Array) -> Array:
    """min(x, y), entry by entry; shapes broadcast."""
    if arithmetic_of(left, right) is Arithmetic.BALL:
        return np.asarray(_MINIMUM(ball(left), ball(right)))
    return np.asarray(np.minimum(left, right))


def maximum(left: Array, right: Array) -> Array:
    """max(x, y), entry by entry; shapes broadcast."""
    if arithmetic_of(left, right) is Arithmetic.BALL:
        return np.asarray(_MAXIMUM(ball(left), ball(right)))
    return np.asarray(np.maximum(left, right))


def clip(x: Array, low: Array, high: Array) -> Array:
    """min(max(x, low), high): NumPy's and torch's reading, which is ``high`` wherever low > high."""
    return minimum(maximum(x, low), high)


def largest(x: Array) -> Array:
    """max_i x_i over the last axis."""
    return np.asarray(reduce(maximum, np.moveaxis(np.asarray(x), -1, 0)))


def _arb_minimum(left: arb, right: arb) -> Any:
    return left.min(right)


def _arb_maximum(left: arb, right: arb) -> Any:
    return left.max(right)


_MINIMUM = np.frompyfunc(_arb_minimum, 2, 1)
_MAXIMUM = np.frompyfunc(_arb_maximum, 2, 1)
