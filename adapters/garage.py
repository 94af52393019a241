"""garage: advantages of padded episodes, losses, second order and updates of its algorithms in PyTorch, distributions.

Tried with 2021.3. An episode ends with value 0, whether it terminated, met its limit or was cut by the end of the
rollout. Its only categorical policy is that of a convolutional network. The loss of its critic is a negative
log-likelihood, its sampler keeps no log-probabilities, and a sample's estimate of the divergence it has none.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import torch

    from ._garage.heads import Categorical, LogProbs, Normals
    from ._garage.library import PPO, TRPO, VPG, TanhNormal, compute_advantages, conjugate_gradient_optimizer
    from ._garage.untrained import Policy, numbers, untrained
    from ._learning.garage import learned
    from ._torch import graded, tensor
    from ._updates import Given, PlainAscent, PlainTrustRegion
    from ._updates._rows import tabular, visits
    from ._updates.garage import ppo, table_policy, trpo
except ImportError as error:
    command = "pip install --no-deps --no-build-isolation garage (see adapters/requirements/garage.txt)"
    raise NotInstalledError("garage", command) from error

__all__ = ["Implementation"]


class Implementation:
    """``garage``, in float32."""

    name = "garage"
    version = version("garage")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "backtrack_factor": 0.8,
        "backtrack_steps": 14,
        "damping": 1e-5,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``compute_advantages`` of each episode."""
        rewards, values, _, terminated, truncated = batch
        advantages = np.empty(rewards.shape, dtype=np.float32)
        for n in range(rewards.shape[1]):
            ends = np.flatnonzero((terminated | truncated)[:-1, n]) + 1
            for episode in np.split(np.arange(len(rewards)), ends):
                columns = (tensor(part[episode, n])[None] for part in (values, rewards))
                advantages[episode, n] = compute_advantages(gamma, lam, len(episode), *columns)[0].numpy()
        return advantages

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``PPO._compute_loss_with_adv``, and its gradient."""
        new, old = (Policy(LogProbs(numbers)) for numbers in (log_probs, old_log_probs))
        algorithm = untrained(PPO, new, old=old, lr_clip_range=clip_range)
        return graded(algorithm._compute_loss_with_adv(None, None, None, tensor(advantages)), new.head.free)

    def normalize_advantages(self, advantages: Any) -> Any:
        """``VPG._compute_advantage`` of episodes of one step, with ``center_adv``."""
        size = len(advantages)
        rewards = tensor(advantages)[:, None]
        algorithm = untrained(VPG, Policy(LogProbs(advantages)))
        return algorithm._compute_advantage(rewards, [1] * size, 0 * rewards).numpy()

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """The gradient that ``VPG._train_policy`` leaves, by which it descends."""
        given = tabular(logits, *batch)
        policy = table_policy(given)
        untrained(VPG, policy)._train_policy(*_columns(given))
        return -policy.head.rows.tables[0].grad.numpy()

    def surrogate(self, logits: Any, old_logits: Any, *batch: Any) -> Any:
        """``TRPO._compute_loss_with_adv``, its sign turned."""
        given = tabular(logits, *batch)
        algorithm = untrained(TRPO, table_policy(given), old=table_policy(tabular(old_logits, *batch)))
        return -algorithm._compute_loss_with_adv(*_columns(given)).item()

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """``VPG._compute_kl_constraint``."""
        new, old = (visits(table, states) for table in (logits, old_logits))
        return (
            untrained(VPG, table_policy(new), old=table_policy(old))._compute_kl_constraint(numbers(len(states))).item()
        )

    def fisher_vector_product(self, logits: Any, states: Any, vector: Any, *, damping: float) -> Any:
        """``_build_hessian_vector_product`` of ``VPG._compute_kl_constraint``."""
        given = visits(logits, states)
        policy = table_policy(given)
        algorithm = untrained(VPG, policy)
        product = conjugate_gradient_optimizer._build_hessian_vector_product(
            lambda: algorithm._compute_kl_constraint(numbers(len(states))), list(policy.parameters()), reg_coeff=damping
        )
        return product(tensor(vector).ravel()).reshape(logits.shape).numpy()

    def conjugate_gradient(self, matrix: Any, b: Any, *, iterations: int) -> Any:
        """``_conjugate_gradient``."""
        held = tensor(matrix)
        return conjugate_gradient_optimizer._conjugate_gradient(lambda x: held @ x, tensor(b), iterations).numpy()

    def trpo_step(self, logits: Any, *batch: Any, max_kl: float) -> Any:
        """``TRPO._train_once``, advantages as they are."""
        plain = PlainTrustRegion(max_kl, self.conventions["damping"])
        return trpo(tabular(logits, *batch), plain=plain).reshape(logits.shape)

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``PPO._train_once`` with plain SGD, the whole batch at once."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``VPG._compute_objective`` of ``CategoricalCNNPolicy`` with advantages of 1."""
        return _log_prob(Categorical(logits), actions)

    def categorical_entropy(self, logits: Any) -> Any:
        """``VPG._compute_policy_entropy`` of ``CategoricalCNNPolicy``."""
        return _entropy(Categorical(logits), len(logits))

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``VPG._compute_kl_constraint`` of ``CategoricalCNNPolicy``, row by row."""
        return _divergences(Categorical(logits_p), Categorical(logits_q), len(logits_p))

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``VPG._compute_objective`` of ``GaussianMLPBaseModule`` with advantages of 1."""
        return _log_prob(Policy(Normals(mean, log_std)), actions)

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``VPG._compute_policy_entropy`` of ``GaussianMLPBaseModule``."""
        return _entropy(Policy(Normals(mean, log_std)), len(mean))

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``VPG._compute_kl_constraint`` of ``GaussianMLPBaseModule``, row by row."""
        return _divergences(Policy(Normals(mean_p, log_std_p)), Policy(Normals(mean_q, log_std_q)), len(mean_p))

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``VPG._compute_objective`` of ``GaussianMLPBaseModule`` with ``TanhNormal`` and advantages of 1."""
        return _log_prob(Policy(Normals(mean, log_std, normal_distribution_cls=TanhNormal)), actions)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``Trainer.train`` of PPO, update by update."""
        return learned(make_env, steps=steps, seed=seed)


def _log_prob(policy: Any, actions: Any) -> Any:
    algorithm = untrained(VPG, policy)
    ones = torch.ones(len(actions))
    return algorithm._compute_objective(ones, numbers(len(actions)), tensor(actions), None).detach().numpy()


def _entropy(policy: Any, size: int) -> Any:
    return untrained(VPG, policy)._compute_policy_entropy(numbers(size)).detach().numpy()


def _divergences(old: Any, new: Any, size: int) -> Any:
    algorithm = untrained(VPG, new, old=old)
    return [algorithm._compute_kl_constraint(row[None]).item() for row in numbers(size)]


def _columns(given: Given) -> Any:
    """Observations, actions, rewards and advantages, as ``VPG._train_policy`` takes them."""
    return numbers(len(given.states)), tensor(given.actions), None, tensor(given.advantages)
