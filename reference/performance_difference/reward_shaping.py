"""Potential-based reward shaping."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arithmetic import Array
from ..domain import domain
from ..tabular_mdp import TabularMDP

__all__ = ["shaped"]


@domain(potential="S")
def shaped(mdp: TabularMDP, potential: Array) -> TabularMDP:
    """r'(s, a) = r(s, a) + γ Σ_s' P(s'|s, a) Φ(s') − Φ(s) for a potential Φ ``[S]``: V' = V − Φ and A' = A.

    Ng, Harada and Russell (1999), "Policy invariance under reward transformations", theorem 1. With Φ = V_old the
    shaped reward is A_old.

    Raises
    ------
    ValueError: the potential is not one number a state.
    """
    potential = np.asarray(potential)
    change = np.asarray(mdp.discount)[..., None, None] * (mdp.transition @ potential) - potential[:, None]
    return replace(mdp, reward=mdp.reward + change)
