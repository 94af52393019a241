"""Where the score needs a stochastic policy, and the theorem that does without."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers, scalars, table
from ...invariants.mdps import discounts, mdps
from ...reference.arithmetic import Array, Scalar, convert, exact
from ...reference.dual import Dual, dual, solve, tangent
from ...reference.policy_gradient import (
    IntervalActionMDP,
    deterministic_policy_gradient,
    noisy_policy_gradient,
    performance_gradient,
    softmax_gradient,
    softmax_score,
    suboptimality,
)
from ...reference.tabular_mdp import TabularMDP
from ..evidence import Counterexample, counterexample, identity
from .cases import process

WIDTH = exact("1/8").item()
"""The half-width of the noise around a deterministic action."""


@dataclass(frozen=True, eq=False, repr=False)
class Choices(Case):
    """A process and an action for each state."""

    mdp: TabularMDP
    actions: Array


@dataclass(frozen=True, eq=False, repr=False)
class Family(Case):
    """The distributions P_θ(x) ∝ (c_x + θ)² + 1 with ``centres[n]`` = c, at θ = ``parameter``, and R(x)."""

    centres: Array
    parameter: Scalar
    returns: Array


@dataclass(frozen=True, eq=False, repr=False)
class Interval(Case):
    """An ``IntervalActionMDP`` and a policy a = μ_θ(s) with its ``jacobian[S, D]``."""

    ends: TabularMDP
    curvature: Array
    action: Array
    jacobian: Array

    @property
    def mdp(self) -> IntervalActionMDP:
        """The process of actions in [0, 1]."""
        return IntervalActionMDP(self.ends, self.curvature)


@st.composite
def choices(draw: st.DrawFn) -> Choices:
    """Deterministic policies."""
    mdp = draw(mdps())
    return Choices(mdp, np.array([draw(st.integers(0, mdp.actions - 1)) for _ in range(mdp.states)]))


@st.composite
def families(draw: st.DrawFn) -> Family:
    """Up to five outcomes."""
    outcomes = draw(st.integers(1, 5))
    return Family(draw(numbers((outcomes,))), draw(scalars()), draw(numbers((outcomes,))))


@st.composite
def intervals(draw: st.DrawFn) -> Interval:
    """Up to three states, actions that keep the distance ``WIDTH`` from the ends of [0, 1]."""
    states = draw(st.integers(1, 3))
    ends = TabularMDP(
        draw(distributions((states, 2), states)),
        draw(numbers((states, 2))),
        draw(distributions((), states)),
        draw(discounts()),
    )
    inside = table(["1/2", "1/8", "7/8", "1/4", "5/8"])
    parts = (numbers((states,)), numbers((states,), inside), numbers((states, 2)))
    return Interval(ends, *map(draw, parts))


@identity("log-derivative-trick", cases=families())
def derivative_moves_inside_the_expectation(case: Family) -> tuple[Array, Array]:
    """∇E_{P_θ} R = E_{P_θ}[R ∇log P_θ]: the left-hand side by dual numbers through Σ w R/Σ w, P ∝ w = (c + θ)² + 1."""
    theta = Dual(case.parameter, exact(1).item())
    weights = np.array([(centre + theta) ** 2 + 1 for centre in case.centres])
    derivative = tangent((weights * case.returns).sum() / weights.sum())
    offsets = case.centres + case.parameter
    plain = offsets * offsets + 1
    policy, slope = plain / plain.sum(), 2 * offsets / plain
    return derivative, (policy * case.returns) @ softmax_score(policy, slope[:, None])[:, 0]


@counterexample("log-derivative-trick", "pg-needs-stochastic")
def score_misses_what_has_no_mass() -> Counterexample:
    """At θ = 0 the outcome that the derivative is about has probability 0, so no sample ever shows it."""
    theta = Dual(exact(0).item(), exact(1).item())
    mass, returns = [1 - theta, theta], exact([0, 1])
    derivative = sum(p * r for p, r in zip(mass, returns, strict=True)).tangent
    seen = [(p.value, p.tangent / p.value, r) for p, r in zip(mass, returns, strict=True) if p.value != 0]
    return Counterexample(
        "P_θ(x = 1) = θ, P_θ(x = 0) = 1 − θ at θ = 0, R(x) = x",
        ("E[R ∇log P]", sum(p * score * r for p, score, r in seen)),
        "≠",
        ("dE R/dθ", derivative),
    )


@identity("pg-needs-stochastic", cases=choices())
def deterministic_policies_are_stationary(case: Choices) -> tuple[Array, Array]:
    """ρ(s) π(a|s) A(s, a) = 0 everywhere if π is deterministic: A is 0 where π is not."""
    gradient = softmax_gradient(case.mdp, _deterministic(case))
    return gradient, 0 * gradient


@counterexample("pg-needs-stochastic")
def stationary_and_worst() -> Counterexample:
    """A softmax policy that has become deterministic does not move, however bad it is."""
    mdp = process([[[1], [1]]], [[0, 1]], "1/2")
    policy = exact([[1, 0]])
    return Counterexample(
        "one state, r = (0, 1), π = (1, 0), γ = 1/2",
        ("Σ (∂J/∂θ)²", (softmax_gradient(mdp, policy) ** 2).sum()),
        "<",
        ("J(π*) − J(π)", suboptimality(mdp, policy)),
    )


@counterexample("pg-needs-stochastic")
def direct_derivative_of_the_same_policy() -> Counterexample:
    """Moving probability to the better action helps at once: the gradient is there, only the score cannot see it."""
    mdp = process([[[1], [1]]], [[0, 1]], "1/2")
    policy = exact([[1, 0]])
    return Counterexample(
        "one state, r = (0, 1), π = (1 − p, p) at p = 0, γ = 1/2",
        ("the softmax gradient", softmax_gradient(mdp, policy)[0, 1]),
        "<",
        ("dJ/dp", performance_gradient(mdp, policy, exact([[[-1], [1]]])).item()),
    )


@identity("deterministic-pg", cases=intervals())
def deterministic_gradient_is_derivative(case: Interval) -> tuple[Array, Array]:
    """Σ_s ρ(s) ∇μ(s) ∂ₐQ(s, a)|_{a=μ(s)} = ∇J, the right-hand side by dual numbers through the linear system."""
    left = deterministic_policy_gradient(case.mdp, case.action, case.jacobian)
    return left, _derivative(case, case.mdp.slope, case.curvature, 0 * case.curvature)


@identity("deterministic-pg", cases=intervals())
def noisy_gradient_is_derivative(case: Interval) -> tuple[Array, Array]:
    """Σ_s ρ_σ(s) ∇μ(s) E[Q_σ ∂_μ log p_σ] = ∇J_σ for a = μ(s) + σξ, E ξ² = 1/5."""
    left = noisy_policy_gradient(case.mdp, case.action, case.jacobian, width=WIDTH)
    extra = case.curvature * (WIDTH * WIDTH / 5)
    return left, _derivative(case, case.mdp.slope, case.curvature, extra)


@identity("deterministic-pg", cases=intervals())
def noise_vanishes_at_second_order(case: Interval) -> tuple[Array, Array]:
    """∇J_σ − ∇J₀ is σ² times one vector, so ∇J_σ → ∇J₀: a half of the width leaves a quarter of the difference."""
    limit = deterministic_policy_gradient(case.mdp, case.action, case.jacobian)
    wide, narrow = (
        noisy_policy_gradient(case.mdp, case.action, case.jacobian, width=width) - limit for width in (WIDTH, WIDTH / 2)
    )
    return wide, 4 * narrow


def _derivative(case: Interval, slope: Array, curvature: Array, extra: Array) -> Array:
    """∇E Σ_t γᵗ r_t with r = c₀ + c₁μ + c₂μ² + ``extra``, one run of dual numbers for each parameter."""
    identity_matrix = convert(np.eye(case.ends.states, dtype=int), case.ends.arithmetic)
    low, high = case.ends.transition[:, 0], case.ends.transition[:, 1]
    columns = []
    for k in range(case.jacobian.shape[1]):
        action = dual(case.action, case.jacobian[:, k])
        transition = (1 - action)[:, None] * low + action[:, None] * high
        reward = case.ends.reward[:, 0] + slope * action + curvature * action * action + extra
        values = solve(identity_matrix - case.ends.discount * transition, reward)
        columns.append(tangent(case.ends.initial @ values).item())
    return np.array(columns)


def _deterministic(case: Choices) -> Array:
    return convert(case.actions[:, None] == np.arange(case.mdp.actions), case.mdp.arithmetic)
