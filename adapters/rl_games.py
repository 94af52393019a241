"""rl_games: what its agents play and learn from, their losses and updates, the distributions of its models.

Tried with 1.6. A time limit reaches it as ``time_outs`` of an environment's infos.
"""

from __future__ import annotations

from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np

from . import NotInstalledError

try:
    import torch
    from gymnasium import spaces
    from rl_games.algos_torch import models, torch_ext
    from rl_games.algos_torch.sac_helper import SquashedNormal
    from rl_games.common import common_losses
    from rl_games.common.a2c_common import DiscreteA2CBase
    from torch import nn

    from ._collectors.rl_games import collected
    from ._learning.rl_games import learned
    from ._rl_games import PLAIN, FreeRows, Network, agent, trained
    from ._rl_games_rollout import played
    from ._torch import graded, parameter, tensor
    from ._updates import PlainAscent
    from ._updates._rows import tabular
    from ._updates.rl_games import policy_gradient, ppo
except ImportError as error:
    raise NotInstalledError("rl_games", "pip install rl-games") from error

__all__ = ["Implementation"]


class Implementation:
    """``rl-games``, in float32."""

    name = "rl-games"
    version = version("rl-games")
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "value_clip": "max",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns − values`` after ``play_steps``, as ``prepare_dataset`` forms advantages."""
        returns, values = played(*batch, gamma=gamma, lam=lam)
        return returns - values

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``returns`` after ``play_steps``."""
        return played(*batch, gamma=gamma, lam=lam)[0]

    def ppo_policy_loss(self, log_probs: Any, old_log_probs: Any, advantages: Any, *, clip_range: float) -> Any:
        """The mean of ``common_losses.actor_loss`` on negative log-probabilities, and its gradient."""
        new = parameter(log_probs)
        rows = common_losses.actor_loss(-tensor(old_log_probs), -new, tensor(advantages), True, clip_range)
        return graded(rows.mean(), new)

    def value_loss(self, values: Any, old_values: Any, returns: Any, *, clip_range: float | None) -> Any:
        """The mean of ``common_losses.default_critic_loss``, and its gradient."""
        new, clipped = parameter(values), clip_range is not None
        rows = common_losses.default_critic_loss(tensor(old_values), new, clip_range or 0.0, tensor(returns), clipped)
        return graded(rows.mean(), new)

    def normalize_advantages(self, advantages: Any) -> Any:
        """``advantages`` of the dataset that ``prepare_dataset`` makes."""
        kept: dict[str, Any] = {}
        switched_off = ("normalize_value", "is_rnn", "normalize_rms_advantage", "use_action_masks", "has_central_value")
        learner: Any = SimpleNamespace(normalize_advantage=True, **dict.fromkeys(switched_off, False))
        learner.dataset = SimpleNamespace(update_values_dict=kept.update)
        batch = dict.fromkeys(("actions", "neglogpacs", "dones", "obses"))
        returns = tensor(advantages)[:, None]
        DiscreteA2CBase.prepare_dataset(learner, batch | {"returns": returns, "values": 0 * returns})
        return kept["advantages"].numpy()

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """The divergence that ``train_epoch`` of the discrete agent returns."""
        size, nothing = len(log_probs), torch.zeros(len(log_probs), 1)
        made = agent(FreeRows(log_probs), spaces.Discrete(1), size, model="given", **PLAIN | {"mini_epochs": 1})
        rollout = {"obses": torch.arange(float(size))[:, None], "neglogpacs": -tensor(old_log_probs)}
        rollout |= {"actions": nothing[:, 0], "dones": nothing[:, 0], "returns": nothing, "values": nothing}
        return trained(made, rollout)[7][0].item()

    def policy_gradient(self, logits: Any, *batch: Any) -> Any:
        """Minus what ``train_epoch`` leaves in ``grad`` of a table of logits where ``ppo`` is off."""
        return -policy_gradient(tabular(logits, *batch)).numpy()

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``train_epoch`` with plain SGD, the whole batch at once."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """Minus ``prev_neglogp`` of ``ModelA2C``."""
        return -_discrete(logits, actions)["prev_neglogp"].reshape(-1).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``entropy`` of the same model."""
        return _discrete(logits, np.zeros(len(logits)))["entropy"].numpy()

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``kl`` of the same model."""
        p, q = (_discrete(logits, np.zeros(len(logits))) for logits in (logits_p, logits_q))
        return models.ModelA2C.Network.kl(None, p, q).numpy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """Minus ``prev_neglogp`` of ``ModelA2CContinuousLogStd``."""
        return -_continuous(mean, log_std, actions)["prev_neglogp"].reshape(-1).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``entropy`` of the same model."""
        return _continuous(mean, log_std, mean)["entropy"].numpy()

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``torch_ext.policy_kl``, which steers the learning rate."""
        columns = tensor(mean_p), tensor(log_std_p).exp(), tensor(mean_q), tensor(log_std_q).exp()
        return torch_ext.policy_kl(*columns, reduce=False).numpy()

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``SquashedNormal.log_prob``, summed over action dimensions as its SAC sums it."""
        return SquashedNormal(tensor(mean), tensor(log_std).exp()).log_prob(tensor(actions)).sum(-1).numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``play_steps`` of the discrete agent."""
        return collected(make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``train`` of the discrete agent, update by update."""
        return learned(make_env, steps=steps, seed=seed)


def _discrete(logits: Any, actions: Any) -> Any:
    return _answer(models.ModelA2C, tensor(logits), actions)


def _continuous(mean: Any, log_std: Any, actions: Any) -> Any:
    return _answer(models.ModelA2CContinuousLogStd, (tensor(mean), tensor(log_std)), actions)


def _answer(kind: Any, outputs: Any, actions: Any) -> Any:
    """What a model says while it trains, of a network with these outputs and values 0."""
    rows = torch.arange(float(len(actions)))[:, None]
    how = {"obs_shape": (1,), "normalize_value": False, "normalize_input": False, "value_size": 1}
    model = kind.Network(Network(_Fixed(outputs), nn.Identity()), **how)
    return model({"is_train": True, "obs": rows, "prev_actions": tensor(actions)})


class _Fixed(nn.Module):
    def __init__(self, outputs: Any) -> None:
        super().__init__()
        self.outputs = outputs

    def forward(self, _rows: Any) -> Any:
        return self.outputs
