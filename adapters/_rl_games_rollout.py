"""``play_steps`` of rl_games on one trajectory; an observation is the number of a state in a table of values.

State t·N + n is s_t of environment n; the last N are those that the last step reached.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from rl_games.common.a2c_common import A2CBase
from rl_games.common.experience import ExperienceBuffer

from ._torch import tensor

__all__ = ["played"]


def played(
    rewards: Any, values: Any, next_values: Any, terminated: Any, truncated: Any, *, gamma: float, lam: float
) -> tuple[Any, Any]:
    """Returns and values ``[T, N]``; ``time_outs`` says where an end was no termination."""
    steps, envs = rewards.shape
    table, ended = tensor(np.concatenate([values, next_values[-1:]])), terminated | truncated
    now = iter(range(steps))

    def looked_up(seen: Any) -> torch.Tensor:
        return table[seen["obs"][0, 0].long()][:, None]

    def at(t: int) -> dict[str, torch.Tensor]:
        return {"obs": torch.full((envs, 1), float(t))}

    def step(_actions: Any) -> Any:
        t = next(now)
        limits = {"time_outs": tensor(truncated[t] & ~terminated[t])}
        return at(t + 1), tensor(rewards[t])[:, None], tensor(ended[t]), limits

    spaced = {"observation_space": spaces.Box(-np.inf, np.inf, (1,)), "action_space": spaces.Discrete(1)}
    sizes = {"num_actors": envs, "horizon_length": steps, "has_central_value": False}
    silent = SimpleNamespace(update=lambda *_: None, process_infos=lambda *_: None)
    learner: Any = SimpleNamespace(
        **sizes,
        gamma=gamma,
        tau=lam,
        num_agents=1,
        batch_size=steps * envs,
        use_action_masks=False,
        value_bootstrap=True,
        update_list=["values"],
        tensor_list=["values"],
        experience_buffer=ExperienceBuffer(spaced, sizes, "cpu"),
        obs=at(0),
        dones=torch.ones(envs),
        get_action_values=lambda seen: {"values": looked_up(seen), "actions": None},
        get_values=looked_up,
        env_step=step,
        cast_obs=lambda column: column,
        rewards_shaper=torch.clone,
        current_rewards=torch.zeros(envs, 1),
        current_shaped_rewards=torch.zeros(envs, 1),
        current_lengths=torch.zeros(envs),
        game_rewards=silent,
        game_shaped_rewards=silent,
        game_lengths=silent,
        algo_observer=silent,
    )
    learner.discount_values = lambda *columns: A2CBase.discount_values(learner, *columns)
    batch = A2CBase.play_steps(learner)
    returns, played_values = (batch[name].reshape(envs, steps).T.numpy().copy() for name in ("returns", "values"))
    return returns, played_values
