"""What the target of skrl's JAX side shares: models that say what they observe, and functions of its ``PPO``.

A batch of a new shape would be compiled anew: its rows go through the models one by one.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import version
from typing import Any

import numpy as np

from .. import NotInstalledError

try:
    import jax.numpy as jnp
    from gymnasium import spaces
    from skrl.agents.jax.ppo import PPO
    from skrl.models.jax import CategoricalMixin, GaussianMixin, Model
    from skrl.models.jax.base import StateDict
except ImportError as error:
    raise NotInstalledError("skrl", "pip install skrl flax optax") from error

__all__ = ["VERSION", "Categorical", "Gaussian", "normalised", "policy_update", "value_update"]

VERSION = version("skrl")
_PPO = sys.modules[PPO.__module__]


class _Categorical(CategoricalMixin, Model):  # type: ignore[misc]
    """Logits are what is observed."""

    def __init__(self, **owned: Any) -> None:
        Model.__init__(self, **owned)
        CategoricalMixin.__init__(self)

    def __call__(self, inputs: Any, _role: str) -> Any:
        return inputs["observations"], {}


class _Gaussian(GaussianMixin, Model):  # type: ignore[misc]
    """Means and log σ are what is observed, and log σ counts as it is."""

    def __init__(self, **owned: Any) -> None:
        Model.__init__(self, **owned)
        GaussianMixin.__init__(self, clip_log_std=False)

    def __call__(self, inputs: Any, _role: str) -> Any:
        mean, log_std = jnp.split(inputs["observations"], 2, axis=-1)
        return mean, {"log_std": log_std}


class Categorical:
    """``CategoricalMixin`` on rows of logits."""

    def __init__(self, logits: Any) -> None:
        self.model = _ready(_Categorical, logits.shape[1])
        self.rows = [_array(row)[None] for row in logits]

    def log_prob(self, actions: Any) -> Any:
        """``log_prob`` that ``act`` returns for the actions taken, ``[B]``."""
        rows = zip(self.rows, actions, strict=True)
        taken = [self._acted(row, taken_actions=_array(action).reshape(1, -1)) for row, action in rows]
        return np.array([outputs["log_prob"].item() for outputs in taken])

    def entropy(self) -> Any:
        """``get_entropy`` of what ``act`` calls ``stddev``, as ``PPO`` asks for it, ``[B]``."""
        deviations = [self._acted(row)["stddev"] for row in self.rows]
        return np.array([self.model.get_entropy(deviation, role="policy").item() for deviation in deviations])

    def _acted(self, row: Any, **taken: Any) -> Any:
        return self.model.act({"observations": row, **taken}, role="policy")[1]


class Gaussian(Categorical):
    """``GaussianMixin`` on rows of means and log σ."""

    def __init__(self, mean: Any, log_std: Any) -> None:
        self.model = _ready(_Gaussian, 2 * mean.shape[1])
        self.rows = [_array(row)[None] for row in np.concatenate([mean, log_std], axis=1)]


def _given(_inputs: Any, *, role: str, params: Any) -> Any:  # noqa: ARG001 - skrl's signature
    """A model that says its parameters."""
    return params, {"log_prob": params, "stddev": params}


def policy_update(log_probs: Any, old_log_probs: Any, advantages: Any, clip_range: float = 0.2) -> Any:
    """Loss, gradient and divergence by ``_update_policy``, whose policy has free log-probabilities."""
    columns = (_column(old_log_probs), _column(advantages))
    held = StateDict.create(apply_fn=_given, params=_column(log_probs))
    gradient, loss, _, divergence, _ = _PPO._update_policy(_given, held, {}, *columns, clip_range, None, 0.0)
    return loss.item(), np.array(gradient[:, 0]), divergence.item()


def value_update(values: Any, old_values: Any, returns: Any, clip_range: float | None) -> Any:
    """Loss and gradient by ``_update_value``, whose critic has free values."""
    held = StateDict.create(apply_fn=_given, params=_column(values))
    columns, clipped = (_column(old_values), _column(returns)), (clip_range is not None, clip_range or 0.0)
    gradient, loss = _PPO._update_value(_given, held, {}, *columns, 1.0, *clipped)
    return loss.item(), np.array(gradient[:, 0])


def normalised(advantages: Any) -> Any:
    """What ``_compute_gae`` makes of advantages ``[B]``: they are rewards of B episodes of one step, and V = 0."""
    rewards = _column(advantages)[None]
    ended = jnp.ones(rewards.shape, dtype=bool)
    rest = {"terminated": ended, "truncated": ~ended, "values": 0 * rewards, "last_values": 0 * rewards[0]}
    return np.array(_PPO._compute_gae(rewards=rewards, **rest)[1][0, :, 0])


@cache
def _ready(kind: Any, size: int) -> Any:
    one, observed = (spaces.Box(-np.inf, np.inf, (each,)) for each in (1, size))
    model = kind(observation_space=observed, action_space=one, device="cpu")
    model.init_state_dict(role="policy")
    return model


def _array(array: Any) -> Any:
    return jnp.asarray(np.asarray(array, dtype=np.float32))


def _column(array: Any) -> Any:
    return _array(array)[:, None]
