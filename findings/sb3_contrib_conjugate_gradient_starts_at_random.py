"""sb3-contrib 2.9.2: conjugate gradients start at a small random vector: equal systems have unequal solutions."""

import torch
from sb3_contrib.common.utils import conjugate_gradient_solver

torch.manual_seed(0)
matrix = torch.diag(torch.tensor([1.0, 2.0]))
for _ in range(2):
    print(
        "b = (1, 0), one iteration:",
        conjugate_gradient_solver(lambda x: matrix @ x, torch.tensor([1.0, 0.0]), max_iter=1),
    )
print("exact after one iteration from 0: [1, 0]")
print("b = 0:", conjugate_gradient_solver(lambda x: matrix @ x, torch.zeros(2), max_iter=1), "exact [0, 0]")
