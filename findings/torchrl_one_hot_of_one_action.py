"""torchrl 0.14.1: a one-hot categorical distribution over one action takes the rows of its batch for actions."""

import torch
from torchrl.modules.distributions import OneHotCategorical

two_rows = OneHotCategorical(logits=torch.zeros(2, 1))
print("two rows, one action: log-probabilities", two_rows.log_prob(torch.ones(2, 1)).tolist(), "exact [0.0, 0.0]")
print("entropy", two_rows.entropy().tolist(), "exact [0.0, 0.0]")
print("sample of shape", list(two_rows.sample().shape), "exact [2, 1]")
