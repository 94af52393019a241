"""Proximal policy optimisation: its losses with their derivatives, its estimators, and each step of its pipeline.

ρ is the ratio π/π_old at a sampled action, ε the clip range, Â an advantage, y a target of the critic. Losses are means
over a batch ``[B]``. At a kink, where only one-sided derivatives exist, both are given.
"""

from .adam import adam_steps
from .advantage_normalisation import normalised_advantages
from .annealing import annealed
from .approximate_kl import KLEstimator, approximate_kl, kl_estimates
from .clipped_objective import (
    clipped_objective,
    clipped_objective_derivatives,
    policy_loss,
    policy_loss_gradients,
)
from .entropy import entropy, entropy_gradient
from .gradient_clipping import clipped_by_norm
from .kl_penalty import adapted_coefficient, penalised_objective
from .orthogonal_initialisation import orthogonal_weights
from .pipeline import PPOResult, PPORollout, PPOSettings, minibatches, ppo_update
from .ratio import clipped_ratio, probability_ratio
from .running_scale import RunningMoments, scaled_rewards, standardised_observations
from .value_loss import ValueClip, clipped_values, value_errors, value_loss, value_loss_gradients

__all__ = [
    "KLEstimator",
    "PPOResult",
    "PPORollout",
    "PPOSettings",
    "RunningMoments",
    "ValueClip",
    "adam_steps",
    "adapted_coefficient",
    "annealed",
    "approximate_kl",
    "clipped_by_norm",
    "clipped_objective",
    "clipped_objective_derivatives",
    "clipped_ratio",
    "clipped_values",
    "entropy",
    "entropy_gradient",
    "kl_estimates",
    "minibatches",
    "normalised_advantages",
    "orthogonal_weights",
    "penalised_objective",
    "policy_loss",
    "policy_loss_gradients",
    "ppo_update",
    "probability_ratio",
    "scaled_rewards",
    "standardised_observations",
    "value_errors",
    "value_loss",
    "value_loss_gradients",
]
