"""agilerl: its rollouts fed one trajectory, what PPO learns from, and distributions. Tried with 2.58.

PPO standardises advantages in every case: its loss and its update are not those of advantages as they are given.
"""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import torch
    from agilerl.components.rollout_buffer import RolloutBuffer
    from agilerl.networks.distributions import TorchDistribution
    from agilerl.rollouts.on_policy import collect_rollouts
    from gymnasium import spaces

    from ._agilerl import ANYWHERE, FreeRows, agent, logged
    from ._collectors.agilerl import collected
    from ._learning.agilerl import learned
    from ._torch import tensor
except ImportError as error:
    raise NotInstalledError("agilerl", "pip install agilerl peft") from error

__all__ = ["Implementation"]


class Implementation:
    """``agilerl``, in float32."""

    name = "agilerl"
    version = version("agilerl")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "value_clip": "max",
        "value_loss_scale": 0.5,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantages`` of the buffer."""
        return _rollout(*batch, gamma=gamma, lam=lam)["advantages"].numpy().copy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` of the buffer."""
        return _rollout(*batch, gamma=gamma, lam=lam)["returns"].numpy().copy()

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``value_loss`` that ``PPO.learn`` logs, and its gradient; an infinite range clips nothing."""
        nothing, clip = np.zeros(len(values)), float("inf") if clip_range is None else clip_range
        columns = {"log_probs": nothing, "advantages": nothing, "values": old_values, "returns": returns}
        _, critic, metrics = _updated(nothing, values, columns, vf_coef=1.0, clip_coef=clip)
        return metrics["value_loss"], critic.gradient

    def normalize_advantages(self, advantages: Any) -> Any:
        """The advantages that ``PPO.learn`` multiplies ratios with: at ratio 1, −B times the gradient of the actor."""
        nothing = np.zeros(len(advantages))
        columns = {"log_probs": nothing, "advantages": advantages, "values": nothing, "returns": nothing}
        actor, *_ = _updated(nothing, nothing, columns)
        return -len(advantages) * actor.gradient

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``TorchDistribution.log_prob``."""
        return _categorical(logits).log_prob(tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``TorchDistribution.entropy``."""
        return _categorical(logits).entropy().numpy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``TorchDistribution.log_prob``."""
        return _gaussian(mean, log_std).log_prob(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``TorchDistribution.entropy``."""
        return _gaussian(mean, log_std).entropy().numpy()

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``TorchDistribution.log_prob`` where ``squash_output`` is on."""
        return _gaussian(mean, log_std, squash_output=True).log_prob(tensor(actions)).numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``collect_rollouts`` of PPO on a vector environment."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``train_on_policy``, update by update."""
        return learned(make_env, steps=steps, seed=seed)


def _categorical(logits: Any) -> Any:
    return TorchDistribution(action_space=spaces.Discrete(logits.shape[1]), logits=tensor(logits))


def _gaussian(mean: Any, log_std: Any, **how: Any) -> Any:
    space = spaces.Box(-1, 1, mean.shape[1:])
    return TorchDistribution(action_space=space, mu=tensor(mean), log_std=tensor(log_std), **how)


def _updated(log_probs: Any, values: Any, columns: dict[str, Any], **changed: Any) -> Any:
    """Actor and critic after an update on the whole batch, and what was logged."""
    actor, critic, size = FreeRows(log_probs), FreeRows(values), len(log_probs)

    def evaluate(obs: Any, **_options: Any) -> Any:
        return actor(obs), torch.zeros(len(obs)), critic(obs)

    plain = {"batch_size": size, "update_epochs": 1, "ent_coef": 0.0, "vf_coef": 0.0}
    made = agent(_ACTION, actor, critic, evaluate, **plain | changed)
    made.optimizer = torch.optim.SGD([actor.free, critic.free], lr=0.0)
    return actor, critic, logged(made, columns | {"actions": np.zeros((size, 1))})


_ACTION = spaces.Discrete(1)


def _rollout(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> Any:
    steps, envs = rewards.shape
    table = tensor(np.concatenate([values, next_values[-1:]]).ravel())
    states = np.arange((steps + 1.0) * envs, dtype=np.float32).reshape(steps + 1, envs, 1)
    now = iter(range(steps))

    def step(_actions: Any) -> Any:
        t = next(now)
        return states[t + 1], rewards[t].astype(np.float32), terminated[t].copy(), truncated[t].copy(), {}

    def looked_up(observation: Any) -> torch.Tensor:
        return table[torch.as_tensor(observation).reshape(-1).long()]

    nothing = np.zeros(envs)
    fed: Any = SimpleNamespace(
        num_envs=envs,
        learn_step=steps * envs,
        action_space=_ACTION,
        scores=[],
        actor=None,
        registry=SimpleNamespace(policy=lambda: "actor"),
        rollout_buffer=RolloutBuffer(steps, ANYWHERE, _ACTION, envs, gae_lambda=lam, gamma=gamma),
        preprocess_observation=lambda observation: observation,
        get_action=lambda observation, **_options: (nothing, nothing, nothing, looked_up(observation).numpy()),
        _get_action_and_values=lambda observation: (None, None, None, looked_up(observation), None),
    )
    collect_rollouts(fed, SimpleNamespace(reset=lambda: (states[0], {}), step=step), n_steps=steps)
    return fed.rollout_buffer.buffer
