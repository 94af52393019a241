"""xuance: the on-policy buffer of NumPy arrays, the learners of PPO, PPO-KL and A2C, distributions. Tried with 1.4.

As its agents do, a path is finished with 0 at an end, with V of the state reached at a time limit, and with the same at
the end of the rollout; ``terminals`` holds terminations alone. Its critic's loss is a squared error that nothing clips.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import torch
    from gymnasium import spaces
    from torch import nn
    from xuance.common.memory_tools import DummyOnPolicyBuffer
    from xuance.torch.learners import A2C_Learner, PPO_Learner, PPOKL_Learner
    from xuance.torch.utils.distributions import ActivatedDiagGaussianDistribution, split_distributions

    from ._collectors.xuance import collected
    from ._learning.xuance import learned
    from ._torch import tensor
    from ._updates import PlainAscent
    from ._updates._rows import Rows, numbered, tabular
    from ._updates.xuance import ppo
    from ._xuance import FreeRows, Policy, categorical, gaussian, updated
except ImportError as error:
    raise NotInstalledError("xuance", "pip install --no-deps xuance") from error

__all__ = ["Implementation"]


class Implementation:
    """``xuance``, in float32."""

    name = "xuance"
    version = version("xuance")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {"advantage_epsilon": 1e-8, "advantage_std_ddof": 0}

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantages`` of the buffer."""
        return _filled(*batch, gamma=gamma, lam=lam).advantages.T

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` of the buffer."""
        return _filled(*batch, gamma=gamma, lam=lam).returns.T

    def normalize_advantages(self, advantages: Any) -> Any:
        """``advantages`` of a sample of the whole buffer."""
        size = len(advantages)
        buffer = DummyOnPolicyBuffer(_STATE, _STATE, {}, 1, size)
        for _ in range(size):
            buffer.store(*(np.zeros(1) for _ in range(5)))
        buffer.advantages[0] = advantages
        return buffer.sample(np.arange(size))["advantages"]

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``actor_loss`` that ``PPO_Learner.update`` reports, and its gradient."""
        policy, size = FreeRows(log_probs), len(log_probs)
        samples: dict[str, Any] = {
            "obs": torch.arange(size),
            "actions": torch.zeros(size),
            "returns": torch.zeros(size),
        }
        samples |= {"advantages": tensor(advantages), "aux_batch": {"old_logp": tensor(old_log_probs)}}
        reported = updated(PPO_Learner, policy, samples, clip_range=clip_range)
        return reported["actor_loss"], _gradient(policy.free)

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """What ``A2C_Learner.update`` leaves in ``grad`` of a table of logits; it descends, so the sign is turned."""
        rows = Rows(tabular(logits, *batch))
        updated(A2C_Learner, Policy(rows), _samples(logits, *batch))
        return -_gradient(rows.tables[0])

    def surrogate(self, logits: Any, old_logits: Any, *batch: Any) -> Any:
        """Minus ``actor-loss`` that ``PPOKL_Learner.update`` reports, its penalty switched off."""
        samples = _samples(old_logits, *batch)
        reported = updated(PPOKL_Learner, Policy(Rows(tabular(logits, *batch))), samples, kl_coef=0.0)
        return -reported["actor-loss"]

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """``kl`` that ``PPOKL_Learner.update`` reports."""
        batch = states, np.zeros_like(states), np.zeros(len(states))
        policy, samples = Policy(Rows(tabular(logits, *batch))), _samples(old_logits, *batch)
        return updated(PPOKL_Learner, policy, samples)["kl"]

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """The epochs of ``OnPolicyAgent`` with ``PPO_Learner`` and plain SGD, the whole buffer at once."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``CategoricalDistribution.log_prob``."""
        return categorical(tensor(logits)).log_prob(tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``CategoricalDistribution.entropy``."""
        return categorical(tensor(logits)).entropy().numpy()

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``CategoricalDistribution.kl_divergence``."""
        return categorical(tensor(logits_p)).kl_divergence(categorical(tensor(logits_q))).numpy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``DiagGaussianDistribution.log_prob``."""
        return gaussian(tensor(mean), tensor(log_std)).log_prob(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``DiagGaussianDistribution.entropy``."""
        return gaussian(tensor(mean), tensor(log_std)).entropy().numpy()

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``DiagGaussianDistribution.kl_divergence``, summed over action dimensions as its log-probabilities are."""
        p, q = gaussian(tensor(mean_p), tensor(log_std_p)), gaussian(tensor(mean_q), tensor(log_std_q))
        return p.kl_divergence(q).sum(-1).numpy()

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``activated_rsample_and_logprob`` of a distribution that draws artanh of the actions."""
        how = torch.atanh(tensor(actions)), nn.Tanh, "cpu"
        return gaussian(tensor(mean), tensor(log_std), _Drawn, *how).activated_rsample_and_logprob()[1].numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``PPO_Agent.train`` on a ``DummyVecEnv``, up to its update."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``PPO_Agent.train``, update by update."""
        return learned(make_env, steps=steps, seed=seed)


_STATE = spaces.Discrete(1)


class _Drawn(ActivatedDiagGaussianDistribution):  # type: ignore[misc]
    """Its sample is known."""

    def __init__(self, dimensions: int, drawn: torch.Tensor, *how: Any) -> None:
        super().__init__(dimensions, *how)
        self.drawn = drawn

    def rsample(self) -> torch.Tensor:
        return self.drawn


def _gradient(free: Any) -> Any:
    return free.grad.numpy().copy()


def _samples(old_logits: Any, states: Any, actions: Any, advantages: Any) -> dict[str, Any]:
    """Rows as a buffer samples them."""
    given = tabular(old_logits, states, actions, advantages)
    old = split_distributions(categorical(tensor(old_logits)[tensor(states)]))
    samples = {"obs": numbered(given), "actions": tensor(actions), "returns": torch.zeros(len(states))}
    return samples | {"advantages": tensor(advantages), "aux_batch": {"old_dist": old}}


def _filled(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> Any:
    steps, envs = rewards.shape
    buffer = DummyOnPolicyBuffer(_STATE, _STATE, {}, envs, steps, use_gae=True, gamma=gamma, gae_lam=lam)
    for t in range(steps):
        buffer.store(np.zeros(envs), np.zeros(envs), rewards[t], values[t], terminated[t])
        for n in range(envs):
            if terminated[t, n] or truncated[t, n] or t == steps - 1:
                buffer.finish_path(0.0 if terminated[t, n] else np.float32(next_values[t, n]), n)
    return buffer
