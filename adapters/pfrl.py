"""pfrl: advantages of its episodes, losses and updates of its PPO and TRPO, its conjugate gradients.

Tried with 0.4.
"""

from __future__ import annotations

from importlib.metadata import version
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import pfrl
    import torch
    from pfrl.agents import PPO, TRPO
    from pfrl.agents.ppo import _add_advantage_and_value_target_to_episodes
    from pfrl.policies import SoftmaxCategoricalHead
    from torch import nn

    from ._collectors.pfrl import collected
    from ._learning.pfrl import learned
    from ._torch import Table, generators_kept, graded, parameter, tensor
except ImportError as error:
    raise NotInstalledError("pfrl", "pip install pfrl") from error

__all__ = ["Implementation"]


class Implementation:
    """``pfrl``, in float32."""

    name = "pfrl"
    version = version("pfrl")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "backtrack_factor": 0.5,
        "backtrack_steps": 10,
        "damping": 1e-2,
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``adv`` of each transition."""
        return _estimates(*batch, gamma=gamma, lam=lam)["adv"]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``v_teacher`` of each transition."""
        return _estimates(*batch, gamma=gamma, lam=lam)["v_teacher"]

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``PPO._lossfun`` without its value and entropy terms, and its gradient."""
        new, nothing = parameter(log_probs), torch.zeros(len(log_probs))
        agent = _ppo(nn.Identity(), clip_eps=clip_range, value_func_coef=0.0)
        rest = {"vs_pred_old": nothing, "vs_teacher": nothing, "advs": tensor(advantages)}
        return graded(agent._lossfun(nothing, nothing, new, log_probs_old=tensor(old_log_probs), **rest), new)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``PPO._lossfun`` where advantages and entropy are 0, and its gradient."""
        new, nothing = parameter(values), torch.zeros(len(values))
        agent = _ppo(nn.Identity(), clip_eps_vf=clip_range, value_func_coef=1.0)
        rest = {"log_probs_old": nothing, "advs": nothing}
        old, targets = tensor(old_values), tensor(returns)
        return graded(agent._lossfun(nothing, new, nothing, vs_pred_old=old, vs_teacher=targets, **rest), new)

    def conjugate_gradient(self, matrix: Any, b: Any, *, iterations: int) -> Any:
        """``pfrl.utils.conjugate_gradient``."""
        held = tensor(matrix)
        return pfrl.utils.conjugate_gradient(lambda x: held @ x, tensor(b), max_iter=iterations).numpy()

    def trpo_step(self, logits: Any, states: Any, actions: Any, advantages: Any, *, max_kl: float) -> Any:
        """``TRPO._update_policy``, advantages as they are and without an entropy bonus."""
        table = Table(logits)
        policy, value = nn.Sequential(table, SoftmaxCategoricalHead()), Table(np.zeros((len(logits), 1)))
        plain: dict[str, Any] = {"entropy_coef": 0.0, "standardize_advantages": False}
        agent = TRPO(policy, value, torch.optim.SGD(value.parameters(), lr=0.0), max_kl=max_kl, **plain)
        agent._update_policy(_dataset(table, states, actions, advantages))
        return table.logits

    def ppo_step(
        self,
        logits: Any,
        states: Any,
        actions: Any,
        advantages: Any,
        *,
        clip_range: float,
        learning_rate: float,
        epochs: int,
    ) -> Any:
        """``PPO._update`` with plain SGD, the whole batch at once."""
        table = Table(logits)
        model = pfrl.nn.Branched(nn.Sequential(table, SoftmaxCategoricalHead()), Table(np.zeros((len(logits), 1))))
        sizes = {"minibatch_size": len(states), "epochs": epochs, "update_interval": len(states)}
        agent = _ppo(model, learning_rate, clip_eps=clip_range, value_func_coef=0.0, **sizes)
        with generators_kept():
            agent._update(_dataset(table, states, actions, advantages))
        return table.logits

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``train_agent_batch`` on a ``SerialVectorEnv``, up to PPO's update."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``train_agent_batch`` of PPO, update by update."""
        return learned(make_env, steps=steps, seed=seed)


def _ppo(model: Any, learning_rate: float = 0.0, **settings: Any) -> Any:
    free = list(model.parameters()) or [parameter(np.zeros(1))]
    plain = {"entropy_coef": 0.0, "standardize_advantages": False, "max_grad_norm": None}
    return PPO(model, torch.optim.SGD(free, lr=learning_rate), **plain | settings)


def _estimates(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> dict[str, Any]:
    """Episodes as ``batch_observe`` stores them: cut where one ended or was reset, and at the end of the rollout."""
    steps, envs = rewards.shape
    transitions = [
        {
            "reward": float(rewards[t, n]),
            "v_pred": np.float32(values[t, n]),
            "next_v_pred": np.float32(next_values[t, n]),
            "nonterminal": 0.0 if terminated[t, n] else 1.0,
        }
        for n in range(envs)
        for t in range(steps)
    ]
    ends = (terminated | truncated | (np.arange(steps) == steps - 1)[:, None]).T.ravel()
    cuts = [0, *(np.flatnonzero(ends) + 1)]
    episodes = [transitions[start:end] for start, end in pairwise(cuts)]
    _add_advantage_and_value_target_to_episodes(episodes, gamma, lam)
    return {
        name: np.array([transition[name] for transition in transitions]).reshape(envs, steps).T
        for name in ("adv", "v_teacher")
    }


def _dataset(table: Any, states: Any, actions: Any, advantages: Any) -> list[dict[str, Any]]:
    observations = table.one_hot(states).numpy()
    with torch.no_grad():
        policy = SoftmaxCategoricalHead()(table(torch.tensor(observations)))
        log_probs = policy.log_prob(torch.tensor(actions)).numpy()
    columns = zip(observations, actions, advantages, log_probs, strict=True)
    return [
        {
            "state": state,
            "action": action,
            "adv": float(advantage),
            "log_prob": log_prob,
            "v_pred": 0.0,
            "v_teacher": 0.0,
        }
        for state, action, advantage, log_prob in columns
    ]
