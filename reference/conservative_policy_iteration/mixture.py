"""The conservative update."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain

__all__ = ["mixture"]


@domain(old="... S A in Δ", partner="... S A in Δ", alpha="[0, 1]")
def mixture(old: Array, partner: Array, alpha: Scalar) -> Array:
    """π_new = (1−α) π_old + α π', anew at every visit of a state, ``[..., S, A]``.

    Not the policy that follows π' for a whole trajectory with probability α. Kakade and Langford (2002), eq. 4.1.

    Raises
    ------
    InvalidPolicyError: a row of either policy is not a probability distribution.
    ValueError: α is outside [0, 1].
    """
    return np.asarray((1 - alpha) * old + alpha * partner)
