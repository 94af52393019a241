"""RLlib 2.60.0: advantages are standardised together with those of the steps added to bootstrap from."""

import gymnasium
import numpy as np
import torch
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.connectors.learner import AddOneTsToEpisodesAndTruncate, GeneralAdvantageEstimation
from ray.rllib.core import DEFAULT_MODULE_ID
from ray.rllib.core.rl_module.apis.value_function_api import ValueFunctionAPI
from ray.rllib.core.rl_module.multi_rl_module import MultiRLModule
from ray.rllib.core.rl_module.rl_module import RLModuleSpec
from ray.rllib.core.rl_module.torch import TorchRLModule
from ray.rllib.env.single_agent_episode import SingleAgentEpisode


class Nothing(TorchRLModule, ValueFunctionAPI):
    """A critic that says 0."""

    def compute_values(self, batch, embeddings=None):
        return torch.zeros(len(batch["obs"]))


spaces = {"observation_space": gymnasium.spaces.Box(-1, 1, (1,)), "action_space": gymnasium.spaces.Discrete(2)}
pipeline = PPOConfig().build_learner_connector(*spaces.values())  # as PPOLearner.build puts it together
pipeline.prepend(AddOneTsToEpisodesAndTruncate())
pipeline.append(GeneralAdvantageEstimation(gamma=0.99, lambda_=1.0))
module = MultiRLModule(rl_module_specs={DEFAULT_MODULE_ID: RLModuleSpec(Nothing, **spaces)})
state = np.zeros(1, np.float32)
episodes = [  # each ends with its one step, so that its advantage is its reward
    SingleAgentEpisode(
        observations=[state, state], actions=[0], rewards=[reward], terminated=True, len_lookback_buffer=0
    )
    for reward in (1.0, 3.0)
]
batch = pipeline(rl_module=module, batch={}, episodes=episodes, shared_data={})[DEFAULT_MODULE_ID]
print("advantages 1 and 3, standardised:", batch["advantages"][batch["loss_mask"]].tolist(), "exact: [-1, 1]")
