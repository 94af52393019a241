"""garage 2021.3.0: ``CategoricalCNNPolicy`` takes probabilities for logits: its softmax is applied twice."""

import sys
from types import ModuleType


class Absent(ModuleType):
    """What garage imports and its algorithms in PyTorch do not use."""

    def __getattr__(self, name):
        return None


for name in ("cma", "garage.tf", "garage.tf.samplers", "matplotlib", "matplotlib.pyplot", "ray", "setproctitle"):
    sys.modules[name] = Absent(name)
sys.modules["tensorboardX"] = Absent("tensorboardX")

import akro  # noqa: E402
import torch  # noqa: E402
from garage import EnvSpec  # noqa: E402
from garage.torch.policies import CategoricalCNNPolicy  # noqa: E402

spec = EnvSpec(akro.Box(0.0, 1.0, (1, 3, 3)), akro.Discrete(2))
policy = CategoricalCNNPolicy(spec, "NCHW", kernel_sizes=(3,), hidden_channels=(1,), hidden_sizes=())
*_, weights, outputs = policy.parameters()
torch.nn.init.zeros_(weights)
outputs.data = torch.tensor([8.0, 0.0])
got = policy(torch.zeros(1, 9))[0].probs[0, 0].item()
print("outputs of the network 8 and 0: probability", got, "exact", outputs.softmax(0)[0].item())
