"""garage: the advantages of padded episodes. Tried with 2021.3, whose package needs TensorFlow: its file is loaded.

An episode ends with value 0, whether it terminated, met its limit or was cut by the end of the rollout.
"""

from __future__ import annotations

import importlib.util
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from . import NotInstalledError

try:
    found = importlib.util.find_spec("garage")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("garage")
    file = Path(found.origin).parent / "torch" / "_functions.py"
    specification: Any = importlib.util.spec_from_file_location("garage_functions", file)
    functions = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(functions)

    from ._torch import tensor
except ImportError as error:
    command = "pip install --no-deps --no-build-isolation garage (see adapters/requirements/garage.txt)"
    raise NotInstalledError("garage", command) from error

__all__ = ["Implementation"]


class Implementation:
    """``garage``, in float32."""

    name = "garage"
    version = version("garage")
    dtype = "float32"
    device = "cpu"

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``compute_advantages`` of each episode."""
        rewards, values, _, terminated, truncated = batch
        advantages = np.empty(rewards.shape, dtype=np.float32)
        for n in range(rewards.shape[1]):
            ends = np.flatnonzero((terminated | truncated)[:-1, n]) + 1
            for episode in np.split(np.arange(len(rewards)), ends):
                columns = (tensor(part[episode, n])[None] for part in (values, rewards))
                advantages[episode, n] = functions.compute_advantages(gamma, lam, len(episode), *columns)[0].numpy()
        return advantages
