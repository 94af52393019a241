"""Known bugs of advantage normalisation, as wrong versions of the oracle."""

from __future__ import annotations

import numpy as np

from ...reference.arithmetic import Array
from ..variant import variant

NORMALIZE = "normalize_advantages"


def spread(advantages: Array, ddof: int) -> float:
    """The standard deviation; of one number, 0."""
    centred = advantages - advantages.mean()
    return float(np.sqrt((centred**2).sum() / max(1, len(advantages) - ddof)))


@variant(
    NORMALIZE,
    citations=(
        "verl-project/verl 1cc810c1a (#6348): vectorised GRPO variance with a floor",
        "NVIDIA-NeMo/RL#4158: the same difference of moments",
    ),
    ddof=(1, 0),
    floor=(1e-6, 0.0),
)
def variance_as_difference_of_moments(advantages: Array, *, ddof: int, floor: float) -> Array:
    """The variance is E[x²] − m², which cancels where the mean is large, and has a floor where it is small."""
    size, mean = len(advantages), advantages.mean()
    variance = ((advantages**2).mean() - mean**2) * size / max(1, size - ddof)
    return np.asarray((advantages - mean) / (np.sqrt(max(variance, floor)) + 1e-6))


@variant(
    NORMALIZE,
    citations=("DLR-RM/stable-baselines3#325, #265, #440 (fix 2cc1477f, #1028): standard deviation of one sample",),
    epsilon=(1e-8, 1e-5),
)
def standard_deviation_of_one_number(advantages: Array, *, epsilon: float) -> Array:
    """The unbiased standard deviation of a batch of one is 0/0: not a number."""
    return np.asarray((advantages - advantages.mean()) / (np.std(advantages, ddof=1) + epsilon))


@variant(
    NORMALIZE,
    citations=("ServiceNow/PipelineRL#54: mean and spread of the first rollout for the whole group",),
    share=(1 / 2, 0.0),
    ddof=(0, 1),
)
def statistics_of_a_part(advantages: Array, *, share: float, ddof: int) -> Array:
    """Mean and standard deviation come from the first rows alone."""
    first = advantages[: max(1, int(share * len(advantages)))]
    return np.asarray((advantages - first.mean()) / (spread(first, ddof) + 1e-4))


@variant(NORMALIZE, citations=("tensorflow/agents c957dea0: normalised over the batch axis alone",), rows=(2, 1))
def every_step_its_own_batch(advantages: Array, *, rows: int) -> Array:
    """Each time step has its own mean and spread; with one trajectory all results are 0."""
    starts = range(0, len(advantages), rows)
    steps = [advantages[start : start + rows] for start in starts]
    return np.concatenate([(step - step.mean()) / (spread(step, 0) + 1e-8) for step in steps])


@variant(NORMALIZE, citations=("openai/baselines 4862140: standardised into atarg, then seg['adv'] was passed on",))
def computed_but_not_used(advantages: Array) -> Array:
    """The advantages come back as they were."""
    return advantages.copy()


@variant(
    NORMALIZE,
    citations=("Omegastick/pytorch-cpp-rl#14: advantages − mean/(std + ε)",),
    ddof=(1, 0),
    epsilon=(1e-5, 1e-8),
)
def mean_alone_divided(advantages: Array, *, ddof: int, epsilon: float) -> Array:
    """A parenthesis is missing: the mean alone is divided by the standard deviation."""
    return np.asarray(advantages - advantages.mean() / (spread(advantages, ddof) + epsilon))


@variant(NORMALIZE)
def divided_by_the_variance(advantages: Array) -> Array:
    """Control: the root is missing."""
    return np.asarray((advantages - advantages.mean()) / (spread(advantages, 0) ** 2 + 1e-8))


@variant(NORMALIZE)
def nothing_added_to_no_spread(advantages: Array) -> Array:
    """Control: no ε and no guard, so that equal advantages give 0/0."""
    return np.asarray((advantages - advantages.mean()) / np.float64(spread(advantages, 0)))


@variant(NORMALIZE)
def mean_left_in(advantages: Array) -> Array:
    """Control: scaled and not centred."""
    return np.asarray(advantages / (spread(advantages, 0) + 1e-8))


@variant(NORMALIZE)
def norm_in_place_of_the_spread(advantages: Array) -> Array:
    """Control: divided by the root of the sum of squares, not of their mean."""
    return np.asarray((advantages - advantages.mean()) / (spread(advantages, 0) * np.sqrt(len(advantages)) + 1e-8))
