"""How policyproof reaches ppo.py. Judge it with: policyproof check ppo_adapter.py:PPO."""

import numpy as np
import ppo
import torch


def tensor(array):
    return torch.tensor(array, dtype=torch.float32)


def graded(loss, parameter):
    loss.backward()
    return loss.item(), parameter.grad.numpy()


class PPO:
    name = "ppo.py"
    dtype = "float32"
    conventions = {"value_loss_scale": 0.5, "value_clip": "max", "advantage_std_ddof": 1, "advantage_epsilon": 1e-8}

    def gae(self, rewards, values, next_values, terminated, truncated, *, gamma, lam):
        done = np.logical_or(terminated, truncated)  # as the training loop does it
        before = np.concatenate([np.zeros_like(done[:1]), done[:-1]])
        columns = map(tensor, (rewards, values, before, next_values[-1], done[-1]))
        return ppo.advantages_of(*columns, gamma, lam).numpy()

    def ppo_policy_loss(self, log_probs, old_log_probs, advantages, *, clip_range):
        new = tensor(log_probs).requires_grad_()
        return graded(ppo.policy_loss(new, tensor(old_log_probs), tensor(advantages), clip_range), new)

    def value_loss(self, values, old_values, returns, *, clip_range):
        new, clip = tensor(values).requires_grad_(), float("inf") if clip_range is None else clip_range
        return graded(ppo.value_loss(new, tensor(old_values), tensor(returns), clip), new)

    def normalize_advantages(self, advantages):
        return ppo.normalised(tensor(advantages)).numpy()
