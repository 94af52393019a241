"""Exact evaluation of a policy on tabular Markov decision processes, many of them in one batched solve.

Arrays are ``transition[…, S, A, S]``, ``reward[…, S, A]``, ``initial[…, S]`` and ``policy[…, S, A]``; leading axes
broadcast, ``discount`` is a number in [0, 1). NumPy arrays or PyTorch tensors, solved in their dtype.
"""

from __future__ import annotations

from array_api_compat import array_namespace

from .distributions import Array

__all__ = ["action_values", "state_values", "visitation"]


def state_values(transition: Array, reward: Array, discount: float, policy: Array) -> Array:
    """V with (I − γ P_π) V = r_π, ``[…, S]``; P_π = Σ_a π(a|s) P(·|s, a) and r_π = Σ_a π(a|s) r(s, a)."""
    xp = array_namespace(transition, reward, policy)
    return _solve(_flow(transition, discount, policy), xp.sum(policy * reward, axis=-1))


def action_values(transition: Array, reward: Array, discount: float, policy: Array) -> Array:
    """Q = r + γ P V, ``[…, S, A]``."""
    values = state_values(transition, reward, discount, policy)
    return reward + discount * (transition @ values[..., None, :, None])[..., 0]


def visitation(transition: Array, initial: Array, discount: float, policy: Array) -> Array:
    """(1 − γ) (I − γ P_πᵀ)⁻¹ μ, ``[…, S]``, which sums to 1."""
    xp = array_namespace(transition, initial, policy)
    return (1 - discount) * _solve(xp.matrix_transpose(_flow(transition, discount, policy)), initial)


def _flow(transition: Array, discount: float, policy: Array) -> Array:
    """I − γ P_π, ``[…, S, S]``."""
    xp = array_namespace(transition, policy)
    flow = xp.einsum("...sa,...sat->...st", policy, transition)
    flow *= -discount
    states = xp.arange(flow.shape[-1], device=flow.device)
    flow[..., states, states] += 1
    return flow


def _solve(matrix: Array, right: Array) -> Array:
    """M⁻¹ b for each pair of the broadcast leading axes.

    Both get the same number of axes, so that no solver has to guess which is a vector.
    """
    xp = array_namespace(matrix, right)
    leading = xp.broadcast_shapes(matrix.shape[:-2], right.shape[:-1])
    matrix = xp.broadcast_to(matrix, (*leading, *matrix.shape[-2:]))
    return xp.linalg.solve(matrix, xp.broadcast_to(right, (*leading, right.shape[-1]))[..., None])[..., 0]
