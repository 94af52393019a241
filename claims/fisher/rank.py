"""The Fisher information is singular where logits are redundant, and the gradient lies in its range all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...invariants.mdps import OnePolicy, one_policy
from ...reference.arithmetic import Array, exact
from ...reference.fisher import rank, softmax_fisher, softmax_fisher_rank, softmax_fisher_vector_product
from ...reference.natural_gradient import (
    minimum_norm_solution,
    softmax_damped_natural_gradient,
    softmax_natural_gradient,
    softmax_policy_gradient,
)
from ...reference.policy_evaluation import advantages
from ...reference.trpo import conjugate_gradient
from ...reference.visitation import visitation
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Directions, directions


@identity("fisher-singular", cases=one_policy())
def each_visited_state_loses_one_rank(case: OnePolicy) -> tuple[Any, Any]:
    """Rank F = Σ_{s : d(s) > 0} (#supp π(·|s) − 1), by elimination and by counting."""
    weights = visitation(case.mdp, case.policy)
    by_elimination = rank(softmax_fisher(weights, case.policy))
    return exact(by_elimination), exact(softmax_fisher_rank(weights, case.policy))


@counterexample("fisher-singular")
def no_inverse_of_a_coin() -> Counterexample:
    """F = [[1/4, −1/4], [−1/4, 1/4]] has determinant 0, and F⁻¹ does not exist."""
    fisher = softmax_fisher(exact([1]), exact([["1/2", "1/2"]]))
    return Counterexample(
        "one state, π = (1/2, 1/2)",
        ("rank that F⁻¹ needs", exact(len(fisher)).item()),
        ">",
        ("rank of F", exact(rank(fisher)).item()),
    )


@identity("fisher-gradient-in-range", cases=one_policy())
def advantages_solve_the_normal_equations(case: OnePolicy) -> tuple[Array, Array]:
    """F A^π / (1−γ) = ∇J."""
    weights, scaled = visitation(case.mdp, case.policy), advantages(case.mdp, case.policy) / (1 - case.mdp.discount)
    gradient = softmax_policy_gradient(case.mdp, case.policy)
    return softmax_fisher_vector_product(weights, case.policy, scaled), gradient


@identity("fisher-gradient-in-range", cases=one_policy(max_states=3))
def pseudo_inverse_and_conjugate_gradients_agree(case: OnePolicy) -> tuple[Array, Array]:
    """F⁺∇J is what conjugate gradients from 0 find, with as many products as F has rank."""
    weights, gradient = visitation(case.mdp, case.policy), softmax_policy_gradient(case.mdp, case.policy).ravel()
    fisher = softmax_fisher(weights, case.policy)
    steps = softmax_fisher_rank(weights, case.policy)
    found = conjugate_gradient(lambda v: fisher @ v, gradient, iterations=steps)
    return minimum_norm_solution(fisher, gradient), found


def _in_range(case: Directions) -> Array:
    return softmax_fisher_vector_product(case.weights, case.policy, case.direction)


@inequality("fisher-gradient-in-range", cases=directions())
def damped_solutions_approach_the_pseudo_inverse(case: Directions) -> tuple[Any, Any]:
    """‖(F + cI)⁻¹g − F⁺g‖ ≤ c ‖F⁺F⁺g‖ for g in the range of F: the limit c → 0 is F⁺g. Squared, c = 1, 2⁻¹⁰, 2⁻²⁰."""
    gradient = _in_range(case)
    limit = softmax_natural_gradient(case.weights, case.policy, gradient)
    rate = (softmax_natural_gradient(case.weights, case.policy, limit) ** 2).sum()
    errors, bounds = [], []
    for damping in exact([1, "1/1024", "1/1048576"]):
        damped = softmax_damped_natural_gradient(case.weights, case.policy, gradient, damping=damping)
        errors.append(((damped - limit) ** 2).sum())
        bounds.append(damping**2 * rate)
    return np.array(errors, dtype=object), np.array(bounds, dtype=object)


@tight("fisher-gradient-in-range", of=damped_solutions_approach_the_pseudo_inverse, reaches="999/1000")
def light_damping() -> Iterator[Directions]:
    """A fair coin, F of eigenvalues 0 and 1/2: the ratio is (1 + 2c)⁻²."""
    yield Directions(exact([1]), exact([["1/2", "1/2"]]), exact([[1, -1]]))
