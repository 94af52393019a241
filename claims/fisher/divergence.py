"""How far the quadratic form bounds the KL divergence itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, ball, exact, exp
from ...reference.fisher import kl_series, softmax_fisher_vector_product
from ...reference.kl import categorical_kl
from ...reference.natural_gradient import tilted_policy
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Directions, directions


def _mean_kl(case: Directions) -> Any:
    return (case.weights * categorical_kl(case.policy, tilted_policy(case.policy, case.direction))).sum()


def _overshoot(case: Directions) -> Array:
    """b(s) = max_a v(s, a) − E_π v(s, ·)."""
    return np.asarray(np.maximum.reduce(case.direction, axis=-1) - (case.policy * case.direction).sum(axis=-1))


@identity("fisher-constraint-roughly-kl", cases=directions())
def second_coefficient_is_half_the_quadratic_form(case: Directions) -> tuple[Any, Any]:
    """KL(π ‖ π_tΔ) = ½ t² ΔᵀFΔ + O(t³): no constant, no slope, and half the form, by power series."""
    series = kl_series(case.policy, np.stack([case.direction, 0 * case.direction])) @ case.weights
    product = softmax_fisher_vector_product(case.weights, case.policy, case.direction)
    zero = exact(0).item()
    return series, exact([zero, zero, (case.direction * product).sum() / 2])


@inequality("fisher-constraint-roughly-kl", cases=directions())
def divergence_is_at_most_bennetts(case: Directions) -> tuple[Any, Any]:
    """KL(π ‖ π_Δ) ≤ ½ ΔᵀFΔ · 2 (eᵇ − 1 − b) / b² with b = max_s (max_a Δ − E_π Δ): the price of O(δ^{3/2})."""
    product = softmax_fisher_vector_product(case.weights, case.policy, case.direction)
    b = np.maximum.reduce(_overshoot(case))
    factor = (exp(np.asarray(b)).item() - 1 - b) / b**2 if b > 0 else exact("1/2").item()
    return _mean_kl(case), ball((case.direction * product).sum()).item() * factor


@tight("fisher-constraint-roughly-kl", of=divergence_is_at_most_bennetts, reaches="999/1000")
def rare_action() -> Iterator[Directions]:
    """An action of probability 2⁻ᵏ whose logit moves by 1: KL tends to 2 (e − 2) = 1.44 times ½ΔᵀFΔ."""
    for k in (2, 6, 12):
        rare = exact(2).item() ** -k
        yield Directions(exact([1]), exact([[rare, 1 - rare]]), exact([[1, 0]]))


@counterexample("fisher-constraint-roughly-kl")
def small_form_large_divergence() -> Counterexample:
    """A rare action that becomes likely: ΔᵀFΔ ≤ δ = 1/1024, yet KL exceeds 6 nats, more than 10000 times δ/2."""
    rare = exact(2).item() ** -20
    case = Directions(exact([1]), exact([[rare, 1 - rare]]), exact([[20, 0]]))
    product = softmax_fisher_vector_product(case.weights, case.policy, case.direction)
    assert (case.direction * product).sum() <= exact("1/1024").item()
    return Counterexample(
        "π = (2⁻²⁰, 1 − 2⁻²⁰), Δ = (20, 0), δ = 1/1024",
        ("10000 · δ/2", exact("10000/2048").item()),
        "<",
        ("KL(π ‖ π_Δ)", _mean_kl(case)),
    )
