"""The terms of ``compute_ppo_loss``, each by itself, of log-probabilities and values that are free."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import numpy as np
from brax.training.agents.ppo.losses import PPONetworkParams, compute_ppo_loss

from .given import LogProbs, Single, networks, no_value, transitions

__all__ = ["policy_loss", "value_loss"]


def policy_loss(
    log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float, normalize_advantage: bool = False
) -> tuple[Any, Any]:
    """``policy_loss``, and its gradient."""
    columns = {"log_prob": np.float32(old_log_probs), "reward": np.float32(advantages)}
    graded = _NORMALISED if normalize_advantage else _AS_GIVEN
    loss, gradient = graded(np.float32(log_probs), _rows(**columns), clipping_epsilon=np.float32(clip_range))
    return float(loss), np.asarray(gradient)


def value_loss(values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> tuple[Any, Any]:
    """``v_loss``, and its gradient."""
    columns = {"value": np.float32(old_values), "reward": np.float32(returns)}
    clip = None if clip_range is None else np.float32(clip_range)
    loss, gradient = _OF_VALUES(np.float32(values), _rows(**columns), clipping_epsilon_value=clip)
    return float(loss), np.asarray(gradient)


def _rows(**columns: Any) -> Any:
    return transitions(np.arange(len(columns["reward"])), **columns)


def _chosen(free: Any, numbers: Any) -> Any:
    return free[numbers]


def _of_policy(free: Any, data: Any, *, normalize_advantage: bool, **settings: Any) -> Any:
    nets = networks(Single(LogProbs), _chosen, no_value)
    settings |= {"normalize_advantage": normalize_advantage, "vf_coefficient": 0.0}
    return _loss(PPONetworkParams(free, 0.0), data, nets, "policy_loss", **settings)


def _of_values(free: Any, data: Any, **settings: Any) -> Any:
    nets = networks(Single(LogProbs), lambda _, numbers: 0.0 * numbers, _chosen)
    return _loss(PPONetworkParams(0.0, free), data, nets, "v_loss", vf_coefficient=1.0, **settings)


def _loss(parameters: Any, data: Any, nets: Any, term: str, **settings: Any) -> Any:
    _, metrics = compute_ppo_loss(
        parameters, None, data, jax.random.key(0), ppo_network=nets, entropy_cost=0.0, **settings
    )
    return metrics[term]


_AS_GIVEN, _NORMALISED = (
    jax.jit(jax.value_and_grad(partial(_of_policy, normalize_advantage=normalised))) for normalised in (False, True)
)
_OF_VALUES = jax.jit(jax.value_and_grad(_of_values))
