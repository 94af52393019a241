"""RLlib's ``SingleAgentEnvRunner``, then the learner connectors of its PPO."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from types import SimpleNamespace
from typing import Any

import gymnasium
import numpy as np
import torch
from gymnasium.spaces import Discrete
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.learner import AddOneTsToEpisodesAndTruncate, GeneralAdvantageEstimation
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.apis.value_function_api import ValueFunctionAPI
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModule
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.env.single_agent_env_runner import SingleAgentEnvRunner
from ray.rllib.env.single_agent_episode import SingleAgentEpisode
from ray.tune.registry import register_env

from .._torch import generators_kept, parameter

__all__ = ["Tables", "collected", "shallow", "staged", "standardised"]


class _Numbered(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Says in ``info`` which environment and step it is, so that a transition can be found again."""

    def __init__(self, env: Any, number: int) -> None:
        super().__init__(env)
        self.place = np.array([number, 0])

    def reset(self, **options: Any) -> Any:
        observation, info = self.env.reset(**options)
        return observation, info | {"place": self.place.copy()}

    def step(self, action: Any) -> Any:
        *result, info = self.env.step(action)
        self.place[1] += 1
        return *result, info | {"place": self.place.copy()}


class Tables(TorchRLModule, ValueFunctionAPI):  # type: ignore[misc]
    """Logits and values of states, looked up."""

    def setup(self) -> None:
        self.logits, self.table = (parameter(self.model_config[name]) for name in ("logits", "values"))

    def _forward(self, batch: Any, **_options: Any) -> Any:
        return {"action_dist_inputs": self.logits[batch["obs"].long()]}

    def compute_values(self, batch: Any, embeddings: Any = None) -> Any:  # noqa: ARG002 - RLlib's signature
        return self.table[batch["obs"].long()]

    @property
    def policy(self) -> Any:
        """The softmax of each row, ``[S, A]``."""
        return self.logits.detach().softmax(-1).numpy()


_STAGE = SimpleNamespace(make_env=None)
"""What is being played: RLlib copies a function that makes environments, but not what a module holds."""


def staged(make_env: Any) -> str:
    """The name of environments that this function makes, until another is staged."""
    _STAGE.make_env = make_env
    register_env("policyproof", _made)
    return "policyproof"


def _made(_config: Any) -> Any:
    return _STAGE.make_env()


def shallow(function: Callable[..., Any]) -> Callable[..., Any]:
    """Call a function in a thread of its own: each connector that RLlib makes looks through the whole call stack."""

    @wraps(function)
    def called(*arguments: Any, **keywords: Any) -> Any:
        with ThreadPoolExecutor(1) as threads:
            return threads.submit(function, *arguments, **keywords).result()

    return called


@shallow
def collected(
    make_env: Any, policy: Any, values: Any, *, steps: int, envs: int, gamma: float, lam: float, seed: int
) -> Any:
    """Value targets of the learner's batch; advantages are targets less values, before they are standardised.

    The runner counts steps of all environments together and resets as it goes, so one may get fewer than another. It
    samples until each has T, and episodes are sliced where T steps of their environment end.
    """
    made: list[Any] = []

    def numbered() -> Any:
        made.append(_Numbered(make_env(), len(made)))
        return made[-1]

    tables = {"model_config": {"logits": np.log(policy), "values": values}}
    config = PPOConfig().environment(staged(numbered)).debugging(seed=seed, log_level="ERROR")
    config = config.env_runners(num_env_runners=0, num_envs_per_env_runner=envs, rollout_fragment_length=steps)
    config = config.rl_module(rl_module_spec=RLModuleSpec(Tables, **tables))
    with generators_kept():
        torch.manual_seed(seed)
        runner = SingleAgentEnvRunner(config=config, worker_index=0)
        enough = steps if envs == 1 else (2 * steps + 1) * envs  # where every other step of an environment is a reset
        sampled = runner.sample(num_timesteps=enough, random_actions=False)
        episodes = [e for e in (_first_steps(episode, steps) for episode in sampled) if len(e)]
        spaces = {"observation_space": made[0].observation_space, "action_space": made[0].action_space}
        places = [_places(episode) for episode in episodes]
        batch = _connected(config, spaces, tables, episodes, gamma, lam)
    return _arranged(batch, np.concatenate(places), values, (steps, envs))


@shallow
def standardised(advantages: Any) -> Any:
    """Advantages of the learner's batch, of an episode whose rewards they are, with γ = 0 and V = 0."""
    size, tables = len(advantages), {"model_config": {"logits": np.zeros((1, 1)), "values": np.zeros(1)}}
    spaces = {"observation_space": Discrete(1), "action_space": Discrete(1)}
    steps = {"observations": [0] * (size + 1), "actions": [0] * size, "rewards": [float(each) for each in advantages]}
    episode = SingleAgentEpisode(**steps, terminated=True, len_lookback_buffer=0)
    with generators_kept():
        batch = _connected(PPOConfig(), spaces, tables, [episode], 0.0, 1.0)
    return batch["advantages"][batch["loss_mask"]].numpy()


def _connected(config: Any, spaces: Any, tables: Any, episodes: Any, gamma: float, lam: float) -> Any:
    """The batch that the learner makes of episodes."""
    pipeline = config.build_learner_connector(*spaces.values())
    pipeline.prepend(AddOneTsToEpisodesAndTruncate())
    pipeline.append(GeneralAdvantageEstimation(gamma=gamma, lambda_=lam))
    module = MultiRLModule(rl_module_specs={DEFAULT_MODULE_ID: RLModuleSpec(Tables, **spaces, **tables)})
    return pipeline(rl_module=module, batch={}, episodes=episodes, shared_data={})[DEFAULT_MODULE_ID]


def _places(episode: Any) -> Any:
    """Environment and step number of each transition, ``[len, 2]``."""
    return np.array([info["place"] for info in episode.get_infos()][:-1], dtype=int).reshape(-1, 2)


def _first_steps(episode: Any, steps: int) -> Any:
    """What an episode holds of the first steps of its environment."""
    kept = int((_places(episode)[:, 1] < steps).sum())
    return episode if kept == len(episode) else episode[:kept]


def _arranged(batch: Any, places: Any, values: Any, shape: tuple[int, int]) -> Any:
    """The rows of a batch ``[T, N]``, without those that were added to bootstrap from."""
    rows = {name: batch[name][batch["loss_mask"]].numpy() for name in _COLUMNS.values()}
    envs = np.unique(places[:, 0], return_inverse=True)[1]
    rollout = {}
    for name, column in _COLUMNS.items():
        rollout[name] = np.empty(shape)
        rollout[name][places[:, 1], envs] = rows[column]
    rollout["advantages"] = rollout["returns"] - values[rollout["states"].astype(int)].astype(np.float32)
    return SimpleNamespace(**rollout)


_COLUMNS = {
    "states": "obs",
    "actions": "actions",
    "rewards": "rewards",
    "returns": "value_targets",
    "log_probs": "action_logp",
}
