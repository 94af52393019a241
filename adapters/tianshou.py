"""tianshou: episodic returns, updates of its PPO, TRPO and NPG on given batches. Tried with 2.0."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import torch
    from gymnasium import spaces
    from tianshou.algorithm import NPG, PPO, TRPO
    from tianshou.algorithm.algorithm_base import Algorithm
    from tianshou.algorithm.modelfree.reinforce import ProbabilisticActorPolicy
    from tianshou.algorithm.optim import TorchOptimizerFactory
    from tianshou.data import Batch, VectorReplayBuffer
    from torch import nn

    from ._collectors.tianshou import collected
    from ._learning.tianshou import learned
    from ._torch import Table, generators_kept, parameter, tensor
except ImportError as error:
    raise NotInstalledError("tianshou", "pip install tianshou") from error

__all__ = ["Implementation"]


class Implementation:
    """``tianshou``, in float32."""

    name = "tianshou"
    version = version("tianshou")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
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
        ppo, rows = _free(log_probs, np.zeros(len(log_probs)), eps_clip=clip_range)
        statistics, gradients = _updated(ppo, rows, adv=advantages, logp_old=old_log_probs)
        return statistics.actor_loss.mean, gradients[0]

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """``vf_loss`` of ``PPO._update_with_batch``, and its gradient."""
        clip = {"value_clip": clip_range is not None, "eps_clip": clip_range or 0.2}
        ppo, rows = _free(np.zeros(len(values)), values, vf_coef=1.0, **clip)
        statistics, gradients = _updated(ppo, rows, v_s=old_values, returns=returns)
        return statistics.vf_loss.mean, gradients[1]

    def normalize_advantages(self, advantages: Any) -> Any:
        """What ``PPO._update_with_batch`` multiplies ratios with: at ratio 1, −B times the gradient."""
        nothing = np.zeros(len(advantages))
        ppo, rows = _free(nothing, nothing, advantage_normalization=True)
        return -len(advantages) * _updated(ppo, rows, adv=advantages)[1][0]

    def conjugate_gradient(self, matrix: Any, b: Any, *, iterations: int) -> Any:
        """``NPG._conjugate_gradients`` on the gradient of ½ xᵀMx, without damping."""
        held, point = tensor(matrix), parameter(np.zeros(len(b)))
        npg = _second_order(NPG, nn.ParameterList([point]), nn.Identity(), damping=0.0)
        return npg._conjugate_gradients(tensor(b), held @ point, nsteps=iterations).detach().numpy()

    def trpo_step(self, logits: Any, states: Any, actions: Any, advantages: Any, *, max_kl: float) -> Any:
        """``TRPO._update_with_batch``, advantages as they are."""
        table = Table(logits)
        trpo = _second_order(TRPO, table, Table(np.zeros((len(logits), 1))), max_kl=max_kl)
        _updated(trpo, table.one_hot(states), act=actions, adv=advantages, logp_old=_log_probs(table, states, actions))
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
        """``PPO._update_with_batch`` with plain SGD, the whole batch at once."""
        table = Table(logits)
        ppo = _ppo(table, Table(np.zeros((len(logits), 1))), nn.Identity(), _logits, learning_rate, eps_clip=clip_range)
        columns = {"act": actions, "adv": advantages, "logp_old": _log_probs(table, states, actions)}
        _updated(ppo, table.one_hot(states), repeat=epochs, **columns)
        return table.logits

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``Collector.collect`` on a ``DummyVectorEnv``, then ``PPO._preprocess_batch``."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``PPO.run_training``, update by update."""
        return learned(make_env, steps=steps, seed=seed)


class _Given(torch.distributions.Distribution):
    """A distribution whose log-probabilities are given, whatever the action."""

    arg_constraints = {}  # noqa: RUF012 - PyTorch declares it as a class variable

    def __init__(self, log_probs: torch.Tensor) -> None:
        super().__init__(log_probs.shape)
        self.log_probs = log_probs

    def log_prob(self, _actions: Any) -> torch.Tensor:
        return self.log_probs

    def sample(self, _shape: Any = ()) -> torch.Tensor:
        return torch.zeros_like(self.log_probs)

    def entropy(self) -> torch.Tensor:
        return torch.zeros_like(self.log_probs)


class _Actor(nn.Module):
    """A network behind tianshou's actor interface, in which an actor returns a state as well."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, observations: Any, **_options: Any) -> Any:
        return self.network(torch.as_tensor(observations)), None


class _Rows(nn.Module):
    """Numbers of rows to free parameters."""

    def __init__(self, free: Any) -> None:
        super().__init__()
        self.free = parameter(free)

    def forward(self, rows: Any) -> torch.Tensor:
        return self.free[torch.as_tensor(rows).reshape(-1).long()]


def _logits(outputs: torch.Tensor) -> Any:
    return torch.distributions.Categorical(logits=outputs)


def _policy(network: nn.Module, distribution: Any) -> Any:
    space = {"action_space": spaces.Discrete(2), "action_scaling": False, "action_bound_method": None}
    return ProbabilisticActorPolicy(actor=_Actor(network), dist_fn=distribution, **space)


def _ppo(actor: Any, critic: Any, _tail: Any, distribution: Any, learning_rate: float = 0.0, **settings: Any) -> Any:
    plain = {"advantage_normalization": False, "vf_coef": 0.0, "ent_coef": 0.0}
    optimiser = TorchOptimizerFactory(torch.optim.SGD, lr=learning_rate)
    return PPO(policy=_policy(actor, distribution), critic=critic, optim=optimiser, **plain | settings)


def _free(log_probs: Any, values: Any, **settings: Any) -> Any:
    rows = torch.arange(len(log_probs))
    return _ppo(_Rows(log_probs), _Rows(values), None, _Given, **settings), rows


def _second_order(kind: Any, actor: Any, critic: Any, damping: float | None = None, **settings: Any) -> Any:
    optimiser = TorchOptimizerFactory(torch.optim.SGD, lr=0.0)
    if not list(critic.parameters()):
        critic = Table(np.zeros((1, 1)))
    plain = {"critic": critic, "optim": optimiser, "optim_critic_iters": 1, "advantage_normalization": False}
    algorithm = kind(policy=_policy(actor, _logits), **plain | settings)
    if damping is not None:
        algorithm._damping = damping
    return algorithm


def _log_probs(table: Any, states: Any, actions: Any) -> Any:
    with torch.no_grad():
        return _logits(table(table.one_hot(states))).log_prob(torch.tensor(actions)).numpy()


def _updated(algorithm: Any, observations: torch.Tensor, *, repeat: int = 1, **columns: Any) -> Any:
    """The statistics of an update, and the gradients that an optimiser step would have used."""
    nothing = np.zeros(len(observations))
    defaults = {"adv": nothing, "logp_old": nothing, "v_s": nothing, "returns": nothing, "act": nothing}
    batch = Batch(obs=observations, info=Batch(), **{k: tensor(column) for k, column in (defaults | columns).items()})
    gradients: list[Any] = [np.zeros(len(observations)), np.zeros(len(observations))]

    def keep(position: int, free: Any) -> None:
        gradients[position] = free.grad.numpy().copy()

    for position, network in enumerate((algorithm.policy.actor, algorithm.critic)):
        for free in network.parameters():
            free.register_post_accumulate_grad_hook(lambda p, position=position: keep(position, p))
    with generators_kept():
        return algorithm._update_with_batch(batch, None, repeat), gradients


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
