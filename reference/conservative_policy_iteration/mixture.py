"""The conservative update."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar
from ..tabular_mdp import InvalidPolicyError, validate_distribution

__all__ = ["mixture"]


def mixture(old: Array, partner: Array, alpha: Scalar) -> Array:
    """π_new = (1−α) π_old + α π', anew at every visit of a state, ``[..., S, A]``.

    Not the policy that follows π' for a whole trajectory with probability α. Kakade and Langford (2002), eq. 4.1.

    Raises
    ------
    InvalidPolicyError: a row of either policy is not a probability distribution.
    ValueError: α is outside [0, 1].
    """
    if not 0 <= alpha <= 1:
        raise ValueError(f"the mixture's weight is {alpha}, outside [0, 1]")
    validate_distribution(np.asarray(old), "old", InvalidPolicyError)
    validate_distribution(np.asarray(partner), "partner", InvalidPolicyError)
    return np.asarray((1 - alpha) * old + alpha * partner)
