"""tianshou: episodic returns, updates of its PPO, TRPO, NPG and REINFORCE on given batches. Tried with 2.0."""

from __future__ import annotations

from functools import partial
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    from tianshou.algorithm import Reinforce
    from tianshou.algorithm.algorithm_base import Algorithm
    from tianshou.data import Batch, VectorReplayBuffer

    from ._collectors.tianshou import collected
    from ._learning.tianshou import learned
    from ._tianshou import MultipliedNPG, PlacedNPG, RemindedTRPO, descent, free_ppo, free_updated, solver
    from ._torch import parameter, tensor
    from ._updates import PlainAscent, PlainTrustRegion
    from ._updates._rows import Nothing, tabular, visits
    from ._updates.tianshou import ppo, trpo, updated
except ImportError as error:
    raise NotInstalledError("tianshou", "pip install tianshou") from error

__all__ = ["Implementation"]


class Implementation:
    """``tianshou``, in float32."""

    name = "tianshou"
    version = version("tianshou")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, Any]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "backtrack_factor": 0.8,
        "backtrack_steps": 9,
        "damping": 0.1,
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The second result of ``compute_episodic_return``."""
        return _episodic(*batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The first result of ``compute_episodic_return``."""
        return _episodic(*batch, gamma=gamma, lam=lam)[0]

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """``actor_loss`` of ``PPO._update_with_batch``, and its gradient."""
        free = free_ppo(log_probs, np.zeros(len(log_probs)), eps_clip=clip_range)
        statistics, gradients = free_updated(free, adv=advantages, logp_old=old_log_probs)
        return statistics.actor_loss.mean, gradients[0]

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``vf_loss`` of ``PPO._update_with_batch``, and its gradient."""
        clip = {"value_clip": clip_range is not None, "eps_clip": clip_range or 0.2}
        free = free_ppo(np.zeros(len(values)), values, vf_coef=1.0, **clip)
        statistics, gradients = free_updated(free, v_s=old_values, returns=returns)
        return statistics.vf_loss.mean, gradients[1]

    def normalize_advantages(self, advantages: Any) -> Any:
        """What ``PPO._update_with_batch`` multiplies ratios with: at ratio 1, −B times the gradient."""
        nothing = np.zeros(len(advantages))
        free = free_ppo(nothing, nothing, advantage_normalization=True)
        return -len(advantages) * free_updated(free, adv=advantages)[1][0]

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """The gradient in ``Reinforce.update`` of episodes of one step, whose rewards are the advantages."""
        algorithm, _ = updated(Reinforce, tabular(logits, *batch), optim=descent())
        return -algorithm.policy.actor.rows.tables[0].grad.numpy()

    def surrogate(self, logits: Any, old_logits: Any, *batch: Any) -> Any:
        """``actor_loss`` of ``TRPO.update``, its sign turned."""
        old = tabular(old_logits, *batch)
        reminded = _plain(RemindedTRPO, log_probs=old.log_probs)
        return -updated(reminded, tabular(logits, *batch))[1].actor_loss.mean

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """``kl`` of ``NPG.update``, whose step ends at the new logits."""
        placed = _plain(PlacedNPG, parameters=tensor(logits).ravel())
        return updated(placed, visits(old_logits, states))[1].kl.mean

    def fisher_vector_product(self, logits: Any, states: Any, vector: Any, *, damping: float) -> Any:
        """``NPG._MVP``, of the gradient of the divergence that ``NPG.update`` forms."""
        multiplied = _plain(MultipliedNPG, vector=tensor(vector).ravel())
        algorithm, _ = updated(multiplied, visits(logits, states), damping=damping)
        return algorithm.product.reshape(logits.shape).numpy()

    def conjugate_gradient(self, matrix: Any, b: Any, *, iterations: int) -> Any:
        """``NPG._conjugate_gradients`` on the gradient of ½ xᵀMx, without damping."""
        point = parameter(np.zeros(len(b)))
        gradient = tensor(matrix) @ point
        return solver(point, damping=0.0)._conjugate_gradients(tensor(b), gradient, nsteps=iterations).numpy()

    def trpo_step(self, logits: Any, *batch: Any, max_kl: float) -> Any:
        """``TRPO.update``, advantages as they are."""
        plain = PlainTrustRegion(max_kl, self.conventions["damping"])
        return trpo(tabular(logits, *batch), plain=plain).reshape(logits.shape)

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``PPO.update`` with plain SGD, the whole batch at once."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``Collector.collect`` on a ``DummyVectorEnv``, then ``PPO._preprocess_batch``."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``PPO.run_training``, update by update."""
        return learned(make_env, steps=steps, seed=seed)


def _plain(kind: Any, **settings: Any) -> Any:
    """What makes an algorithm of second order that takes advantages as they are."""
    plain = {"optim": descent(), "optim_critic_iters": 1, "advantage_normalization": False}
    return partial(kind, critic=Nothing(), **plain | settings)


def _episodic(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> tuple[Any, Any]:
    """Returns and advantages of a full vector buffer that holds the trajectory."""
    steps, envs = rewards.shape
    buffer = VectorReplayBuffer(steps * envs, envs)
    for t in range(steps):
        flags = {"terminated": terminated[t], "truncated": truncated[t], "done": terminated[t] | truncated[t]}
        states = np.arange(envs)
        buffer.add(Batch(obs=states, act=states, rew=rewards[t].astype(np.float32), obs_next=states, info={}, **flags))
    batch, indices = buffer.sample(0)
    columns = (part.T.ravel().astype(np.float32) for part in (next_values, values))
    results = Algorithm.compute_episodic_return(batch, buffer, indices, *columns, gamma=gamma, gae_lambda=lam)
    return tuple(result.reshape(envs, steps).T for result in results)
