"""What claims about curvature are tried on: state distributions, policies, directions, features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import Table, distributions, numbers, table
from ...reference.arithmetic import Array, exact

__all__ = ["Directions", "GaussianStates", "LogLinear", "directions", "gaussian_states", "log_linear", "weighted_rows"]

LOGITS = table((0, 1, -1, 2, "1/2", "-1/2", -3, "1/4", "-3/4", "1/1024", 5, "-13/8"))
"""Changes of logits: large, small, and many that coincide."""


@dataclass(frozen=True, eq=False, repr=False)
class Directions(Case):
    """A state distribution ``[S]``, a policy ``[S, A]`` and a change of its logits ``[S, A]``."""

    weights: Array
    policy: Array
    direction: Array


@dataclass(frozen=True, eq=False, repr=False)
class LogLinear(Case):
    """A state distribution, a policy, features ``[S, A, n]``, a direction ``[n]`` and tables to combine, ``[S, A]``."""

    weights: Array
    policy: Array
    features: Array
    direction: Array
    values: Array


@dataclass(frozen=True, eq=False, repr=False)
class GaussianStates(Case):
    """Equally likely states x ``[N, n]``, a standard deviation √σ and a change of the gain ``[m, n]``."""

    points: Array
    deviation: Any
    change: Array


@st.composite
def weighted_rows(draw: st.DrawFn, *, positive: bool, max_states: int, max_actions: int) -> tuple[Array, Array]:
    """w(s) with zeros, and π; zeros of π unless ``positive``."""
    states, actions = draw(st.integers(1, max_states)), draw(st.integers(1, max_actions))
    parts = draw(st.sampled_from([8, 64, 1024] if positive else [8, 2, 1, 64, 1024]))
    weights = draw(distributions((), states, parts=draw(st.sampled_from([8, 2, 1, 64]))))
    return weights, draw(distributions((states,), actions, parts=parts, positive=positive))


@st.composite
def directions(
    draw: st.DrawFn, *, positive: bool = False, max_states: int = 3, max_actions: int = 3, values: Table = LOGITS
) -> Directions:
    """Unvisited states, impossible actions, one action alone, and directions that change nothing are common."""
    weights, policy = draw(weighted_rows(positive=positive, max_states=max_states, max_actions=max_actions))
    return Directions(weights, policy, draw(numbers(policy.shape, values)))


@st.composite
def log_linear(draw: st.DrawFn, *, max_features: int = 3) -> LogLinear:
    """Features that are zero, equal for all actions or linearly dependent are common: F is often singular."""
    weights, policy = draw(weighted_rows(positive=False, max_states=3, max_actions=3))
    n = draw(st.integers(1, max_features))
    features, direction = draw(numbers((*policy.shape, n))), draw(numbers((n,)))
    return LogLinear(weights, policy, features, direction, draw(numbers(policy.shape)))


@st.composite
def gaussian_states(draw: st.DrawFn) -> GaussianStates:
    """One more state than there are dimensions, and the unit vectors among them: E[x xᵀ] is regular."""
    n, inputs = draw(st.integers(1, 3)), draw(st.integers(1, 2))
    units = [[int(i == j) for j in range(n)] for i in range(n)]
    points = [*units, list(draw(numbers((n,))))]
    deviation = exact(draw(st.sampled_from(["1", "1/2", "2", "3/4", "1/8"]))).item()
    return GaussianStates(exact(points), deviation, draw(numbers((inputs, n))))
