"""garage 2021.3.0: the log-density of an action is that of a place up to 1e-6 from it, unless u is given as well."""

import importlib.util
import math
from pathlib import Path

import torch

# The package itself needs TensorFlow; the file with this distribution does not.
package = Path(importlib.util.find_spec("garage").origin).parent
specification = importlib.util.spec_from_file_location(
    "tanh_normal", package / "torch" / "distributions" / "tanh_normal.py"
)
distributions = importlib.util.module_from_spec(specification)
specification.loader.exec_module(distributions)

action, mean, deviation = 0.5, 0.557, math.exp(-5)
made = distributions.TanhNormal(torch.tensor([mean]), torch.tensor([deviation]))
got = made.log_prob(torch.tensor([action])).item()
z = (math.atanh(action) - mean) / deviation
exact = -(z**2) / 2 - math.log(deviation) - math.log(2 * math.pi) / 2 - math.log(1 - action**2)
print("action 1/2, m = 0.557, ln s = -5:", got, "exact", exact)
