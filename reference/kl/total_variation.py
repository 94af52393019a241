"""Total variation distance, and the coupling that attains it."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from ..tabular_mdp import validate_distribution
from .categorical import InvalidDistributionError

__all__ = ["maximal_coupling", "total_variation"]


@domain(p="... X in ?", q="... X in ?")
def total_variation(p: Array, q: Array) -> Array:
    """TV(p, q) = ½ Σₓ |p(x) − q(x)| = max_B |p(B) − q(B)| in [0, 1], over the last axis; leading axes broadcast.

    Half the L1 distance; Levin, Peres and Wilmer (2009), proposition 4.2.

    Raises
    ------
    InvalidDistributionError: a row of p or q is not a probability distribution.
    """
    p, q = _checked(p, q)
    return np.asarray(abs(p - q).sum(axis=-1) / 2)


@domain(p="X in ?", q="X in ?")
def maximal_coupling(p: Array, q: Array) -> Array:
    """The joint law of (X, Y), X ~ p and Y ~ q, with P(X ≠ Y) = TV(p, q), the least possible: ``[X, X]``.

    min(p, q) on the diagonal; beside it (p − q)⁺ (q − p)⁺ᵀ / TV. Levin, Peres and Wilmer (2009), proposition 4.7.

    Raises
    ------
    InvalidDistributionError: p or q is not a probability distribution.
    """
    p, q = _checked(p, q)
    common, distance = (p + q - abs(p - q)) / 2, total_variation(p, q)
    joint = np.diag(common)
    return joint if distance == 0 else np.asarray(joint + np.outer(p - common, q - common) / distance)


def _checked(p: Array, q: Array) -> tuple[Array, Array]:
    p, q = np.asarray(p), np.asarray(q)
    validate_distribution(p, "p", InvalidDistributionError)
    validate_distribution(q, "q", InvalidDistributionError)
    return p, q
