"""RLlib, the new stack: ``compute_value_targets`` and the loss of ``PPOTorchLearner``."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from .. import NotInstalledError

try:
    import ray
    import torch
    from ray.rllib.algorithms.ppo.torch.ppo_torch_learner import PPOTorchLearner
    from ray.rllib.utils.postprocessing.value_predictions import compute_value_targets

    from .._collectors.rllib import collected, standardised
    from .._torch import graded, parameter, tensor
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
        new, zeros = parameter(log_probs), torch.zeros(len(log_probs))
        batch = {"action_logp": tensor(old_log_probs), "advantages": tensor(advantages), "value_targets": zeros}
        return graded(_loss(new, zeros, batch, vf_loss_coeff=0.0, clip_param=clip_range), new)

    def value_loss(self, values: Any, _old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """The same where advantages are 0; ``vf_clip_param`` caps the squared error, as its documentation says."""
        new, zeros = parameter(values), torch.zeros(len(values))
        batch = {"action_logp": zeros, "advantages": zeros, "value_targets": tensor(returns)}
        cap = float("inf") if clip_range is None else clip_range
        return graded(_loss(zeros, new, batch, vf_loss_coeff=1.0, vf_clip_param=cap), new)

    def normalize_advantages(self, advantages: Any) -> Any:
        """``advantages`` of the learner's batch, for one episode whose rewards they are, with γ = 0 and V = 0."""
        return standardised(advantages)

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``SingleAgentEnvRunner.sample``, then the learner connectors of PPO."""
        return collected(make_env, policy, values, **how)


def _lengthened(after: Any, values: Any, reached: Any, rewards: Any) -> tuple[Any, Any]:
    """Values and rewards with one more step after each chunk: V of the state reached, and 0."""
    return np.insert(values, after, reached).astype(np.float32), np.insert(rewards, after, 0.0).astype(np.float32)


class _Rows:
    """A distribution whose log-probabilities are given, whatever the action."""

    def __init__(self, log_probs: torch.Tensor) -> None:
        self.log_probs = log_probs

    @classmethod
    def from_logits(cls, log_probs: torch.Tensor) -> _Rows:
        return cls(log_probs)

    def logp(self, _actions: Any) -> torch.Tensor:
        return self.log_probs

    def entropy(self) -> torch.Tensor:
        return torch.zeros(len(self.log_probs))


def _loss(log_probs: Any, values: Any, batch: dict[str, Any], **settings: Any) -> Any:
    module = SimpleNamespace(
        get_train_action_dist_cls=lambda: _Rows,
        get_exploration_action_dist_cls=lambda: _Rows,
        compute_values=lambda _batch, **_options: values,
    )
    learner: Any = SimpleNamespace(
        module={"module": SimpleNamespace(unwrapped=lambda: module)},
        metrics=SimpleNamespace(log_dict=lambda *_arguments, **_options: None),
        entropy_coeff_schedulers_per_module={"module": SimpleNamespace(get_current_value=lambda: 0.0)},
    )
    plain = {"use_kl_loss": False, "use_critic": True, "clip_param": 0.3, "vf_clip_param": float("inf")}
    given = batch | {"actions": torch.zeros(len(log_probs)), "action_dist_inputs": torch.zeros(len(log_probs))}
    config: Any = SimpleNamespace(**plain | settings)
    return PPOTorchLearner.compute_loss_for_module(
        learner, module_id="module", config=config, batch=given, fwd_out={"action_dist_inputs": log_probs}
    )
