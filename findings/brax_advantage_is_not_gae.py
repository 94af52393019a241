"""brax 0.14.2: the advantage of its ``compute_gae`` is δ + γ GAE of the next step, without λ at the first one."""

import jax.numpy as jnp
from brax.training.agents.ppo.losses import compute_gae

nothing = jnp.zeros((2, 1))
_, advantages = compute_gae(nothing, nothing, nothing, nothing, jnp.ones(1), lambda_=0.5, discount=0.5)
print("r = 0, V = 0, 0, 1, gamma = lambda = 1/2: first advantage", advantages[0, 0], "exact 0.125")
