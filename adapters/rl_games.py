"""rl_games: advantages of its actor-critic base class, its losses, its Kullback-Leibler divergences.

Tried with 1.6. Its estimator knows ``dones`` alone, and treats a time limit as an end.
"""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import torch
    from rl_games.algos_torch import torch_ext
    from rl_games.common import common_losses, divergence
    from rl_games.common.a2c_common import A2CBase

    from ._torch import graded, parameter, tensor
except ImportError as error:
    raise NotInstalledError("rl_games", "pip install rl-games") from error

__all__ = ["Implementation"]


class Implementation:
    """``rl-games``, in float32."""

    name = "rl-games"
    version = version("rl-games")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``A2CBase.discount_values``; its flags are of the step before, as a rollout stores them."""
        rewards, values, next_values, terminated, truncated = batch
        done = tensor(terminated | truncated).float()
        before = torch.cat([torch.zeros_like(done[:1]), done[:-1]])
        learner: Any = SimpleNamespace(horizon_length=len(rewards), gamma=gamma, tau=lam)
        last = tensor(next_values[-1])[:, None]
        columns = before, tensor(values)[:, :, None], tensor(rewards)[:, :, None]
        return A2CBase.discount_values(learner, done[-1], last, *columns)[:, :, 0].numpy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â + V, as ``play_steps`` forms ``mb_returns``."""
        return self.gae(*batch, gamma=gamma, lam=lam) + batch[1].astype(np.float32)

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """The mean of ``common_losses.actor_loss`` on negative log-probabilities, and its gradient."""
        new = parameter(log_probs)
        rows = common_losses.actor_loss(-tensor(old_log_probs), -new, tensor(advantages), True, clip_range)
        return graded(rows.mean(), new)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """The mean of ``common_losses.default_critic_loss``, and its gradient."""
        new, clipped = parameter(values), clip_range is not None
        rows = common_losses.default_critic_loss(tensor(old_values), new, clip_range or 0.0, tensor(returns), clipped)
        return graded(rows.mean(), new)

    def normalize_advantages(self, advantages: Any) -> Any:
        """``common_losses.normalize_advantage``."""
        return common_losses.normalize_advantage(tensor(advantages)).numpy()

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``divergence.d_kl_discrete`` on log-probabilities."""
        return divergence.d_kl_discrete(*(tensor(each).log_softmax(-1) for each in (logits_p, logits_q))).numpy()

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``torch_ext.policy_kl``, which steers the learning rate."""
        columns = tensor(mean_p), tensor(log_std_p).exp(), tensor(mean_q), tensor(log_std_q).exp()
        return torch_ext.policy_kl(*columns, reduce=False).numpy()
