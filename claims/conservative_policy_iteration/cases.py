"""What the claims about conservative updates are tried on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import strategies as st

from ...invariants.case import Case
from ...invariants.mdps import mdps, policies
from ...reference.arithmetic import Array, exact
from ...reference.conservative_policy_iteration import mixture
from ...reference.tabular_mdp import TabularMDP

__all__ = ["Mixing", "deterministic_policies", "leave_or_stay", "mixing", "stay_or_go"]


@dataclass(frozen=True, eq=False, repr=False)
class Mixing(Case):
    """A process, the old policy, its partner π' ``[S, A]`` and the partner's weight α."""

    mdp: TabularMDP
    old: Array
    partner: Array
    alpha: Any

    @property
    def new(self) -> Array:
        """(1−α) π_old + α π'."""
        return mixture(self.old, self.partner, self.alpha)


@st.composite
def mixing(draw: st.DrawFn, *, positive: bool = False) -> Mixing:
    """Small processes, α often at an end of [0, 1] or tiny; ``positive`` gives the partner full support."""
    mdp = draw(mdps())
    alpha = draw(st.sampled_from(["1/2", "0", "1", "1/8", "7/8", "1/64", "1/1024"]))
    return Mixing(mdp, draw(policies(mdp)), draw(policies(mdp, positive=positive)), exact(alpha).item())


def stay_or_go(discount: str, alpha: str) -> Mixing:
    """The tight family: s₀ {stay: 0 → s₀, go: +1 → s₁}, s₁ absorbing {0, −1}, μ = s₀, π_old = (stay, 0), π' = (go, −1).

    V_old = 0. The surrogate sees the gain of going; it does not see what π' does at s₁, where π_old never is.
    """
    stay, go = [1, 0], [0, 1]
    mdp = TabularMDP(exact([[stay, go], [go, go]]), exact([[0, 1], [0, -1]]), exact(stay), exact(discount).item())
    return Mixing(mdp, exact([stay, stay]), exact([go, go]), exact(alpha).item())


def leave_or_stay(discount: str) -> TabularMDP:
    """X {leave: +1 → Y, stay: −1 → X}, Y absorbing {−1, +1}, μ = X: V = 0 where both actions are as likely."""
    x, y = [1, 0], [0, 1]
    return TabularMDP(exact([[y, x], [y, y]]), exact([[1, -1], [-1, 1]]), exact(x), exact(discount).item())


def deterministic_policies(mdp: TabularMDP) -> Array:
    """All A^S of them, ``[A^S, S, A]``."""
    choices = np.array(list(np.ndindex((mdp.actions,) * mdp.states)))
    return exact((choices[..., None] == np.arange(mdp.actions)).astype(int))
