"""The best that any controller can do, over a finite horizon and an infinite one (Bertsekas, 2012, section 3.1)."""

from __future__ import annotations

import numpy as np

from ..arithmetic import Array, Scalar, solve
from ..domain import domain
from .regulator import LinearQuadraticRegulator

__all__ = ["controls_cost", "riccati_gain", "riccati_map"]


@domain(value="n n")
def riccati_gain(regulator: LinearQuadraticRegulator, value: Array) -> Array:
    """K = (R + BᵀPB)⁻¹ BᵀPA ``[m, n]``, the best first step where xᵀPx is the cost from then on."""
    A, B = regulator.A, regulator.B
    return solve(regulator.R + B.T @ value @ B, (B.T @ value @ A).T).T


@domain(value="n n")
def riccati_map(regulator: LinearQuadraticRegulator, value: Array) -> Array:
    """Q + AᵀPA − AᵀPB (R + BᵀPB)⁻¹ BᵀPA ``[n, n]``: one step more of horizon.

    Its fixed point P* among P ⪰ 0 is the discrete algebraic Riccati equation; with (A, B) stabilisable, Q ≻ 0 and R ≻ 0
    there is one, and ``riccati_gain`` of it is optimal among all controllers.
    """
    A, B = regulator.A, regulator.B
    return np.asarray(regulator.Q + A.T @ value @ A - A.T @ value @ B @ riccati_gain(regulator, value))


@domain(first="n", controls="T? m")
def controls_cost(regulator: LinearQuadraticRegulator, first: Array, controls: Array) -> tuple[Scalar, Array]:
    """Σ_{t<T} x_tᵀQx_t + u_tᵀRu_t and the states x₀ … x_T ``[T+1, n]`` of any controls u ``[T, m]`` from x₀."""
    state, total, states = np.asarray(first), 0 * np.asarray(first)[0], [np.asarray(first)]
    for control in controls:
        total = total + state @ regulator.Q @ state + control @ regulator.R @ control
        state = regulator.A @ state + regulator.B @ control
        states.append(state)
    return total, np.array(states)
