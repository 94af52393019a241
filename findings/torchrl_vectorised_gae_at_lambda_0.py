"""torchrl 0.14.1: the vectorised advantage estimators raise IndexError where γλ = 0, the plain ones do not."""

import torch
from torchrl.objectives.value import functional

one, no = torch.ones(1, 1, 1), torch.zeros(1, 1, 1, dtype=torch.bool)
exact, _ = functional.generalized_advantage_estimate(0.5, 0.0, one, one, one, no, no)
print("generalized_advantage_estimate", exact.item(), "exact 0.5")
for name in ("vec_generalized_advantage_estimate", "vec_td_lambda_advantage_estimate"):
    try:
        print(name, getattr(functional, name)(0.5, 0.0, one, one, one, no, no))
    except IndexError as error:
        print(name, "raises IndexError:", error)
try:
    print("vec_td_lambda_return_estimate", functional.vec_td_lambda_return_estimate(0.5, 0.0, one, one, no, no))
except IndexError as error:
    print("vec_td_lambda_return_estimate raises IndexError:", error)
