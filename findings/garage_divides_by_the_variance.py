"""garage 2021.3.0: ``VPG``, and with it PPO and TRPO, divide advantages by their variance."""

import sys
from types import ModuleType, SimpleNamespace


class Absent(ModuleType):
    """What garage imports and its algorithms in PyTorch do not use."""

    def __getattr__(self, name):
        return None


for name in ("cma", "garage.tf", "garage.tf.samplers", "matplotlib", "matplotlib.pyplot", "ray", "setproctitle"):
    sys.modules[name] = Absent(name)
sys.modules["tensorboardX"] = Absent("tensorboardX")

import torch  # noqa: E402
from garage.torch.algos import VPG  # noqa: E402

module = torch.nn.Linear(1, 1)
algorithm = VPG(SimpleNamespace(max_episode_length=1), module, module, None)
rewards = torch.tensor([[0.0], [2.0], [4.0]])
got = algorithm._compute_advantage(rewards, [1, 1, 1], 0 * rewards)
print("episodes of one step, V = 0, rewards 0, 2, 4:", got.tolist(), "exact [-1, 0, 1]")
got = algorithm._compute_advantage(rewards[:1], [1], 0 * rewards[:1])
print("one of them:", got.tolist(), "exact [0]")
