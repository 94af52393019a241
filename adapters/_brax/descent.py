"""Steps of ``gradient_update_fn`` of ``compute_ppo_loss``, by the SGD of optax."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from brax.training.agents.ppo.losses import PPONetworkParams, compute_ppo_loss
from brax.training.gradients import gradient_update_fn

from .._updates import Given, PlainAscent
from .given import in_state, networks, of_actions, transitions

__all__ = ["descended"]


def descended(given: Given, plain: PlainAscent) -> Any:
    """The tables after a step on all rows in each epoch."""
    tables = tuple(np.float32(table) for table in given.tables)
    actions = given.actions.astype(np.int32 if len(tables) == 1 else np.float32)
    columns = {"reward": np.float32(given.advantages), "log_prob": np.float32(given.log_probs), "raw_action": actions}
    data = transitions(given.states, distribution_params=in_state(tables, given.states), **columns)
    for _ in range(plain.epochs):
        tables = _STEP(tables, data, np.float32(plain.learning_rate), np.float32(plain.clip_range))
    return tables


def _step(tables: Any, data: Any, rate: Any, clip_range: Any) -> Any:
    settings = {"entropy_cost": 0.0, "normalize_advantage": False, "clipping_epsilon": clip_range}
    loss = partial(compute_ppo_loss, ppo_network=networks(of_actions(tables), in_state), **settings)
    parameters, descent = PPONetworkParams(tables, jnp.zeros(())), optax.sgd(rate)
    update = gradient_update_fn(loss, descent, None, has_aux=True)
    _, parameters, _ = update(parameters, None, data, jax.random.key(0), optimizer_state=descent.init(parameters))
    return parameters.policy


_STEP = jax.jit(_step)
