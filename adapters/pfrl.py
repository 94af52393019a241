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
    from pfrl.agents import PPO
    from pfrl.agents.ppo import _add_advantage_and_value_target_to_episodes
    from pfrl.policies import GaussianHeadWithDiagonalCovariance, SoftmaxCategoricalHead
    from torch import nn

    from ._collectors.pfrl import collected
    from ._learning.pfrl import learned
    from ._pfrl import FreeLogProbs, a2c_gradient, fisher_product
    from ._torch import generators_kept, graded, parameter, tensor
    from ._updates import Given, PlainAscent, PlainTrustRegion
    from ._updates._rows import Nothing, tabular, visits
    from ._updates.pfrl import dataset, ppo, trpo, trpo_agent
except ImportError as error:
    raise NotInstalledError("pfrl", "pip install pfrl") from error

__all__ = ["Implementation"]


class Implementation:
    """``pfrl``, in float32."""

    name = "pfrl"
    version = version("pfrl")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, Any]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 0,
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

    def normalize_advantages(self, advantages: Any) -> Any:
        """What ``PPO._update`` multiplies ratios with: at ratio 1, −B times the gradient."""
        free = FreeLogProbs(np.zeros(len(advantages)))
        agent = _ppo(pfrl.nn.Branched(free, Nothing()), value_func_coef=0.0, standardize_advantages=True)
        agent.minibatch_size, agent.epochs = len(advantages), 1
        nothing = np.zeros(len(advantages))
        with generators_kept():
            agent._update(dataset(Given((), nothing, nothing, advantages, nothing)))
        return -len(advantages) * free.gradient

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """The gradient in ``A2C.update`` after one step in each of B environments, which ended there; V = 0."""
        return a2c_gradient(tabular(logits, *batch))

    def surrogate(self, logits: Any, old_logits: Any, *batch: Any) -> Any:
        """``TRPO._compute_gain`` without an entropy bonus."""
        agent, given = trpo_agent(tabular(logits, *batch), PlainTrustRegion()), tabular(old_logits, *batch)
        new = _categorical(logits[given.states])
        old, advantages = tensor(given.log_probs), tensor(given.advantages)
        return agent._compute_gain(new.log_prob(torch.tensor(given.actions)), old, new.entropy(), advantages).item()

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """``kl_record`` of ``TRPO._line_search`` along a step of 0; without a record it was not finite."""
        given = visits(logits, states)
        agent, step, gain = trpo_agent(given, PlainTrustRegion(max_kl=np.inf)), torch.zeros(logits.size), -torch.inf
        agent._line_search(step, dataset(given), tensor(given.advantages), _categorical(old_logits[states]), gain)
        return agent.kl_record[0] if agent.kl_record else np.inf

    def fisher_vector_product(self, logits: Any, states: Any, vector: Any, *, damping: float) -> Any:
        """What ``TRPO._compute_kl_constrained_step`` has conjugate gradients multiply with."""
        given = visits(logits, states)
        return fisher_product(given, tensor(vector).ravel(), damping).reshape(logits.shape)

    def trpo_step(self, logits: Any, *batch: Any, max_kl: float) -> Any:
        """``TRPO._update``, advantages as they are and without an entropy bonus."""
        plain = PlainTrustRegion(max_kl, self.conventions["damping"])
        return trpo(tabular(logits, *batch), plain=plain).reshape(logits.shape)

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``PPO._update`` with plain SGD, the whole batch at once."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``log_prob`` of what ``SoftmaxCategoricalHead`` returns."""
        return _categorical(logits).log_prob(torch.tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``entropy`` of the same."""
        return _categorical(logits).entropy().numpy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``log_prob`` of what ``GaussianHeadWithDiagonalCovariance`` returns, its variance e^(2 log σ)."""
        return _gaussian(mean, log_std).log_prob(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``entropy`` of the same."""
        return _gaussian(mean, log_std).entropy().numpy()

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


def _categorical(logits: Any) -> Any:
    return SoftmaxCategoricalHead()(tensor(logits))


def _gaussian(mean: Any, log_std: Any) -> Any:
    head = GaussianHeadWithDiagonalCovariance(var_func=lambda log: torch.exp(2 * log))
    return head(torch.cat([tensor(mean), tensor(log_std)], dim=1))
