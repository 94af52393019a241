"""garage 2021.3.0: conjugate gradients of 0 are nan, for which its optimiser puts 0."""

import sys
from types import ModuleType


class Absent(ModuleType):
    """What garage imports and its algorithms in PyTorch do not use."""

    def __getattr__(self, name):
        return None


for name in ("cma", "garage.tf", "garage.tf.samplers", "matplotlib", "matplotlib.pyplot", "ray", "setproctitle"):
    sys.modules[name] = Absent(name)
sys.modules["tensorboardX"] = Absent("tensorboardX")

import torch  # noqa: E402
from garage.torch.optimizers.conjugate_gradient_optimizer import _conjugate_gradient  # noqa: E402

print("matrix 1, b = 0:", _conjugate_gradient(lambda x: x, torch.zeros(1), 10).item(), "exact 0")
