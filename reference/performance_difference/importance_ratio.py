"""How much likelier one policy takes an action than another."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array
from ..tabular_mdp import TabularMDP, validate_policy

__all__ = ["MissingSupportError", "importance_ratio"]


class MissingSupportError(ValueError):
    """A policy takes an action that the one which collected the data never takes; the message says where."""


def importance_ratio(mdp: TabularMDP, old: Array, new: Array) -> Array:
    """π_new(a|s) / π_old(a|s), ``[..., S, A]``; 0 where both are 0.

    E_{a ~ new} f(a) = E_{a ~ old}[ratio(a) f(a)] for every f (Kahn and Marshall, 1953).

    Raises
    ------
    MissingSupportError: π_new(a|s) > 0 = π_old(a|s) somewhere; no weight can make up for an action never seen.
    """
    old, new = np.broadcast_arrays(validate_policy(mdp, old), validate_policy(mdp, new))
    never = old == 0
    missing = never & (new != 0)
    if np.any(missing):
        *_, state, action = (int(i) for i in np.argwhere(missing)[0])
        raise MissingSupportError(
            f"the new policy takes action {action} in state {state}, the old one never does: there is no ratio"
        )
    return np.asarray(np.where(never, new, new / np.where(never, old**0, old)))
