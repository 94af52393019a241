"""torchrl 0.14.1: the vectorised estimator leaves out steps that (γλ)ᵏ weighs less than 1e-7."""

import torch
from torchrl.objectives.value.functional import generalized_advantage_estimate, vec_generalized_advantage_estimate

nothing, no = torch.zeros(6, 1), torch.zeros(6, 1, dtype=torch.bool)
reached = torch.tensor([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])[:, None]
for estimate in (vec_generalized_advantage_estimate, generalized_advantage_estimate):
    advantages, _ = estimate(0.5, 0.125, nothing, reached, nothing, no, no)
    print(estimate.__name__, "first of six advantages:", advantages[0].item(), "exact", 2**-21)
