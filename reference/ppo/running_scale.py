"""Statistics of a stream: observations standardised, rewards divided by a running standard deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arithmetic import Array, Scalar, sqrt, square
from ..domain import domain
from ..extrema import clip

__all__ = ["RunningMoments", "scaled_rewards", "standardised_observations"]


@dataclass(frozen=True, eq=False)
class RunningMoments:
    """Count n, mean m and sum of squared deviations M = Σ_i (x_i − m)² of the observations ``[n, ...]`` so far.

    Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for computing sample variances".
    """

    count: int
    mean: Array
    squares: Array

    @classmethod
    @domain(observations="n ...")
    def of(cls, observations: Array) -> RunningMoments:
        """The moments of one batch; ValueError where it is empty."""
        count = len(observations)
        mean = observations.sum(axis=0) / count
        return cls(count, np.asarray(mean), np.asarray(square(observations - mean).sum(axis=0)))

    def merged(self, other: RunningMoments) -> RunningMoments:
        """Σ over both: m = m₁ + (m₂ − m₁) n₂/n and M = M₁ + M₂ + (m₂ − m₁)² n₁n₂/n, n = n₁ + n₂."""
        count, shift = self.count + other.count, other.mean - self.mean
        mean = self.mean + shift * other.count / count
        squares = self.squares + other.squares + square(shift) * self.count * other.count / count
        return RunningMoments(count, np.asarray(mean), np.asarray(squares))

    @property
    def variance(self) -> Array:
        """M/n."""
        return np.asarray(self.squares / self.count)


@domain(observations="...", epsilon="(0, ∞)", bound="(0, ∞]")
def standardised_observations(observations: Array, moments: RunningMoments, *, epsilon: Scalar, bound: Scalar) -> Array:
    """clip((x − m)/√(M/n + ε), −c, c), ``[...]`` (Huang et al., 2022, details 6 and 7 of continuous control).

    Raises
    ------
    ValueError: ε ≤ 0 or c ≤ 0.
    """
    return clip((observations - moments.mean) / sqrt(moments.variance + epsilon), -bound, bound)


@domain(rewards="T", ended="T of 2", gamma="[0, 1]", epsilon="(0, ∞)")
def scaled_rewards(rewards: Array, ended: Array, *, gamma: Scalar, epsilon: Scalar) -> Array:
    """r_t/√(Var(R_0 … R_t) + ε) with R_t = γ R_{t−1} + r_t, and R_{t−1} = 0 after an ending; ``[T]``.

    The sums run forwards, so R_t is not the return G_t; and each reward is divided by another number, so the scaled
    process is not the old one in other units. Engstrom et al. (2020), "Implementation matters in deep policy
    gradients", algorithm 1; Huang et al. (2022), detail 8 of continuous control.

    Raises
    ------
    ValueError: ε ≤ 0.
    """
    total, sums, scaled = 0 * rewards[0], [], []
    for reward, end in zip(rewards, ended, strict=True):
        total = gamma * total + reward
        sums.append(total)
        scaled.append(reward / sqrt(RunningMoments.of(np.array(sums)).variance + epsilon).item())
        total = 0 * total if end else total
    return np.array(scaled)
