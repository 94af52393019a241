"""xuance 1.4.4: PPO-KL takes KL(new ‖ old) for KL(old ‖ new), and of Gaussian policies the mean over action dimensions.

Its distributions leave the divergence of each dimension apart; ``PPOKL_Learner`` and ``PPG_Learner`` take their mean.
"""

from argparse import Namespace

import numpy as np
import torch
from xuance.common import BaseCallback
from xuance.torch.learners import PPOKL_Learner
from xuance.torch.utils import CategoricalDistribution, DiagGaussianDistribution, split_distributions

SETTINGS = {"learning_rate": 0.0, "vf_coef": 0.0, "ent_coef": 0.0, "target_kl": 1.0, "kl_coef": 1.0}
SETTINGS |= {"horizon_size": 1, "parallels": 1, "running_steps": 1, "n_epochs": 1, "n_minibatch": 1}
SETTINGS |= {"episode_length": 1, "use_grad_clip": False, "grad_clip_norm": 1.0, "model_dir": ""}


class Policy(torch.nn.Module):
    """One distribution, and values 0."""

    def __init__(self, made, parameter):
        super().__init__()
        self.made, self.parameter = made, torch.nn.Parameter(parameter)

    def forward(self, observations):
        return {}, self.made(self.parameter), torch.zeros(len(observations))


def categorical(logits):
    made = CategoricalDistribution(logits.shape[1])
    made.set_param(logits=logits)
    return made


def gaussian(mean):
    made = DiagGaussianDistribution(mean.shape[1])
    made.set_param(mean, torch.ones_like(mean))
    return made


def reported(made, old, new, action):
    config = Namespace(device="cpu", distributed_training=False, **SETTINGS)
    learner = PPOKL_Learner(config, Policy(made, torch.tensor(new)), BaseCallback())
    row = {"obs": np.zeros((1, 1), np.float32), "actions": action, "returns": np.zeros(1, np.float32)}
    row |= {
        "advantages": np.zeros(1, np.float32),
        "aux_batch": {"old_dist": split_distributions(made(torch.tensor(old)))},
    }
    return learner.update(**row)["kl"]


new = np.array([1, np.e]) / (1 + np.e)
exact = np.sum(0.5 * np.log(0.5 / new))
print(
    "logits (0, 0) before, (0, 1) now:", reported(categorical, [[0.0, 0.0]], [[0.0, 1.0]], np.zeros(1)), "exact", exact
)
got = reported(gaussian, [[0.0] * 8], [[1.0] * 8], np.zeros((1, 8), np.float32))
print("8 dimensions, σ = 1, each mean moved by 1:", got, "exact", 8 / 2)
