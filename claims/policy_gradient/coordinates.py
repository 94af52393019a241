"""A gradient step depends on the coordinates; a natural gradient step does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import numbers
from ...invariants.mdps import mdps, policies
from ...reference.arithmetic import Array, exact, solve
from ...reference.policy_gradient import performance_gradient, policy_gradient, softmax_jacobian, softmax_score
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import visitation
from ..evidence import fact, identity
from .cases import process


@dataclass(frozen=True, eq=False, repr=False)
class Coordinates(Case):
    """A softmax policy with two parameters θ, and new coordinates φ with θ = Tφ."""

    mdp: TabularMDP
    policy: Array
    features: Array
    transform: Array

    @property
    def score(self) -> Array:
        """∇_θ log π, ``[S, A, 2]``."""
        return softmax_score(self.policy, self.features)


@st.composite
def coordinates(draw: st.DrawFn) -> Coordinates:
    """Regular transforms and regular Fisher matrices."""
    mdp = draw(mdps(3, 3))
    case = Coordinates(
        mdp,
        draw(policies(mdp, positive=True)),
        draw(numbers((mdp.states, mdp.actions, 2))),
        draw(numbers((2, 2)).filter(lambda matrix: _determinant(matrix) != 0)),
    )
    if _determinant(_fisher(case, case.score)) != 0:
        return case
    mdp = process([[[1], [1], [1]]], [[1, 0, 0]], "1/2")
    thirds = exact([["1/2", "1/4", "1/4"]])
    return Coordinates(mdp, thirds, exact([[[1, 0], [0, 1], [0, 0]]]), case.transform)


@identity("pg-not-scale-invariant", cases=coordinates())
def gradient_step_depends_on_coordinates(case: Coordinates) -> tuple[Array, Array]:
    """A step along ∇_φ J moves θ by T ∇_φ J = T Tᵀ ∇_θ J, which is ∇_θ J only for orthogonal T."""
    jacobian = softmax_jacobian(case.policy, case.features @ case.transform)
    moved = case.transform @ performance_gradient(case.mdp, case.policy, jacobian)
    return moved, case.transform @ case.transform.T @ policy_gradient(case.mdp, case.policy, case.score)


@identity("pg-not-scale-invariant", cases=coordinates())
def natural_step_does_not(case: Coordinates) -> tuple[Array, Array]:
    """T F_φ⁻¹ ∇_φ J = F_θ⁻¹ ∇_θ J, F the Fisher matrix in the coordinates named."""
    new = softmax_score(case.policy, case.features @ case.transform)
    step = solve(_fisher(case, new), policy_gradient(case.mdp, case.policy, new))
    old = solve(_fisher(case, case.score), policy_gradient(case.mdp, case.policy, case.score))
    return case.transform @ step, old


@fact("pg-not-scale-invariant")
def gradient_step_in_doubled_coordinates() -> str:
    """One state, π = (1/2, 1/2), r = (1, 0), γ = 0: with θ = 2φ the step in θ is four times as long."""
    mdp = process([[[1], [1]]], [[1, 0]], "0")
    policy, features = exact([["1/2", "1/2"]]), exact([[[1], [0]]])
    plain = policy_gradient(mdp, policy, softmax_score(policy, features)).item()
    doubled = 2 * policy_gradient(mdp, policy, softmax_score(policy, 2 * features)).item()
    assert doubled == 4 * plain
    assert plain > 0
    return f"{doubled} in place of {plain}"


def _fisher(case: Coordinates, score: Array) -> Array:
    weights = visitation(case.mdp, case.policy)[:, None] * case.policy
    return np.asarray((weights[..., None, None] * score[..., :, None] * score[..., None, :]).sum(axis=(0, 1)))


def _determinant(matrix: Array) -> object:
    return matrix[0, 0] * matrix[1, 1] - matrix[0, 1] * matrix[1, 0]
