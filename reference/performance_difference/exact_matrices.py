"""The performance difference in integers: thousands of exact checks a second.

Kakade and Langford (2002), lemma 6.1; Schulman et al. (2015), eq. 2.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq, fmpz_mat

from ..arithmetic import Array

__all__ = ["lattice_difference"]

LARGEST = 2**62
"""What the integers of a Bellman matrix must stay below."""


def lattice_difference(
    transition: Array, reward: Array, initial: Array, old: Array, new: Array, *, parts: int, discount: tuple[int, int]
) -> tuple[fmpq, fmpq]:
    """η(new) − η(old) and Σ_s ρ_new(s) Σₐ π_new(a|s) A_old(s, a), exactly, for tables of integers.

    P = transition/n ``[S, A, S]``, μ = initial/n ``[S]`` and π = policy/n ``[S, A]`` with n = parts, which each row
    sums to; r = reward ``[S, A]``; γ = p/q = discount. With the integer matrix M = q n² I − p π P of either policy

        V = q n M⁻¹ (π r),  ρ = q n M⁻ᵀ (n μ),  A = r + (p n P − q n) M⁻¹ (π r),

    where π, P stand for their integers: three solves and two products of integer matrices.

    Raises
    ------
    ValueError: shapes do not fit, an entry is no integer, a row does not sum to n or has a negative entry, γ is outside
        [0, 1), or int64 is too narrow.
    """
    p, q = discount
    tables = {"transition": transition, "reward": reward, "initial": initial, "old": old, "new": new}
    for name, table in tables.items():
        if np.asarray(table).dtype.kind not in "iu":
            raise ValueError(f"{name} holds {np.asarray(table).dtype}, not integers")
    transition, reward, initial, old, new = (np.asarray(table, dtype=np.int64) for table in tables.values())
    states, actions = reward.shape if reward.ndim == 2 else (0, 0)
    shapes = {"transition": (states, actions, states), "initial": (states,), "old": reward.shape, "new": reward.shape}
    for name, table in (("transition", transition), ("initial", initial), ("old", old), ("new", new)):
        if table.shape != shapes[name] or not table.size:
            raise ValueError(f"{name} has shape {table.shape}; a reward of shape {reward.shape} needs {shapes[name]}")
    if not 0 <= p < q:
        raise ValueError(f"discount is {p}/{q}, outside [0, 1)")
    if q * parts**2 * max(1, states) >= LARGEST:
        raise ValueError(f"q n² = {q * parts**2} is too large for int64")
    for name, table in (("transition", transition), ("initial", initial), ("old", old), ("new", new)):
        if np.any(table < 0) or np.any(table.sum(axis=-1) != parts):
            raise ValueError(f"a row of {name} is no distribution in units of 1/{parts}")
    scale = q * parts
    before, after = (_bellman(transition, policy, p, scale * parts) for policy in (old, new))
    values_old, values_new = (
        _matrix(matrix).solve(_matrix((policy * reward).sum(axis=1, keepdims=True)))
        for matrix, policy in ((before, old), (after, new))
    )
    visitation = _matrix(after.T).solve(_matrix(initial[:, None]))
    backup = p * transition
    backup[np.arange(states), :, np.arange(states)] -= scale
    advantage = _matrix(backup.reshape(-1, states)) * values_old + _matrix(reward.reshape(-1, 1))
    weights = np.zeros((states, states, actions), dtype=np.int64)
    weights[np.arange(states), np.arange(states)] = new
    expected = _matrix(weights.reshape(states, -1)) * advantage
    gain = _matrix(initial[None]) * (values_new - values_old)
    return gain[0, 0] * q, (visitation.transpose() * expected)[0, 0] * q


def _bellman(transition: Array, policy: Array, p: int, diagonal: int) -> Array:
    matrix = -p * np.einsum("sa,sat->st", policy, transition)
    matrix[np.diag_indices(len(matrix))] += diagonal
    return np.asarray(matrix)


def _matrix(entries: Array) -> Any:
    rows, columns = entries.shape
    return fmpz_mat(rows, columns, entries.ravel().tolist())
