"""garage's algorithms in PyTorch, imported where TensorFlow and Ray are absent.

``import garage`` imports every part of it: where another framework, a plotter or an evolution strategy is absent, an
empty module stands in for it meanwhile. The algorithms in PyTorch call none of them.
"""

from __future__ import annotations

import sys
import warnings
from types import ModuleType

__all__ = [
    "PPO",
    "TRPO",
    "VPG",
    "CategoricalCNNPolicy",
    "EnvSpec",
    "EpisodeBatch",
    "GaussianMLPBaseModule",
    "OptimizerWrapper",
    "StepType",
    "StochasticPolicy",
    "TanhNormal",
    "ValueFunction",
    "compute_advantages",
    "conjugate_gradient_optimizer",
]

ELSEWHERE = ["cma", "garage.tf", "garage.tf.samplers", "matplotlib", "matplotlib.pyplot", "ray", "setproctitle"]
ELSEWHERE += ["tensorboardX"]


class _Absent(ModuleType):
    def __getattr__(self, name: str) -> None:
        return None


_stand_ins = {name: _Absent(name) for name in ELSEWHERE if name not in sys.modules}
sys.modules.update(_stand_ins)
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from garage import EnvSpec, EpisodeBatch, StepType
        from garage.torch import compute_advantages
        from garage.torch.algos import PPO, TRPO, VPG
        from garage.torch.distributions import TanhNormal
        from garage.torch.modules.gaussian_mlp_module import GaussianMLPBaseModule
        from garage.torch.optimizers import OptimizerWrapper, conjugate_gradient_optimizer
        from garage.torch.policies import CategoricalCNNPolicy
        from garage.torch.policies.stochastic_policy import StochasticPolicy
        from garage.torch.value_functions import ValueFunction
finally:
    for _name in _stand_ins:
        del sys.modules[_name]
