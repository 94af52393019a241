"""The policy that conservative policy iteration mixes in."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, convert
from ..domain import domain
from ..performance_difference import expected_advantage
from ..policy_evaluation import advantages
from ..tabular_mdp import TabularMDP
from ..visitation import unnormalised_visitation

__all__ = ["best_in_class", "greedy_selector"]


def greedy_selector(mdp: TabularMDP, old: Array) -> Array:
    """π' ∈ argmax_π E_{s ~ d_old} Σₐ π(a|s) A_old(s, a) over all policies: π'(s) = the first of argmaxₐ A_old(s, a).

    A deterministic table ``[S, A]``, greedy at every state, visited or not. One maximiser of many where actions tie
    or d_old(s) = 0. Kakade and Langford (2002), section 4.
    """
    gain = advantages(mdp, old)
    return convert(np.argmax(gain, axis=-1)[..., None] == np.arange(mdp.actions), mdp.arithmetic)


@domain(mdp="one", old="one", candidates="K S A")
def best_in_class(mdp: TabularMDP, old: Array, candidates: Array) -> Array:
    """π' ∈ argmax_{π ∈ Π} E_{s ~ d_old} Σₐ π(a|s) A_old(s, a) over a finite class ``[K, S, A]``, the first: ``[S, A]``.

    Mixtures of members reach no more: the objective is affine in π. Agarwal, Jiang, Kakade and Sun (2019), section
    12.1.

    Raises
    ------
    InvalidPolicyError: a candidate is not a policy of the process.
    """
    objective = (unnormalised_visitation(mdp, old) * expected_advantage(mdp, old, candidates)).sum(axis=-1)
    return np.asarray(candidates[int(np.argmax(objective))])
