"""Every outcome of a program that draws random choices, with its probability."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ..arithmetic import Array, Scalar
from ..tabular_mdp import InvalidPolicyError, validate_distribution

__all__ = ["Draw", "expectation", "outcomes", "variance"]

Draw = Callable[[Array], int]
"""draw(p) gives an index i with probability p[i]: a random generator's choice, or a branch of an enumeration."""


def outcomes(program: Callable[[Draw], Any]) -> Iterator[tuple[Scalar, Any]]:
    """(probability, result) for every sequence of choices that ``program(draw)`` can meet; probabilities sum to 1.

    The program runs once for each sequence and must depend on nothing but its draws. Choices of probability 0 are
    not taken. A program that may draw for ever is not enumerable.

    Raises
    ------
    InvalidPolicyError: the program draws from what is no distribution.
    """
    taken: list[int] = []
    while True:
        result, met = _replay(program, taken)
        probability: Any = 1
        for (probabilities, possible), choice in zip(met, taken, strict=True):
            probability = probability * probabilities[possible[choice]]
        yield probability, result
        while taken and taken[-1] + 1 == len(met[len(taken) - 1][1]):
            taken.pop()
        if not taken:
            return
        taken[-1] += 1


def expectation(program: Callable[[Draw], Any]) -> Any:
    """E[program] = Σ p · result over all outcomes; results are numbers or arrays of one shape."""
    return sum(probability * np.asarray(result) for probability, result in outcomes(program))


def variance(program: Callable[[Draw], Any]) -> Any:
    """E[program²] − E[program]², entry by entry."""
    pairs = [(probability, np.asarray(result)) for probability, result in outcomes(program)]
    mean = sum(p * result for p, result in pairs)
    return sum(p * result * result for p, result in pairs) - mean * mean


def _replay(program: Callable[[Draw], Any], taken: list[int]) -> tuple[Any, list[tuple[Array, list[int]]]]:
    """Run with the choices ``taken``, the first possible one wherever they end, which is then added to them."""
    met: list[tuple[Array, list[int]]] = []

    def draw(probabilities: Array) -> int:
        validate_distribution(np.asarray(probabilities), "what is drawn from", InvalidPolicyError)
        possible = [i for i, p in enumerate(probabilities) if p > 0]
        met.append((probabilities, possible))
        if len(met) > len(taken):
            taken.append(0)
        return possible[taken[len(met) - 1]]

    return program(draw), met
