"""``natural_gradient_step``, ``trpo_step``, ``ppo_step``: arguments, right answers, how far rounding may take them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...reference.arithmetic import Array, floating
from ...reference.softmax import softmax
from ...reference.trpo import natural_gradient_step, trpo_step
from ..capability import Capability
from ..subject import Subject
from ..tables import log_prob_error
from .ascent import ascend, replay
from .full_step import Problem, candidates
from .strategies import AscentBatch, TrustRegionBatch, ascents, trust_regions

__all__ = ["NATURAL_GRADIENT_STEP", "PPO_STEP", "TRPO_STEP"]


def natural_gradient_oracle(logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float) -> Array:
    """The logits after the undamped step."""
    return np.asarray(
        logits + natural_gradient_step(softmax(logits), states, actions, advantages, max_kl=max_kl).change
    )


def trpo_oracle(logits: Array, states: Array, actions: Array, advantages: Array, *, max_kl: float) -> Array:
    """The logits after the undamped step, halved up to ten times."""
    step = trpo_step(softmax(logits), states, actions, advantages, max_kl=max_kl, factor=0.5)
    return np.asarray(logits + step.change)


def step_tolerance(subject: Subject, case: TrustRegionBatch) -> Any:
    """What rounding may do to any wrong version: 16 times the largest bound on an entry, in the whole table."""
    problem = Problem(subject, case)
    bounds = [problem.bound(step)[problem.visited].max() for step in candidates(problem)]
    return float(16 * max(bounds))


def ascent_tolerance(subject: Subject, case: AscentBatch) -> Any:
    """The same: 16 ε (1 + the largest logit + α Σ|Â|/B an epoch)."""
    size = float(np.abs(floating(case.advantages)).sum() * abs(floating(case.learning_rate)) * case.epochs)
    known = replay(subject, case).error
    bound = known.max() if np.all(np.isfinite(known)) else 0.0
    work = log_prob_error(subject, case.logits).max()
    return float(16 * (bound + work * (1 + np.abs(floating(case.logits)).max() + size)))


NATURAL_GRADIENT_STEP = Capability(
    "natural_gradient_step",
    trust_regions,
    lambda case: ((case.logits, case.states, case.actions, case.advantages), {"max_kl": case.max_kl}),
    lambda case: (case.logits.shape,),
    step_tolerance,
    natural_gradient_oracle,
)
TRPO_STEP = Capability(
    "trpo_step",
    trust_regions,
    NATURAL_GRADIENT_STEP.arguments,
    NATURAL_GRADIENT_STEP.shapes,
    step_tolerance,
    trpo_oracle,
)
PPO_STEP = Capability(
    "ppo_step",
    ascents,
    lambda case: (
        (case.logits, case.states, case.actions, case.advantages),
        {"clip_range": case.clip_range, "learning_rate": case.learning_rate, "epochs": case.epochs},
    ),
    lambda case: (case.logits.shape,),
    ascent_tolerance,
    ascend,
)
