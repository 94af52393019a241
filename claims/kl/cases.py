"""What the claims about divergences are tried on."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.lattice import distributions, numbers, table
from ...invariants.mdps import TwoPolicies, mdps, policies
from ...reference.arithmetic import Array
from ...reference.tabular_mdp import TabularMDP

__all__ = ["STEPS", "Gaussians", "Neighbours", "TwoLaws", "gaussians", "neighbours", "supported", "two_laws"]

STEPS = table(["0", "1/1024", "-1/1024", "1/8", "-1/8", "1/2", "-1/2", "1", "-1", "2", "-3/2"])
"""Changes of a logit, down to those at which a subtraction would lose all digits."""


@dataclass(frozen=True, eq=False, repr=False)
class TwoLaws(Case):
    """Two categorical distributions ``[X]``."""

    p: Array
    q: Array


@dataclass(frozen=True, eq=False, repr=False)
class Gaussians(Case):
    """Two Gaussians with independent components: means and ln σ, ``[n]`` each."""

    mean_p: Array
    log_std_p: Array
    mean_q: Array
    log_std_q: Array


@dataclass(frozen=True, eq=False, repr=False)
class Neighbours(Case):
    """A curve of policies t ↦ π e^(tφ·x + t²c) / Z through π, which is ``old`` or another.

    ``policy`` and ``old`` ``[S, A]`` have full support; ``features`` φ are ``[S, A, 2]``, the ``direction`` x ``[2]``,
    the ``curvature`` c ``[S, A]``.
    """

    mdp: TabularMDP
    policy: Array
    old: Array
    features: Array
    direction: Array
    curvature: Array

    @property
    def slope(self) -> Array:
        """φ·x, the first derivative of the logits along the curve, ``[S, A]``."""
        return self.features @ self.direction


@st.composite
def two_laws(draw: st.DrawFn, *, positive: bool = False) -> TwoLaws:
    """Zeros and ties in p, q near and far; ``positive`` gives q full support, so that the divergence is finite."""
    outcomes = draw(st.integers(1, 5))
    parts = [draw(st.sampled_from([8, 64, 1024])) for _ in range(2)]
    return TwoLaws(
        draw(distributions((), outcomes, parts=parts[0])),
        draw(distributions((), outcomes, parts=parts[1], positive=positive)),
    )


@st.composite
def gaussians(draw: st.DrawFn) -> Gaussians:
    """Means far and near, ln σ in [−3/2, 2], equal ones common."""
    size = draw(st.integers(1, 3))
    return Gaussians(draw(numbers((size,))), *(draw(numbers((size,), values)) for values in (STEPS, STEPS, STEPS)))


@st.composite
def supported(draw: st.DrawFn, *, max_states: int = 3, max_actions: int = 2) -> TwoPolicies:
    """A process with two policies whose divergence is finite: the new one has full support."""
    mdp = draw(mdps(max_states, max_actions))
    return TwoPolicies(mdp, draw(policies(mdp)), draw(policies(mdp, positive=True)))


@st.composite
def neighbours(draw: st.DrawFn) -> Neighbours:
    """Curves through policies of small processes; a feature may be constant, so that the Fisher matrix is singular."""
    mdp = draw(mdps(max_states=3, max_actions=3))
    return Neighbours(
        mdp,
        draw(policies(mdp, positive=True)),
        draw(policies(mdp, positive=True)),
        draw(numbers((mdp.states, mdp.actions, 2))),
        draw(numbers((2,))),
        draw(numbers((mdp.states, mdp.actions))),
    )
