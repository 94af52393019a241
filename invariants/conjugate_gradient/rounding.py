"""How far rounding takes conjugate gradients: a running error analysis, by derivatives of the method itself.

Conjugate gradients lose the orthogonality that defines them, and how fast depends on the system. So no bound is written
down in advance: every local rounding error is followed through the rest of the method, to first order, for the system
at hand.
"""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array, floating, solve
from .strategies import LinearSystem

__all__ = ["attainable", "displacement", "negligible"]

SAFETY = 4
"""On first-order effects: for what is left out, and for other forms of α and β."""
GUARD = 1e-8
"""What spinningup adds to pᵀAp so as not to divide by zero: steps come out short by the factor pᵀAp/(pᵀAp + 10⁻⁸)."""
RESIDUAL = 1e-10
"""rᵀr at which baselines, rllab, garage, tianshou and stable-baselines3-contrib stop."""
TINY_STEP = 1e-30
"""Size of the imaginary part of a complex-step derivative, which no subtraction spoils."""


def negligible(case: LinearSystem) -> float:
    """τ, the energy that a solver leaves if it stops at rᵀr ≤ 10⁻¹⁰, or adds 10⁻⁸ to pᵀAp.

    rᵀA⁻¹r ≤ rᵀr / λ_min; and a step that the guard shortens by half or more has pᵀAp ≤ 10⁻⁸, hence
    rᵀA⁻¹r ≤ pᵀp / λ_min ≤ pᵀAp / λ_min².
    """
    smallest = np.linalg.eigvalsh(floating(case.matrix))[0]
    return float(RESIDUAL / smallest + GUARD / smallest**2) if np.any(case.right != 0) else 0.0


def attainable(unit: float, case: LinearSystem) -> float:
    """8 (n + k) u ‖A‖ ‖A⁻¹b‖ / √λ_min: what remains in the energy norm however long one iterates.

    Greenbaum (1997), "Iterative methods for solving linear systems", section 7.3: the residual b − A x_k parts from
    its recurrence by a multiple of u ‖A‖ max ‖x_j‖ that grows with n and k; a direct solver leaves as much.
    """
    eigenvalues = np.linalg.eigvalsh(floating(case.matrix))
    steps = len(case.right) + min(case.iterations, 16)
    length = np.linalg.norm(floating(solve(case.matrix, case.right)))
    return float(8 * steps * unit * eigenvalues[-1] * length / np.sqrt(eigenvalues[0]))


def displacement(unit: float, case: LinearSystem) -> float:
    """ζ: how far rounding may take the iterate x_k, in the energy norm; ``unit`` is u.

    Σ |local error| ‖∂x_k/∂(local error)‖_A over the entries of A p, r and p, over α and over β of every step, times 4,
    plus ``attainable``. Local errors: of A p, (n + 1) u |A||p|; of r, 2u (|r| + |α A p|) and, where it is formed as
    b − A x, (n + 2) u (|b| + |A||x|); of p, 2u (|r| + |β p|); of α, (2n + 4) u and the guard's 10⁻⁸/pᵀAp; of β,
    (4n + 4) u (β + √β). The method stops where the residual has nothing left but float64's own rounding.
    """
    matrix, right = floating(case.matrix), floating(case.right)
    size, absolute = len(right), np.abs(matrix)
    if not right.any():
        return 0.0
    steps = min(case.iterations, 3 * size + 4)
    sites = steps * (3 * size + 2)
    x = np.zeros((sites + 1, size), dtype=complex)
    r = np.tile(right.astype(complex), (sites + 1, 1))
    p, squared, site = r.copy(), (r * r).sum(axis=1), 0

    def disturb(values: Array, errors: Array) -> Array:
        """Give each entry its local error, each in a run of its own; run 0 stays undisturbed."""
        nonlocal site
        count = errors.size
        runs = np.arange(site + 1, site + 1 + count)
        if values.ndim == 2:
            values[runs, np.arange(size)] += 1j * TINY_STEP * errors
        else:
            values[runs] += 1j * TINY_STEP * errors
        site += count
        return values

    for _ in range(steps):
        q = disturb(p @ matrix, (size + 1) * unit * (absolute @ np.abs(p[0])))
        curvature = (p * q).sum(axis=1)
        alpha = squared / curvature
        short = min(1.0, GUARD / float(curvature[0].real))
        alpha = disturb(alpha, np.array([((2 * size + 4) * unit + short / SAFETY) * np.abs(alpha[0])]))
        x = x + alpha[:, None] * p
        recurrence = 2 * (np.abs(r[0]) + np.abs(alpha[0] * q[0]))
        formed = (size + 2) * (np.abs(right) + absolute @ np.abs(x[0]))
        r = disturb(r - alpha[:, None] * q, unit * (recurrence + formed))
        following = (r * r).sum(axis=1)
        if np.abs(r[0]).max() <= 64 * 2.0**-53 * (np.abs(right) + absolute @ np.abs(x[0])).max():
            break
        beta = following / squared
        ratio = float(beta[0].real)
        beta = disturb(beta, np.array([(4 * size + 4) * unit * (ratio + np.sqrt(ratio))]))
        p = disturb(r + beta[:, None] * p, 2 * unit * (np.abs(r[0]) + np.abs(beta[0] * p[0])))
        squared = following
    moved = x.imag / TINY_STEP
    lengths = np.sqrt(np.maximum(np.einsum("si,ij,sj->s", moved, matrix, moved), 0.0))
    return float(SAFETY * lengths.sum() + attainable(unit, case))
