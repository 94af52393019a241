"""The performance difference without discounting."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, arithmetic_of, convert, solve, unit
from ..domain import domain
from ..policy_evaluation import policy_reward, policy_transition
from ..tabular_mdp import TabularMDP, validate_distribution, validate_policy

__all__ = ["NotUnichainError", "average_reward_difference", "gain_and_bias", "stationary_distribution"]


class NotUnichainError(ValueError):
    """A chain has more than one recurrent class: its long-run average depends on where it starts."""


def stationary_distribution(chain: Array) -> Array:
    """D with dᵀ P = dᵀ and Σ d = 1 for a transition matrix ``[S, S]`` with one recurrent class (periodic or not).

    Levin, Peres and Wilmer (2009), section 1.7.

    Raises
    ------
    NotUnichainError: there is more than one recurrent class.
    ValueError: the matrix is not square, or a row is no distribution.
    """
    if chain.ndim != 2 or chain.shape[0] != chain.shape[1]:
        raise ValueError(f"chain has shape {chain.shape}; a square matrix is needed")
    validate_distribution(chain, "chain", ValueError)
    first = convert(np.arange(len(chain)) == 0, arithmetic_of(chain))
    return solve(_gain_matrix(chain).T, first)


@domain(mdp="one", policy="one")
def gain_and_bias(mdp: TabularMDP, policy: Array) -> tuple[Scalar, Array]:
    """The gain g and bias h ``[S]`` of r_π = g + (I − P_π) h with h(0) = 0 (Puterman, 1994, theorem 8.2.6).

    The discount of the process plays no part.

    Raises
    ------
    NotUnichainError: the policy's chain has more than one recurrent class.
    """
    solution = solve(_gain_matrix(policy_transition(mdp, policy)), policy_reward(mdp, policy))
    gain, bias = solution[0], solution.copy()
    bias[0] = 0 * gain
    return gain, bias


@domain(mdp="one", old="one", new="one")
def average_reward_difference(mdp: TabularMDP, old: Array, new: Array) -> Scalar:
    """g_new − g_old = Σ_s d_new(s) Σₐ π_new(a|s) [r(s, a) − g_old + Σ_s' P(s'|s, a) h_old(s') − h_old(s)].

    d_new is the stationary distribution of the new policy. Cao (2007), "Stochastic learning and optimization",
    chapter 2; Zhang and Ross (2021), "On-policy deep reinforcement learning for the average-reward criterion", lemma 1.

    Raises
    ------
    NotUnichainError: one of the two chains has more than one recurrent class.
    """
    gain, bias = gain_and_bias(mdp, old)
    advantage = mdp.reward - gain + mdp.transition @ bias - bias[:, None]
    where = stationary_distribution(policy_transition(mdp, new))
    return where @ (validate_policy(mdp, new) * advantage).sum(axis=-1)


def _gain_matrix(chain: Array) -> Array:
    """I − P with the first column replaced by ones: it maps (g, h(1), …, h(S−1)) to g + (I − P) h.

    Regular iff the chain has one recurrent class, that is iff some state can be reached from all.
    """
    reach = np.eye(len(chain), dtype=bool) | (chain > 0)
    for _ in range(len(chain).bit_length()):
        reach = reach @ reach
    if not reach.all(axis=0).any():
        raise NotUnichainError("the chain has more than one recurrent class")
    arithmetic = arithmetic_of(chain)
    matrix = np.asarray(convert(np.eye(len(chain), dtype=int), arithmetic) - chain)
    matrix[:, 0] = unit(arithmetic)
    return matrix
