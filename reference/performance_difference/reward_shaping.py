"""Potential-based reward shaping."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..arithmetic import Array
from ..tabular_mdp import TabularMDP

__all__ = ["shaped"]


def shaped(mdp: TabularMDP, potential: Array) -> TabularMDP:
    """r'(s, a) = r(s, a) + γ Σ_s' P(s'|s, a) Φ(s') − Φ(s) for a potential Φ ``[S]``: V' = V − Φ and A' = A.

    Ng, Harada and Russell (1999), "Policy invariance under reward transformations", theorem 1. With Φ = V_old the
    shaped reward is A_old.

    Raises
    ------
    ValueError: the potential is not one number a state.
    """
    potential = np.asarray(potential)
    if potential.shape != (mdp.states,):
        raise ValueError(f"potential has shape {potential.shape}; this process has {mdp.states} states")
    change = np.asarray(mdp.discount)[..., None, None] * (mdp.transition @ potential) - potential[:, None]
    return replace(mdp, reward=mdp.reward + change)
