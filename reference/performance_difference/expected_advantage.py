"""The advantage that one policy has over another at a state."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..policy_evaluation import advantages
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["expected_advantage"]


def expected_advantage(mdp: TabularMDP, old: Array, new: Array) -> Array:
    """Ā(s) = Σₐ π_new(a|s) A_old(s, a), ``[..., S]``; 0 everywhere where the two policies are the same.

    Kakade and Langford (2002), section 4; Schulman et al. (2015), eq. 3, write it inside the sum over states.
    """
    return np.asarray((validate_policy(mdp, new) * advantages(mdp, old)).sum(axis=-1))
