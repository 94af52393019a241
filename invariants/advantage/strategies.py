"""Trajectories on which advantage estimators go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from hypothesis import strategies as st

from ...reference.arithmetic import Array, exact
from ..case import Case
from ..lattice import MIXED, SMALL, numbers, rounded

__all__ = ["Trajectories", "trajectories"]

NOWHERE, TERMINATED, TRUNCATED, BOTH = (False, False), (True, False), (False, True), (True, True)
ENDINGS = {
    "sparse": (NOWHERE,) * 9 + (TERMINATED,) * 3 + (TRUNCATED,) * 3 + (BOTH,),
    "nowhere": (NOWHERE,),
    "everywhere": (TERMINATED, TRUNCATED, BOTH),
    "truncations": (NOWHERE, TRUNCATED),
}


@dataclass(frozen=True, eq=False, repr=False)
class Trajectories(Case):
    """What ``gae`` and ``lambda_returns`` take: time-major ``[T, N]`` arrays, γ and λ."""

    rewards: Array
    values: Array
    next_values: Array
    terminated: Array
    truncated: Array
    gamma: Any
    lam: Any

    @property
    def instances(self) -> int:
        """N, the number of trajectories."""
        return int(self.rewards.shape[1])

    @property
    def batch(self) -> tuple[Array, Array, Array, Array, Array]:
        """The arrays, in the order of the seam."""
        return self.rewards, self.values, self.next_values, self.terminated, self.truncated

    @property
    def factors(self) -> dict[str, Any]:
        """γ and λ, as the seam's keywords."""
        return {"gamma": self.gamma, "lam": self.lam}

    def reductions(self) -> Iterator[Self]:
        """One environment alone, then without the first and without the last step."""
        steps, environments = self.rewards.shape
        if environments > 1:
            yield from (self.part((slice(None), [n])) for n in range(environments))
        if steps > 1:
            yield from (self.part(slice(1, None)), self.part(slice(None, -1)))

    @property
    def ended(self) -> Array:
        """Where an episode ends, for either reason, ``[T, N]``."""
        return np.asarray(self.terminated | self.truncated)


@st.composite
def trajectories(
    draw: st.DrawFn, dtype: str = "float64", *, max_steps: int = 10, max_environments: int = 28, gamma: Any = None
) -> Trajectories:
    """Trajectories whose numbers ``dtype`` holds exactly.

    T = 1, N = 1, γ and λ at 0, at 1 and near 1, endings on the last step, everywhere, nowhere and with both flags
    are common. Where an episode ends, V(s_t), V(final) and V(reset) are three different numbers.
    """
    shape = (draw(st.integers(1, max_steps)), draw(st.integers(1, max_environments)))
    table = draw(st.sampled_from([SMALL, MIXED]))
    rewards, values, final = draw(numbers(shape, table)), draw(numbers(shape, table)), draw(numbers(shape, table))
    kinds = ENDINGS[draw(st.sampled_from(sorted(ENDINGS, key=list(ENDINGS).index)))]
    flags = np.array([kinds[i % len(kinds)] for i in draw(st.binary(min_size=values.size, max_size=values.size))])
    terminated, truncated = (np.ascontiguousarray(flags[:, i].reshape(shape)) for i in (0, 1))
    if draw(st.booleans()):
        terminated[-1] = True
    next_values = np.concatenate([values[1:], final[-1:]])
    ended = terminated | truncated
    next_values[ended] = final[ended]
    values, next_values = _distinct(values, next_values, ended)
    return Trajectories(
        rewards,
        values,
        next_values,
        terminated,
        truncated,
        rounded(draw(_gammas()), dtype) if gamma is None else gamma,
        rounded(draw(_lambdas()), dtype),
    )


def _gammas() -> st.SearchStrategy[str]:
    return st.sampled_from(["1/2", "1", "0", "99/100", "9/10", "1/4", "1023/1024", "999/1000"])


def _lambdas() -> st.SearchStrategy[str]:
    return st.sampled_from(["1/2", "1", "0", "95/100", "3/4", "9/10", "1/8"])


def _distinct(values: Array, next_values: Array, ended: Array) -> tuple[Array, Array]:
    """Move V(reset), then V(final), up by ones until the three values at each ending differ."""
    values, next_values = values.copy(), next_values.copy()
    one = exact(1).item()
    steps = len(values)
    for column in range(values.shape[1]):
        for t in range(steps):
            reset = t + 1 < steps and ended[t, column]
            if reset and values[t + 1, column] == values[t, column]:
                values[t + 1, column] += one
            if t + 1 < steps and not ended[t, column]:
                next_values[t, column] = values[t + 1, column]
            while ended[t, column] and (
                next_values[t, column] == values[t, column]
                or (reset and next_values[t, column] == values[t + 1, column])
            ):
                next_values[t, column] += one
    return values, next_values
