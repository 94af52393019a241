"""RLlib, the old stack: estimates, loss and updates of PPO, distributions, rollouts, learning.

Its divergences are exact: it estimates none from samples.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from .. import NotInstalledError

try:
    import ray
    import torch
    from ray.rllib.evaluation.postprocessing import compute_advantages
    from ray.rllib.models.torch.torch_action_dist import TorchCategorical, TorchDiagGaussian, TorchSquashedGaussian
    from ray.rllib.policy.sample_batch import SampleBatch
    from ray.rllib.utils.sgd import standardized

    from .._collectors.rllib_old_stack import collected
    from .._learning.rllib_old_stack import learned
    from .._torch import graded, parameter, tensor
    from .._updates import PlainAscent
    from .._updates._rows import tabular
    from .._updates.rllib_old_stack import ppo
    from ._batch import joined, played
    from ._policy import losses
except ImportError as error:
    raise NotInstalledError("RLlib", 'pip install "ray[rllib]"') from error

__all__ = ["Implementation"]


class Implementation:
    """``rllib-old-stack``, in float32."""

    name = "rllib-old-stack"
    version = ray.__version__
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {"advantage_std_ddof": 0, "value_loss_scale": 1}

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``advantages``."""
        return _estimates("advantages", *batch, gamma=gamma, lam=lam)

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``value_targets``."""
        return _estimates("value_targets", *batch, gamma=gamma, lam=lam)

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``PPOTorchPolicy.loss`` without its value, entropy and KL terms, and its gradient."""
        new, batch = parameter(log_probs), {"action_logp": tensor(old_log_probs), "advantages": tensor(advantages)}
        return graded(losses(new, batch, clip_param=clip_range)[0], new)

    def value_loss(self, values: Any, _old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """The same where advantages are 0; ``vf_clip_param`` caps the squared error, as its documentation says."""
        new, batch = parameter(values), {"value_targets": tensor(returns)}
        cap = {} if clip_range is None else {"vf_clip_param": clip_range}
        return graded(losses(torch.zeros(len(values)), batch, values=new, vf_loss_coeff=1.0, **cap)[0], new)

    def normalize_advantages(self, advantages: Any) -> Any:
        """``standardized``."""
        return standardized(advantages.astype(np.float32))

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """Minus the gradient of ``PPOTorchPolicy.loss`` at the policy that played."""
        table = parameter(logits)
        return -graded(_losses(table, logits, *batch)[0], table)[1]

    def surrogate(self, logits: Any, *old_logits_and_batch: Any) -> Any:
        """``mean_policy_loss`` without clipping, its sign turned."""
        return -_losses(tensor(logits), *old_logits_and_batch, clip_param=float("inf"))[1]["mean_policy_loss"].item()

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """``mean_kl_loss``."""
        nothing = np.zeros_like(states)
        return _losses(tensor(logits), old_logits, states, nothing, nothing, use_kl_loss=True)[1]["mean_kl_loss"].item()

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``multi_gpu_train_one_step`` with plain SGD, the whole batch at once, without its KL term."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``TorchCategorical.logp``."""
        return TorchCategorical(tensor(logits)).logp(tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``TorchCategorical.entropy``."""
        return TorchCategorical(tensor(logits)).entropy().numpy()

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``TorchCategorical.kl``."""
        return TorchCategorical(tensor(logits_p)).kl(TorchCategorical(tensor(logits_q))).numpy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``TorchDiagGaussian.logp``."""
        return _gaussian(mean, log_std).logp(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``TorchDiagGaussian.entropy``."""
        return _gaussian(mean, log_std).entropy().numpy()

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``TorchDiagGaussian.kl``."""
        return _gaussian(mean_p, log_std_p).kl(_gaussian(mean_q, log_std_q)).numpy()

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``TorchSquashedGaussian.logp`` between −1 and 1."""
        return TorchSquashedGaussian(joined(mean, log_std), None).logp(tensor(actions)).numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``RolloutWorker.sample``."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``PPO.train``, with a local worker."""
        return learned(make_env, steps=steps, seed=seed)


def _estimates(
    column: str,
    rewards: Any,
    values: Any,
    next_values: Any,
    terminated: Any,
    truncated: Any,
    *,
    gamma: float,
    lam: float,
) -> Any:
    """Chunks end where an episode does; ``last_r`` is 0 after a termination, else V of the state reached."""
    steps, envs = rewards.shape
    estimates = np.empty((steps, envs), dtype=np.float32)
    for n in range(envs):
        start: Any = 0
        ends = terminated[:, n] | truncated[:, n] | (np.arange(steps) == steps - 1)
        for end in np.flatnonzero(ends) + 1:
            chunk = slice(start, end), n
            rollout = SampleBatch(rewards=rewards[chunk].astype(np.float32), vf_preds=values[chunk].astype(np.float32))
            last: Any = 0.0 if terminated[end - 1, n] else np.float32(next_values[end - 1, n])
            estimates[chunk] = compute_advantages(rollout, last, gamma, lam)[column]
            start = end
    return estimates


def _gaussian(mean: Any, log_std: Any) -> Any:
    return TorchDiagGaussian(joined(mean, log_std), None)


def _losses(table: torch.Tensor, *old_logits_and_batch: Any, **settings: Any) -> Any:
    """The loss of a table of logits on rows that old ones played, and what is told of it."""
    rows, batch = played(TorchCategorical, *old_logits_and_batch)
    return losses(table[rows], batch, kind=TorchCategorical, **settings)
