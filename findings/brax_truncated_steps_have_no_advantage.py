"""brax 0.14.2: the advantage of a truncated step is 0, whatever it earned and reached."""

import numpy as np
from brax.training.agents.ppo.losses import compute_gae

one, zero = np.ones((1, 1), dtype=np.float32), np.zeros((1, 1), dtype=np.float32)
targets, advantages = compute_gae(one, zero, one, zero, one[0], 0.5, 0.5)
print("one truncated step, r = 1, V = 0, V(reached) = 1, gamma 1/2:", advantages.item(), "exact 1.5")
