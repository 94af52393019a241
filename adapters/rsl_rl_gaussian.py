"""rsl_rl: its Gaussian distribution whose deviation does not depend on the state, which gives each row a module.

The deviation is kept as its logarithm.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    from rsl_rl.modules.distribution import GaussianDistribution

    from ._torch import parameter, tensor
except ImportError as error:
    raise NotInstalledError("rsl_rl", "pip install rsl-rl-lib") from error

__all__ = ["Implementation"]


class Implementation:
    """``rsl-rl-gaussian``, in float32."""

    name = "rsl-rl-gaussian"
    version = version("rsl-rl-lib")
    dtype = "float32"
    device = "cpu"

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``log_prob``."""
        rows = zip(_modules(mean, log_std), tensor(actions), strict=True)
        return np.array([module.log_prob(row).item() for module, row in rows])

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``entropy``."""
        return np.array([module.entropy.item() for module in _modules(mean, log_std)])

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``kl_divergence(old, new)``."""
        rows = zip(_modules(mean_p, log_std_p), _modules(mean_q, log_std_q), strict=True)
        return np.array([new.kl_divergence(old.params, new.params).item() for old, new in rows])


def _modules(mean: Any, log_std: Any) -> list[Any]:
    modules = []
    for row, deviation in zip(tensor(mean), log_std, strict=True):
        module = GaussianDistribution(len(row), std_type="log")
        module.log_std_param = parameter(deviation)
        module.update(row)
        modules.append(module)
    return modules
