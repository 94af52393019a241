"""Conjugate gradients for F x = g: how many steps, from where, and which iterate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.natural_gradient import minimum_norm_solution, pseudo_inverse
from ...reference.trpo import conjugate_gradient, energy_error, krylov_minimiser
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import Spectrum, spectra


@identity("trpo-cg", cases=spectra())
def one_step_for_each_eigenvalue_hit(case: Spectrum) -> tuple[Array, Array]:
    """From 0, as many steps as b has distinct eigenvalues give A⁺b, A singular or not."""
    found = conjugate_gradient(lambda v: case.matrix @ v, case.right, iterations=len(case.hit))
    return found, minimum_norm_solution(case.matrix, case.right)


@identity("trpo-cg", cases=spectra())
def each_iterate_minimises_over_its_krylov_space(case: Spectrum) -> tuple[Array, Array]:
    """x_k = argmin {½xᵀAx − bᵀx : x in span(b, …, Aᵏ⁻¹b)} for k = 0, …, n + 1."""
    steps = range(len(case.right) + 2)
    found = [conjugate_gradient(lambda v: case.matrix @ v, case.right, iterations=k) for k in steps]
    return np.stack(found), np.stack([krylov_minimiser(case.matrix, case.right, k) for k in steps])


@inequality("trpo-cg", cases=spectra(positive=True))
def energy_error_falls_at_chebyshevs_rate(case: Spectrum) -> tuple[Array, Array]:
    """‖x_k − x*‖²_A ≤ ‖x*‖²_A / T_k((κ+1)/(κ−1))², T_k the Chebyshev polynomial, κ = λ_max/λ_min, k = 1, 2, 3."""
    top, bottom = np.maximum.reduce(case.eigenvalues), np.minimum.reduce(case.eigenvalues)
    first = energy_error(case.matrix, 0 * case.right, case.solution)
    errors, bounds = [], []
    previous, chebyshev = exact(1).item(), (top + bottom) / (top - bottom) if top > bottom else None
    for k in (1, 2, 3):
        iterate = conjugate_gradient(lambda v: case.matrix @ v, case.right, iterations=k)
        errors.append(energy_error(case.matrix, iterate, case.solution))
        bounds.append(0 * first if chebyshev is None else first / chebyshev**2)
        if chebyshev is not None:
            argument = (top + bottom) / (top - bottom)
            previous, chebyshev = chebyshev, 2 * argument * chebyshev - previous
    return np.array(errors, dtype=object), np.array(bounds, dtype=object)


@tight("trpo-cg", of=energy_error_falls_at_chebyshevs_rate, reaches=1)
def two_equal_components() -> Iterator[Spectrum]:
    """A = diag(1, 3), b = (1, 1): the first step leaves a quarter of the energy (Kantorovich)."""
    yield Spectrum(exact([0, 0]), exact([1, 3]), exact([1, "1/3"]), exact([0, 0]))


@identity("trpo-cg-arbitrary-start", cases=spectra())
def null_component_of_the_start_survives(case: Spectrum) -> tuple[Array, Array]:
    """From x₀, conjugate gradients reach A⁺b + (I − A⁺A) x₀."""
    inverse = pseudo_inverse(case.matrix)
    steps = len(case.right)
    found = conjugate_gradient(lambda v: case.matrix @ v, case.right, iterations=steps, start=case.start)
    return found, inverse @ case.right + case.start - inverse @ (case.matrix @ case.start)


@counterexample("trpo-cg-arbitrary-start")
def seven_units_of_nothing() -> Counterexample:
    """H = diag(1, 0), g = (1, 0), d₀ = (0, 7): the iteration ends at (1, 7), the shortest solution is (1, 0)."""
    matrix, right = exact([[1, 0], [0, 0]]), exact([1, 0])
    found = conjugate_gradient(lambda v: matrix @ v, right, iterations=2, start=exact([0, 7]))
    return Counterexample(
        "H = diag(1, 0), g = (1, 0), d₀ = (0, 7)",
        ("|d|² of what is found", found @ found),
        ">",
        ("|H⁺g|²", minimum_norm_solution(matrix, right) @ minimum_norm_solution(matrix, right)),
    )


@counterexample("trpo-cg-loop-index")
def one_iterate_too_early() -> Counterexample:
    """A loop over i = 0, …, M makes d_{M+1}: with H = diag(1, 2), M = 1, using d_M throws the exact answer away."""
    matrix, right = exact([[1, 0], [0, 2]]), exact([1, 1])
    solution = minimum_norm_solution(matrix, right)
    early, last = (conjugate_gradient(lambda v: matrix @ v, right, iterations=k) for k in (1, 2))
    return Counterexample(
        "H = diag(1, 2), g = (1, 1), M = 1",
        ("‖d_M − H⁻¹g‖²_H", energy_error(matrix, early, solution)),
        ">",
        ("‖d_{M+1} − H⁻¹g‖²_H", energy_error(matrix, last, solution)),
    )


@fact("trpo-cg-cheap", cases=spectra())
def products_are_counted(case: Spectrum) -> str:
    """M steps ask for M products H v and nothing else of H; no step is wasted: one fewer does not solve the system."""
    asked: list[Any] = []

    def product(vector: Array) -> Array:
        asked.append(vector)
        return np.asarray(case.matrix @ vector)

    needed = len(case.hit)
    conjugate_gradient(product, case.right, iterations=len(case.right) + 5)
    assert len(asked) == needed, f"{len(asked)} products for {needed} eigenvalues: {case}"
    if needed:
        early = conjugate_gradient(product, case.right, iterations=needed - 1)
        assert np.any(case.matrix @ early != case.right), str(case)
    return f"{needed} products in dimension {len(case.right)}"
