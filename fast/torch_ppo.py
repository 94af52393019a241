"""PPO for networks that the compiled perceptron is not made for: large ones, convolutions, shared layers.

PyTorch computes the outputs and carries gradients back through the network; everything else is the code of `PPO`: the
losses and their gradients with respect to the outputs, the clipping of the norm, and Adam, on one flat buffer that the
network's parameters are views of.
"""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import Any, Self, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from . import checkpoint
from .adam import Adam, adam_step, global_norm
from .agent import Agent
from .environments import Environment
from .matrix_product import aligned, padded
from .policy_head import categorical, categorical_gradient, choose, gaussian, gaussian_gradient, perturb
from .ppo_config import PPOConfig
from .ppo_gradient import STATISTICS
from .ppo_loss import approximate_kl, normalize, policy_loss, value_loss
from .rollout import Rollout

__all__ = ["MakeNetwork", "TorchPPO"]

Floats: TypeAlias = NDArray[np.float32]
MakeNetwork: TypeAlias = Callable[[int, int], nn.Module]
"""(inputs, K or D) → a module that maps observations [B, inputs] to logits or means [B, K or D], and values [B]."""


class _TorchNetwork:
    """What `ActorCritic` offers an agent, over a module; log σ of a Gaussian policy comes last in the flat buffer."""

    def __init__(self, module: nn.Module, inputs: int, actions: int, *, discrete: bool, log_std: float) -> None:
        self.module, self.inputs, self.actions, self.discrete = module, inputs, actions, discrete
        self.action_size = 1 if discrete else actions
        owned = [parameter for parameter in module.parameters() if parameter.requires_grad]
        size = sum(parameter.numel() for parameter in owned)
        self.parameters, self.gradient = (aligned(size + (0 if discrete else actions)) for _ in range(2))
        self.log_std = self.parameters[size:]
        self.log_std[:] = log_std
        self.log_std_gradient = self.gradient[size:]
        start = 0
        for parameter in owned:
            end = start + parameter.numel()
            place, slope = (torch.from_numpy(flat[start:end]).view_as(parameter) for flat in self._flat)
            place.copy_(parameter.detach())
            parameter.data, parameter.grad = place, slope
            start = end

    @property
    def _flat(self) -> tuple[Floats, Floats]:
        return self.parameters, self.gradient

    def noise(self, random: np.random.Generator, rows: int) -> Floats:
        """Uniform in [0, 1), or standard normal."""
        draw = random.random if self.discrete else random.standard_normal
        return draw((rows, self.action_size), dtype=np.float32)

    def run(self, observations: Floats) -> tuple[Tensor, Tensor]:
        """Outputs [B, K or D] and values [B], with their graph. ValueError where the module returns anything else."""
        found = self.module(torch.from_numpy(np.ascontiguousarray(observations)))
        rows = len(observations)
        parts = found if isinstance(found, tuple) else (found,)
        shapes, expected = [tuple(part.shape) for part in parts], [(rows, self.actions), (rows,)]
        if shapes != expected:
            raise ValueError(f"the network returned tensors of shapes {shapes}; expected {expected}")
        return found[0], found[1]

    def act(self, observations: Floats, noise: Floats) -> tuple[Floats, Floats, Floats]:
        """Actions, their log-probabilities, and V."""
        with torch.no_grad():
            outputs, values = self.run(observations)
        rows = len(observations)
        actions, log_probs = np.empty((rows, self.action_size), np.float32), np.empty(rows, np.float32)
        if self.discrete:
            logits = outputs.numpy().copy()
            choose(logits, self.actions, noise, np.empty_like(logits), actions, log_probs)
        else:
            perturb(outputs.numpy(), self.log_std, noise, actions, log_probs)
        return actions, log_probs, values.numpy().copy()

    def values(self, observations: Floats) -> Floats:
        """V, [B]."""
        with torch.no_grad():
            return self.run(observations)[1].numpy().copy()

    def outputs(self, observations: Floats) -> Floats:
        """Logits or means."""
        with torch.no_grad():
            return self.run(observations)[0].numpy().copy()


class TorchPPO(Agent[PPOConfig]):
    """`PPO` with a network of your own.

    make_network : `(inputs, outputs) -> torch.nn.Module`, which maps observations [B, inputs], flattened, to logits or
        means [B, outputs] and values [B], in float32 on the CPU. Its own initialisation stands; seed PyTorch before if
        runs are to be repeated. `config.hidden`, `config.orthogonal` and `config.threads` have no effect.
    """

    config_type = PPOConfig
    network: Any

    def __init__(self, environment: Environment, make_network: MakeNetwork, config: PPOConfig | None = None) -> None:
        super().__init__(environment, config)
        spaces = self.spaces
        self.network = _TorchNetwork(
            make_network(spaces.inputs, spaces.actions),
            spaces.inputs,
            spaces.actions,
            discrete=spaces.discrete,
            log_std=self.config.log_std,
        )
        self.adam = Adam.zeros(self.network.parameters.size)

    def improve(self, rollout: Rollout, remaining: float) -> tuple[dict[str, float], int]:
        """The same phase as `PPO`'s, a minibatch at a time through PyTorch."""
        config, numbers = self.config, self.config.coefficients(remaining)
        rows, totals, seen, done = np.flatnonzero(rollout.valid), np.zeros(len(STATISTICS)), 0, 0
        for _ in range(config.epochs):
            order = self.random.permutation(rows)
            for start in range(0, len(order), config.minibatch_size):
                statistics = self._gradient(rollout, order[start : start + config.minibatch_size], numbers)
                totals, seen = totals + statistics, seen + 1
                kl, norm = statistics[STATISTICS.index("approximate_kl")], statistics[STATISTICS.index("gradient_norm")]
                if not np.isfinite(norm):
                    raise FloatingPointError("a gradient is not finite: training stops with the last good parameters")
                if kl > numbers.kl_limit:
                    return dict(zip(STATISTICS, (totals / seen).tolist(), strict=True)), done
                scale = min(1.0, numbers.max_gradient_norm / (norm + 1e-6))
                adam_step(
                    self.network.parameters, self.network.gradient, self.adam, scale, numbers.learning_rate,
                    numbers.beta1, numbers.beta2, numbers.adam_epsilon,
                )  # fmt: skip
                done += 1
        return dict(zip(STATISTICS, (totals / seen).tolist(), strict=True)), done

    def _gradient(self, rollout: Rollout, rows: NDArray[np.int64], numbers: Any) -> NDArray[np.float64]:
        """The statistics of a minibatch; its gradient is left in the network's flat buffer."""
        network, count = self.network, len(rows)

        def column(name: str) -> Floats:
            whole = getattr(rollout, name)
            return np.ascontiguousarray(whole.reshape(-1, *whole.shape[2:])[rows])

        actions, advantages = column("actions"), column("advantages")
        if numbers.normalize_advantages:
            normalize(advantages, advantages)
        outputs, values = network.run(column("observations"))
        head = np.zeros((count, padded(network.actions)), np.float32)
        head[:, : network.actions] = outputs.detach().numpy()
        kept, log_probs, pulls, value_pulls = np.zeros_like(head), *np.empty((3, count), np.float32)
        bonus, log_std = numbers.entropy_coefficient, network.log_std
        if network.discrete:
            entropy = categorical(head, network.actions, actions, kept, log_probs)
        else:
            entropy = gaussian(head, log_std, actions, kept, log_probs)
        old = column("log_probs")
        loss, outside = policy_loss(log_probs, old, advantages, numbers.clip_range, count, pulls)
        network.gradient[:] = 0
        if network.discrete:
            categorical_gradient(head, network.actions, actions, pulls, bonus, count, kept)
        else:
            gaussian_gradient(log_std, pulls, bonus, count, network.actions, kept, network.log_std_gradient)
        critic = value_loss(
            values.detach().numpy(), column("values"), column("returns"), numbers.value_clip_range, count, value_pulls
        )
        slopes = kept[:, : network.actions], np.float32(numbers.value_coefficient) * value_pulls
        torch.autograd.backward((outputs, values), tuple(map(torch.from_numpy, slopes)))
        kl, norm = approximate_kl(log_probs, old, count), global_norm(network.gradient)
        return np.array([loss, critic, entropy / count, kl, outside / count, norm])

    @classmethod
    def load(  # type: ignore[override]  # a network cannot be read from a file of arrays
        cls, path: str | PathLike[str], make_network: MakeNetwork, environment: Environment | None = None
    ) -> Self:
        """The agent that was saved, its network made anew by `make_network` and filled."""
        return checkpoint.load(cls, path, environment, lambda place, config: cls(place, make_network, config))
