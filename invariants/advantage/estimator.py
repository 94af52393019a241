"""One statement about advantages judges two methods: ``gae``, and ``lambda_returns`` = Â + V."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from ...reference.arithmetic import Array, floating
from ..capability import Capability
from ..comparison import Comparison
from ..invariant import statement_of_each
from ..subject import Subject
from .capabilities import GAE, LAMBDA_RETURNS
from .strategies import Trajectories

__all__ = ["GAE_2016", "SUTTON_BARTO_2018", "TIME_LIMITS_2018", "Estimate", "statement"]

GAE_2016 = "Schulman, Moritz, Levine, Jordan, Abbeel (2016), High-dimensional continuous control using GAE"
SUTTON_BARTO_2018 = "Sutton, Barto (2018), Reinforcement learning: an introduction"
TIME_LIMITS_2018 = "Pardo, Tavakoli, Levdik, Kormushev (2018), Time limits in reinforcement learning"

SMALLEST = {"float32": 2.0**-126, "float64": 2.0**-1022}
"""The smallest normal number: what flushing subnormals to zero may cost."""


@dataclass(frozen=True)
class Estimate:
    """An implementation's estimator, seen through one of its two methods."""

    subject: Subject
    capability: Capability

    def __call__(self, case: Trajectories) -> Array:
        """What the implementation returns for a case, ``[T, N]``."""
        return self.capability.results(self.subject, case)[0]

    def of(self, advantages: Array, case: Trajectories) -> Array:
        """What this method should return where the advantages are these: Â, or Â + V."""
        return np.asarray(advantages + case.values) if self.capability is LAMBDA_RETURNS else advantages

    def against(self, advantages: Array, case: Trajectories, what: str) -> Comparison:
        """Compare the implementation with the right advantages of a case."""
        return Comparison(self(case), self.of(advantages, case), self.bound(case), what)

    def bound(self, case: Trajectories) -> Array:
        """2u (3(T−t) + 4) M_t + smallest, M_t = Σ_l (γλ)ˡ (|r| + γ|V'| + |V|) to the end of the episode.

        A term of δ_{t+l} passes at most 3l + 4 roundings in the recursion (γV', + r, − V, then per step γ·λ, its
        product with Â, the sum); twice that covers the forms that compute returns first, or fold γV(final) into the
        reward. Each operation may also lose one smallest normal number. ``lambda_returns`` adds V, and a rounding.
        """
        rewards, values, following = (np.abs(floating(part)) for part in case.batch[:3])
        gamma, lam = float(floating(case.gamma)), float(floating(case.lam))
        steps = len(rewards)
        magnitude, total = np.empty_like(rewards), np.zeros_like(rewards[0])
        for t in reversed(range(steps)):
            bootstrap = gamma * following[t] * ~case.terminated[t]
            total = rewards[t] + bootstrap + values[t] + gamma * lam * total * ~case.ended[t]
            magnitude[t] = total
        roundings = 2 * (3 * np.arange(steps, 0, -1)[:, None] + 4)
        if self.capability is LAMBDA_RETURNS:
            magnitude, roundings = magnitude + values, roundings + 2
        return np.asarray(roundings * (self.subject.unit_roundoff * magnitude + SMALLEST[self.subject.dtype]))


statement = partial(statement_of_each, (GAE, LAMBDA_RETURNS), Estimate)
"""Make two invariants, ``gae-…`` and ``lambda-returns-…``, of a comparison of an estimate on a case."""
