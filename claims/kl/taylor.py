"""Claims about the Taylor expansion of the divergence, against power series with rational coefficients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from ...invariants.lattice import numbers
from ...reference.arithmetic import Array, exact, log
from ...reference.kl import (
    average_visitation,
    categorical_kl,
    kl_gradient,
    kl_hessian,
    linear_scores,
    quadratic_kl,
    third_order_remainder,
    tilt,
)
from ...reference.tabular_mdp import TabularMDP
from ...reference.visitation import unnormalised_visitation, visitation
from ..evidence import Counterexample, counterexample, fact, identity, inequality, tight
from .cases import STEPS, Neighbours, neighbours
from .series import coefficients, divergence_from, divergence_to, log_ratios, series
from .trajectories import trajectory_law


def one_state(policy: list[str], change: list[str]) -> Neighbours:
    """A bandit and one direction of its logits."""
    row = exact([policy])
    mdp = TabularMDP(exact([[[1]] * row.size]), 0 * row, exact([1]), exact("1/2").item())
    steps = exact([change])
    return Neighbours(mdp, row, row, np.stack([steps, 0 * steps], axis=-1), exact([1, 0]), 0 * steps)


@identity("kl-gradient-zero", cases=neighbours())
def gradient_vanishes_at_the_anchor(case: Neighbours) -> tuple[Array, Array]:
    """The coefficient of t in Σ_s d(s) KL(π‖π_t) is 0, and so is kl_gradient at π_θ = π_old."""
    states = range(case.mdp.states)
    weights = visitation(case.mdp, case.policy)
    curves = coefficients([divergence_from(case, state, case.policy) for state in states], 1)
    gradient = kl_gradient(weights, case.policy, case.policy, linear_scores(case.policy, case.features))
    return np.append(gradient, (weights * curves).sum()), np.zeros(3, dtype=int)


@counterexample("kl-gradient-zero")
def slope_at_the_boundary() -> Counterexample:
    """Towards an action of probability 0, KL grows in the first order: −ln(1 − t) ≥ t, a slope of +1, not 0."""
    t = exact("1/1024").item()
    found = categorical_kl(exact([1, 0]), np.array([1 - t, t])).item()
    assert -series(1, -1).log()[1] == 1
    return Counterexample(
        "π_old = (1, 0), π = (1 − t, t), t = 1/1024", ("slope at t = 0", 0 * t), "<", ("KL/t", found / t)
    )


@identity("kl-gradient-missing-factor", "kl-gradient-zero", cases=neighbours())
def gradient_away_from_the_anchor(case: Neighbours) -> tuple[Array, Array]:
    """ℓ(θ) = 1/(1−γ) E_d KL(π_old‖π_θ): ∇ℓ·x = −1/(1−γ) E_d Σₐ π_old ∇ ln π_θ · x, the factor included."""
    mdp = case.mdp
    slopes = coefficients([divergence_from(case, state, case.old) for state in range(mdp.states)], 1)
    scores = linear_scores(case.policy, case.features)
    gradient = kl_gradient(visitation(mdp, case.old), case.old, case.policy, scores) / (1 - mdp.discount)
    return gradient @ case.direction, (unnormalised_visitation(mdp, case.old) * slopes).sum()


@counterexample("kl-gradient-missing-factor")
def factor_is_missing() -> Counterexample:
    """One state, γ = 1/2: E_d Σₐ π_old (−∇ ln π_θ) is half of ∇ℓ."""
    case = one_state(["1/2", "1/2"], ["1", "0"])
    old = exact([["1/4", "3/4"]])
    weights = visitation(case.mdp, old)
    gradient = kl_gradient(weights, old, case.policy, linear_scores(case.policy, case.features))[0]
    slope = divergence_from(case, 0, old)[1]
    return Counterexample(
        "one state, γ = 1/2, π_old = (1/4, 3/4), π_θ = (1/2, 1/2), θ the first logit",
        ("E_d Σₐ π_old (−∂ ln π_θ)", gradient),
        "<",
        ("∂ℓ", slope / (1 - case.mdp.discount)),
    )


@identity("kl-hessian-fisher", cases=neighbours())
def hessian_is_fisher(case: Neighbours) -> tuple[Array, Array]:
    """2 × the coefficient of t² in Σ_s d(s) KL(π‖π_t) = xᵀ F x, whatever the curvature of the logits."""
    weights = visitation(case.mdp, case.policy)
    curves = [divergence_from(case, state, case.policy) for state in range(case.mdp.states)]
    fisher = kl_hessian(weights, case.policy, linear_scores(case.policy, case.features))
    return 2 * (weights * coefficients(curves, 2)).sum(), case.direction @ fisher @ case.direction


@identity("kl-second-order-summary", cases=neighbours())
def each_average_has_its_own_fisher(case: Neighbours) -> tuple[Array, Array]:
    """(1/H) KL of enumerated trajectories ≈ ½ xᵀ F_{d_H} x, (1−γ) Σₕ γʰ E KL ≈ ½ xᵀ F_d x: the coefficients of t²."""
    mdp, horizon = case.mdp, 2
    logs = [log_ratios(case, state) for state in range(mdp.states)]
    law = trajectory_law(mdp, case.policy, horizon).reshape((mdp.states, mdp.actions) * horizon)
    steps = sum(
        -law[index] * sum(logs[index[2 * step]][index[2 * step + 1]][2] for step in range(horizon))
        for index in np.ndindex(law.shape)
    )
    curves = coefficients([divergence_from(case, state, case.policy) for state in range(mdp.states)], 2)
    discounted = ((1 - mdp.discount) * unnormalised_visitation(mdp, case.policy) * curves).sum()
    averages = average_visitation(mdp, case.policy, horizon=horizon), visitation(mdp, case.policy)
    scores = linear_scores(case.policy, case.features)
    quadratic = [case.direction @ kl_hessian(weights, case.policy, scores) @ case.direction / 2 for weights in averages]
    return np.array([steps / horizon, discounted], dtype=object), np.array(quadratic, dtype=object)


@identity("kl-third-order-remainder", "kl-direction", cases=neighbours())
def directions_share_the_quadratic_term(case: Neighbours) -> tuple[Array, Array]:
    """KL(π‖π_t) = ½ t² Var + t³ κ₃/6 + …, KL(π_t‖π) = ½ t² Var + 2 t³ κ₃/6 + … along straight logits."""
    case = replace(case, curvature=0 * case.curvature)
    states = range(case.mdp.states)
    forward = [divergence_from(case, state, case.policy) for state in states]
    backward = [divergence_to(case, state) for state in states]
    slope = case.slope
    centred = slope - (case.policy * slope).sum(axis=-1, keepdims=True)
    second, third = ((case.policy * centred**power).sum(axis=-1) for power in (2, 3))
    return (
        np.stack([coefficients(curves, order) for curves in (forward, backward) for order in (2, 3)]),
        np.stack([second / 2, third / 6, second / 2, third / 3]),
    )


@inequality(
    "kl-third-order-remainder",
    cases=st.tuples(neighbours(), numbers((3, 3), STEPS)).map(
        lambda drawn: replace(drawn[0], curvature=drawn[1][: drawn[0].mdp.states, : drawn[0].mdp.actions])
    ),
)
def remainder(case: Neighbours) -> tuple[Array, Array]:
    """|E_d KL(π‖tilt(π, Δ)) − ½ Δᵀ F Δ| ≤ E_d R³/(36√3), R the range of Δ at a state; Δ is the curvature drawn."""
    change = case.curvature - case.curvature.min(axis=-1, keepdims=True)
    weights = visitation(case.mdp, case.policy)
    tilted = tilt(case.policy, change)
    divergence = (weights * (case.policy * log(case.policy / tilted)).sum(axis=-1)).sum()
    return abs(divergence - quadratic_kl(weights, case.policy, change)), third_order_remainder(weights, change)


@tight("kl-third-order-remainder", of=remainder, reaches="999/1000")
def remainder_of_a_skewed_coin() -> Iterator[Neighbours]:
    """π = (216/1024, 808/1024), close to (3 − √3)/6, and a small change of one logit."""
    for step in ("1/16", "1/1024", "1/65536"):
        case = one_state(["216/1024", "808/1024"], ["0", "0"])
        yield replace(case, curvature=exact([[step, "0"]]))


@fact("kl-third-order-remainder")
def third_order_does_not_vanish() -> str:
    """The cubic terms of the two directions differ wherever the third central moment is not 0."""
    case = one_state(["1/4", "3/4"], ["1", "0"])
    forward, backward = divergence_from(case, 0, case.policy)[3], divergence_to(case, 0)[3]
    assert forward != 0
    assert backward == 2 * forward
    return f"t³ coefficients: {forward} forward, {backward} backward"
