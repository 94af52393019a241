"""``gae`` and ``lambda_returns`` as the diagnosis sees them."""

from __future__ import annotations

from functools import partial

import numpy as np

from ...reference.advantage_estimation import generalized_advantage_estimation, lambda_returns
from ...reference.arithmetic import Array, floating
from ..capability import Capability
from ..subject import Subject
from .estimator import Estimate
from .strategies import Trajectories, trajectories

__all__ = ["GAE", "LAMBDA_RETURNS", "Oracle"]


class Oracle:
    """The reference recursion in float64, behind the seam."""

    name = "oracle"
    dtype = "float64"
    gae = staticmethod(generalized_advantage_estimation)
    lambda_returns = staticmethod(lambda_returns)


def observe(capability: str, subject: Subject, case: Trajectories) -> tuple[Array, Array]:
    """The estimates, and 4u (3T + 5) Σ (|r| + |V| + |V'|) over the whole case.

    Every known wrong version is a sum of the inputs with coefficients of at most 1 in size, whatever it mixes up.
    """
    magnitude = sum(float(np.abs(floating(part)).sum()) for part in case.batch[:3])
    tolerance = 4 * subject.unit_roundoff * (3 * len(case.rewards) + 5) * magnitude
    return Estimate(subject, capability)(case), np.full(case.rewards.shape, tolerance)


GAE = Capability("gae", trajectories, partial(observe, "gae"), Oracle())
LAMBDA_RETURNS = Capability("lambda_returns", trajectories, partial(observe, "lambda_returns"), Oracle())
