"""Claims about estimating the divergence from samples, every expectation enumerated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ...reference.arithmetic import Array, exact
from ...reference.kl import categorical_kl, k1, k2, k3
from ..evidence import Counterexample, counterexample, identity, inequality, tight
from .cases import Neighbours, TwoLaws, neighbours, two_laws
from .series import coefficients, divergence_from, log_ratios, series


def everywhere(case: TwoLaws) -> TwoLaws:
    """Both distributions mixed with the uniform one, so that ratios exist both ways."""
    return TwoLaws(*((part + exact(1) / len(part)) / 2 for part in (case.p, case.q)))


@identity("kl-estimators", cases=two_laws().map(everywhere))
def unbiased(case: TwoLaws) -> tuple[Array, Array]:
    """E_{x ~ q} k₁ = E_{x ~ q} k₃ = KL(q‖p), r = p/q."""
    ratio = case.p / case.q
    means = [(case.q * estimator(ratio)).sum() for estimator in (k1, k3)]
    return np.array(means, dtype=object), categorical_kl(case.q, case.p)


@inequality("kl-estimators", cases=two_laws().map(everywhere))
def never_negative(case: TwoLaws) -> tuple[Array, Array]:
    """0 ≤ k₃, at least ln²r/(2 max(1, 1/r)) even, sample by sample."""
    ratio = case.p / case.q
    return k2(ratio) * np.minimum(ratio, 1), k3(ratio)


@tight("kl-estimators", of=never_negative, reaches="999/1000")
def near_ratio_one() -> Iterator[TwoLaws]:
    """k₃ → k₂ as r → 1."""
    for step in exact(["1/16", "1/4096"]):
        yield TwoLaws(exact("1/2") + step * exact([1, -1]), exact(["1/2", "1/2"]))


@counterexample("kl-estimators")
def squared_logarithm_is_biased() -> Counterexample:
    """E k₂ is not KL."""
    q, p = exact(["1/2", "1/2"]), exact(["1/4", "3/4"])
    return Counterexample(
        "q = (1/2, 1/2), p = (1/4, 3/4)",
        ("E_q k₂", (q * k2(p / q)).sum()),
        ">",
        ("KL(q‖p)", categorical_kl(q, p).item()),
    )


@identity("kl-estimators", cases=neighbours())
def bias_is_of_third_order(case: Neighbours) -> tuple[Array, Array]:
    """E_π k₂ of π_t/π agrees with KL(π‖π_t) in the coefficients of 1, t and t²."""
    states = range(case.mdp.states)
    squares = [
        sum((weight * x * x for weight, x in zip(case.policy[s], log_ratios(case, s), strict=True)), series(0)) / 2
        for s in states
    ]
    divergences = [divergence_from(case, state, case.policy) for state in states]
    return (
        np.stack([coefficients(squares, order) for order in range(3)]),
        np.stack([coefficients(divergences, order) for order in range(3)]),
    )


@inequality("kl-estimators", cases=two_laws().map(everywhere))
def bias_of_the_squared_logarithm(case: TwoLaws) -> tuple[Array, Array]:
    """|E_q k₂ − KL(q‖p)| ≤ E_q |ln r|³ max(1, r)/6, the remainder of eˣ after its quadratic term."""
    ratio = case.p / case.q
    bias = abs((case.q * (k2(ratio) - k3(ratio))).sum())
    return bias, (case.q * abs(k1(ratio)) ** 3 * np.maximum(ratio, 1)).sum() / 6


@tight("kl-estimators", of=bias_of_the_squared_logarithm, reaches="99/100")
def bias_of_a_rare_outcome() -> Iterator[TwoLaws]:
    """An outcome of q-probability 1/1024 becomes a little likelier: ln r is all of one sign but for O(1/1024)."""
    for step in exact(["1/16384", "1/1048576"]):
        yield TwoLaws(exact(["1/1024", "1023/1024"]) + step * exact([1, -1]), exact(["1/1024", "1023/1024"]))
