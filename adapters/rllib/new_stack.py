"""RLlib, the new stack: value targets, loss and updates of PPO, distributions, rollouts, learning.

Its divergences are exact: it estimates none from samples.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from .. import NotInstalledError

try:
    import ray
    import torch
    from ray.rllib.core.distribution.torch.torch_distribution import (
        TorchCategorical,
        TorchDiagGaussian,
        TorchSquashedGaussian,
    )
    from ray.rllib.utils.postprocessing.value_predictions import compute_value_targets

    from .._collectors.rllib import collected, standardised
    from .._learning.rllib import learned
    from .._torch import graded, parameter, tensor
    from .._updates import PlainAscent
    from .._updates._rows import tabular
    from .._updates.rllib import ppo
    from ._batch import joined, played
    from ._learner import losses
except ImportError as error:
    raise NotInstalledError("RLlib", 'pip install "ray[rllib]"') from error

__all__ = ["Implementation"]


class Implementation:
    """``rllib-new-stack``, in float32."""

    name = "rllib-new-stack"
    version = ray.__version__
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {"advantage_std_ddof": 0, "value_loss_scale": 1}

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Value targets less predictions, as ``GeneralAdvantageEstimation`` forms them before it standardises."""
        return self.lambda_returns(*batch, gamma=gamma, lam=lam) - batch[1].astype(np.float32)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``compute_value_targets`` of chunks with a step more, as ``AddOneTsToEpisodesAndTruncate`` makes them."""
        rewards, values, next_values, terminated, truncated = batch
        steps, envs = rewards.shape
        targets = np.empty((steps, envs), dtype=np.float32)
        for n in range(envs):
            ends = terminated[:, n] | truncated[:, n] | (np.arange(steps) == steps - 1)
            after = np.flatnonzero(ends) + 1
            added = np.arange(len(after)) + after
            columns = _lengthened(after, values[:, n], next_values[after - 1, n], rewards[:, n])
            dead, cut = (np.insert(flags, after, False) for flags in (terminated[:, n], ends & ~terminated[:, n]))
            result = compute_value_targets(*columns, dead.astype(np.float32), cut.astype(np.float32), gamma, lam)
            targets[:, n] = np.delete(result, added)
        return targets

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``PPOTorchLearner.compute_loss_for_module`` without its value, entropy and KL terms, and its gradient."""
        new, batch = parameter(log_probs), {"action_logp": tensor(old_log_probs), "advantages": tensor(advantages)}
        return graded(losses(new, batch, clip_param=clip_range)[0], new)

    def value_loss(self, values: Any, _old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """The same where advantages are 0; ``vf_clip_param`` caps the squared error, as its documentation says."""
        new, batch = parameter(values), {"value_targets": tensor(returns)}
        cap = {} if clip_range is None else {"vf_clip_param": clip_range}
        return graded(losses(torch.zeros(len(values)), batch, values=new, vf_loss_coeff=1.0, **cap)[0], new)

    def normalize_advantages(self, advantages: Any) -> Any:
        """``advantages`` of the learner's batch, for one episode whose rewards they are, with γ = 0 and V = 0."""
        return standardised(advantages)

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """Minus the gradient of ``PPOTorchLearner.compute_loss_for_module`` at the policy that played."""
        table = parameter(logits)
        return -graded(_losses(table, logits, *batch)[0], table)[1]

    def surrogate(self, logits: Any, *old_logits_and_batch: Any) -> Any:
        """``policy_loss`` without clipping, its sign turned."""
        return -_losses(tensor(logits), *old_logits_and_batch, clip_param=float("inf"))[1]["policy_loss"].item()

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """``mean_kl_loss``."""
        nothing = np.zeros_like(states)
        return _losses(tensor(logits), old_logits, states, nothing, nothing, use_kl_loss=True)[1]["mean_kl_loss"].item()

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``PPOTorchLearner.update`` with plain SGD, the whole batch at once, without its KL term."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``TorchCategorical.logp``."""
        return TorchCategorical.from_logits(tensor(logits)).logp(tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``TorchCategorical.entropy``."""
        return TorchCategorical.from_logits(tensor(logits)).entropy().numpy()

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``TorchCategorical.kl``."""
        p, q = (TorchCategorical.from_logits(tensor(logits)) for logits in (logits_p, logits_q))
        return p.kl(q).numpy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``TorchDiagGaussian.logp``."""
        return TorchDiagGaussian.from_logits(joined(mean, log_std)).logp(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``TorchDiagGaussian.entropy``."""
        return TorchDiagGaussian.from_logits(joined(mean, log_std)).entropy().numpy()

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``TorchDiagGaussian.kl``."""
        p, q = (TorchDiagGaussian.from_logits(joined(*each)) for each in ((mean_p, log_std_p), (mean_q, log_std_q)))
        return p.kl(q).numpy()

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``TorchSquashedGaussian.logp``; it is given σ, since ``from_logits`` keeps log σ between −5 and 2."""
        return TorchSquashedGaussian(tensor(mean), tensor(log_std).exp()).logp(tensor(actions)).numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``SingleAgentEnvRunner.sample``, then the learner connectors of PPO."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``PPO.train``, with a local runner and a local learner."""
        return learned(make_env, steps=steps, seed=seed)


def _lengthened(after: Any, values: Any, reached: Any, rewards: Any) -> tuple[Any, Any]:
    """Values and rewards with one more step after each chunk: V of the state reached, and 0."""
    return np.insert(values, after, reached).astype(np.float32), np.insert(rewards, after, 0.0).astype(np.float32)


def _losses(table: torch.Tensor, *old_logits_and_batch: Any, **settings: Any) -> Any:
    """The loss of a table of logits on rows that old ones played, and what is told of it."""
    rows, batch = played(TorchCategorical.from_logits, *old_logits_and_batch)
    return losses(table[rows], batch, kind=TorchCategorical, **settings)
