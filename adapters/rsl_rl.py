"""rsl_rl: its PPO, played on a trajectory or updated on a batch through stand-ins for actor and critic.

Tried with 5.5. A time limit reaches it as ``extras["time_outs"]``, which is of "time limits and not due to the
environment reaching a terminal state" (``VecEnv.step``): where a step has both flags, it is a termination.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import torch
    from rsl_rl.algorithms import PPO
    from rsl_rl.modules.distribution import HeteroscedasticGaussianDistribution
    from rsl_rl.storage import RolloutStorage
    from tensordict import TensorDict
    from torch import nn

    from ._collectors.rsl_rl import collected
    from ._learning.rsl_rl import learned
    from ._torch import generators_kept, parameter, tensor
except ImportError as error:
    raise NotInstalledError("rsl_rl", "pip install rsl-rl-lib") from error

__all__ = ["Implementation"]


class Implementation:
    """``rsl-rl``, in float32."""

    name = "rsl-rl"
    version = version("rsl-rl-lib")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns − values`` of the storage, as ``compute_returns`` forms advantages before it normalises them."""
        storage = _played(*batch, gamma=gamma, lam=lam, normalize_advantage_per_mini_batch=True)
        return storage.advantages[:, :, 0].numpy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` of the storage after ``compute_returns``."""
        return _played(*batch, gamma=gamma, lam=lam).returns[:, :, 0].numpy()

    def normalize_advantages(self, advantages: Any) -> Any:
        """``advantages`` of the storage where rewards are the advantages, γ = 0 and V = 0."""
        rewards = advantages[:, None]
        nothing = np.zeros_like(rewards)
        flags = np.zeros(rewards.shape, dtype=bool)
        return _played(rewards, nothing, nothing, flags, flags, gamma=0.0, lam=0.0).advantages[:, 0, 0].numpy()

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """The surrogate of ``PPO.update`` and its gradient."""
        nothing = np.zeros(len(log_probs))
        columns = {"actions_log_prob": old_log_probs, "advantages": advantages, "values": nothing, "returns": nothing}
        return _updated(log_probs, nothing, columns, "surrogate", clip_param=clip_range)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """The value loss of ``PPO.update`` with ``value_loss_coef=1``, and its gradient."""
        nothing = np.zeros(len(values))
        columns = {"actions_log_prob": nothing, "advantages": nothing, "values": old_values, "returns": returns}
        clip = {"use_clipped_value_loss": clip_range is not None, "clip_param": clip_range or 0.2}
        return _updated(nothing, values, columns, "value", **clip)

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``log_prob`` of the Gaussian distribution module whose deviation depends on the state."""
        return _gaussian(mean, log_std).log_prob(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``entropy`` of the same module."""
        return _gaussian(mean, log_std).entropy.numpy()

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``kl_divergence(old, new)`` of the same module."""
        old, new = _gaussian(mean_p, log_std_p), _gaussian(mean_q, log_std_q)
        return new.kl_divergence(old.params, new.params).numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``OnPolicyRunner.learn`` on a ``VecEnv``, up to PPO's update."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``OnPolicyRunner.learn``, update by update."""
        return learned(make_env, steps=steps, seed=seed)


class _Actor(nn.Module):
    """Log-probabilities of rows as free parameters; the action is 0, the state a row's number."""

    is_recurrent = False

    def __init__(self, log_probs: Any) -> None:
        super().__init__()
        self.log_probs = parameter(log_probs)

    def forward(self, observations: Any, **_options: Any) -> torch.Tensor:
        self.rows = observations["policy"][:, 0].long()
        return torch.zeros(len(self.rows), 1)

    def get_output_log_prob(self, _actions: Any) -> torch.Tensor:
        return self.log_probs[self.rows % len(self.log_probs)]

    @property
    def output_distribution_params(self) -> Any:
        return torch.zeros(len(self.rows), 1), torch.ones(len(self.rows), 1)

    @property
    def output_entropy(self) -> torch.Tensor:
        return torch.zeros(len(self.rows))

    def get_hidden_state(self) -> None:
        return None

    def reset(self, _dones: Any = None, hidden_state: Any = None) -> None:
        assert hidden_state is None

    def update_normalization(self, _observations: Any) -> None:
        return None


class _Critic(_Actor):
    """Values of states as free parameters."""

    def forward(self, observations: Any, **_options: Any) -> torch.Tensor:
        return self.log_probs[observations["policy"][:, 0].long()][:, None]


def _observed(rows: Any) -> Any:
    return TensorDict({"policy": torch.as_tensor(rows, dtype=torch.float32)[:, None]}, batch_size=[len(rows)])


def _algorithm(log_probs: Any, values: Any, steps: int, envs: int, **settings: Any) -> Any:
    storage = RolloutStorage("rl", envs, steps, _observed(np.zeros(envs)), [1])
    plain: dict[str, Any] = {"num_learning_epochs": 1, "num_mini_batches": 1, "entropy_coef": 0.0, "learning_rate": 0.0}
    plain |= {"optimizer": "sgd", "schedule": "fixed", "max_grad_norm": float("inf"), "value_loss_coef": 1.0}
    return PPO(_Actor(log_probs), _Critic(values), storage, **plain | settings)


def _played(rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, **settings: Any) -> Any:
    """The storage after ``act``, ``process_env_step`` and ``compute_returns``.

    State t·N + n is s_t of environment n.
    """
    steps, envs = rewards.shape
    table = np.concatenate([values, next_values[-1:]]).ravel()
    ppo = _algorithm(np.zeros(1), table, steps, envs, **settings)
    states = np.arange((steps + 1) * envs).reshape(steps + 1, envs)
    for t in range(steps):
        ppo.act(_observed(states[t]))
        extras = {"time_outs": tensor(truncated[t] & ~terminated[t])}
        ppo.process_env_step(_observed(states[t + 1]), tensor(rewards[t]), tensor(terminated[t] | truncated[t]), extras)
    ppo.compute_returns(_observed(states[steps]))
    return ppo.storage


def _updated(log_probs: Any, values: Any, columns: dict[str, Any], loss: str, **settings: Any) -> Any:
    size = len(log_probs)
    ppo = _algorithm(log_probs, values, 1, size, **settings)
    for name, column in columns.items():
        getattr(ppo.storage, name)[:] = tensor(column)[None, :, None]
    ppo.storage.observations["policy"][:] = torch.arange(size)[None, :, None]
    ppo.storage.distribution_params = (torch.zeros(1, size, 1), torch.ones(1, size, 1))
    free = ppo.actor.log_probs if loss == "surrogate" else ppo.critic.log_probs
    gradients: list[Any] = []
    free.register_post_accumulate_grad_hook(lambda p: gradients.append(p.grad.numpy().copy()))
    with generators_kept():
        losses = ppo.update()
    return losses[loss], gradients[0]


def _gaussian(mean: Any, log_std: Any) -> Any:
    module = HeteroscedasticGaussianDistribution(mean.shape[1], std_type="log")
    module.update(torch.stack([tensor(mean), tensor(log_std)], dim=1))
    return module
