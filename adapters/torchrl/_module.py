"""``GAE``, the module that torchrl's users put between collector and loss, on a trajectory whose values are given."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import NotInstalledError

try:
    import torchrl
    from tensordict import TensorDict
    from tensordict.nn import TensorDictModule
    from torchrl.objectives.value import GAE

    from .._torch import generators_kept, tensor
except ImportError as error:
    raise NotInstalledError("torchrl", "pip install torchrl") from error

__all__ = ["VERSION", "estimated", "normalised"]

VERSION = torchrl.__version__


def estimated(batch: Any, gamma: float, lam: float, name: str, **settings: Any) -> Any:
    """The entry of that name, ``[T, N]``, after the module has called a critic that looks the values up."""
    rewards, values, next_values, terminated, truncated = batch
    steps, envs = rewards.shape
    held = tensor(np.concatenate([values.T.ravel(), next_values.T.ravel()]))
    critic = TensorDictModule(lambda rows: held[rows], in_keys=["row"], out_keys=["state_value"])
    rows = np.arange(2 * steps * envs).reshape(2, envs, steps, 1)
    flags = {"terminated": terminated, "done": terminated | truncated}
    after = {name: tensor(part.T[:, :, None]) for name, part in {"reward": rewards, **flags}.items()}
    trajectory = {"row": tensor(rows[0]), "next": {"row": tensor(rows[1]), **after}}
    module = GAE(gamma=gamma, lmbda=lam, value_network=critic, **settings)
    with generators_kept():
        return module(TensorDict(trajectory, batch_size=[envs, steps]))[name][:, :, 0].T.numpy()


def normalised(advantages: Any) -> Any:
    """What ``average_gae=True`` makes of advantages ``[B]``: they are rewards of B episodes, and V = 0."""
    rewards = advantages[:, None]
    nothing, ended = np.zeros_like(rewards), np.ones(rewards.shape, dtype=bool)
    return estimated((rewards, nothing, nothing, ended, ~ended), 0.0, 0.0, "advantage", average_gae=True)[:, 0]
