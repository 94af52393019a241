"""brax 0.14.2: log-densities of narrow Gaussians lose digits: a and m are divided by s before they are subtracted."""

import math

import jax.numpy as jnp
import numpy as np
from brax.training.distribution import NormalDistribution

mean, deviation = 8.0, np.float32(math.exp(-10))
action = np.float32(mean) + 96 * np.spacing(np.float32(mean))
given = jnp.array([mean]), jnp.array([deviation])
got = float(NormalDistribution(1).log_prob(given, jnp.array([action])))
z = (float(action) - mean) / float(deviation)
exact = -(z**2) / 2 - math.log(deviation) - math.log(2 * math.pi) / 2
print(f"m = 8, ln s = -10, a = m + {float(action) - mean:.8f}:", got, "exact", exact)
