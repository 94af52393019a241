"""brax: ``train`` of its PPO in B environments, each of which ends after the action that is given for it.

Its optimiser is Adam, and none can be given: where plain, ``gradient_update_fn`` of ``compute_ppo_loss`` takes a step
an epoch by the SGD of optax. JAX 0.10 has dropped a function that ``train`` calls: it is back while that runs.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import jax
import jax.numpy as jnp
import numpy as np
from brax.envs.base import State
from brax.training.agents.ppo.train import train

from .._brax.descent import descended
from .._brax.given import in_state, networks, of_actions
from . import Given, PlainAscent

__all__ = ["ppo"]

MINIBATCH = 6
"""Rows; by default there are 32 in each of 16."""


def ppo(given: Given, *, plain: PlainAscent | None) -> tuple[Any, Any]:
    """Parameters, and the rows of each step."""
    if plain:
        tables, asked = descended(given, plain), [np.arange(len(given.states))] * plain.epochs
    else:
        tables, asked = _trained(given)
    return np.concatenate([np.ravel(table) for table in tables]), asked


class _Once:
    """All environments at once: the step of each earns its advantage and ends it."""

    def __init__(self, advantages: Any, action_size: int) -> None:
        self.advantages, self.action_size = jnp.float32(advantages), action_size

    def reset(self, keys: Any) -> Any:
        nothing = jnp.zeros(len(keys))
        numbers = jnp.arange(float(len(keys)))[:, None]
        info = {"truncation": nothing, "episode_metrics": {}, "episode_done": nothing}
        return State(pipeline_state=None, obs=numbers, reward=nothing, done=nothing, metrics={}, info=info)

    def step(self, state: Any, _actions: Any) -> Any:
        return state.replace(reward=self.advantages, done=jnp.ones(len(self.advantages)))


def _trained(given: Given) -> tuple[Any, Any]:
    size, tables, asked = len(given.states), tuple(jnp.float32(table) for table in given.tables), []
    states = jnp.array(given.states)

    def policy(tables: Any, rows: Any) -> Any:
        if rows.ndim == 2:
            jax.debug.callback(lambda each: asked.append(np.ravel(each)), rows)
        return in_state(tables, states[rows])

    made = of_actions(tables)
    made.sample_no_postprocessing = lambda _parameters, _key: jnp.array(given.actions)
    sizes = {"num_envs": size, "batch_size": MINIBATCH, "num_minibatches": size // MINIBATCH}
    sizes |= {"num_timesteps": size, "unroll_length": 1, "episode_length": 1}
    with _replicating():
        _, (_, tables, _), _ = train(
            _Once(given.advantages, tables[0].shape[1]),
            wrap_env=False,
            network_factory=lambda *_, **__: networks(made, policy, start=tables),
            seed=int(np.random.randint(2**31)),  # noqa: NPY002 - what the shuffles of other libraries draw from
            run_evals=False,
            num_evals=0,
            **sizes,
        )
        jax.effects_barrier()
    return tables, asked


def _replicating() -> Any:
    """The function of old that copies to each device."""
    return patch.object(jax, "device_put_replicated", _replicated, create=True)


def _replicated(tree: Any, devices: Any) -> Any:
    return jax.tree.map(lambda leaf: jnp.stack([leaf] * len(devices)), tree)
