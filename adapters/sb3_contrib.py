"""sb3-contrib: its TRPO, on a table of logits. Tried with 2.9.

Its conjugate gradients start at random. An update is seeded with a start at which a gradient of 0 ends them at once;
with others, where the Fisher matrix is 0 as well, it divides by 0 (see FINDINGS.md).
"""

from __future__ import annotations

import copy
from typing import Any, ClassVar

from . import NotInstalledError

try:
    import sb3_contrib
    import torch
    from sb3_contrib import TRPO
    from sb3_contrib.common.utils import conjugate_gradient_solver
    from stable_baselines3.common.distributions import kl_divergence

    from ._collectors.stable_baselines3 import collected
    from ._stable_baselines3.learning import learned
    from ._stable_baselines3.training import PLAIN, TablePolicy, train, untrained
    from ._torch import generators_kept, tensor
    from ._updates import PlainTrustRegion
    from ._updates._rows import tabular
    from ._updates.sb3_contrib import trpo
except ImportError as error:
    raise NotInstalledError("sb3-contrib", "pip install sb3-contrib") from error

__all__ = ["Implementation"]

START = 21
"""The seed: the first numbers that ``torch.randn`` draws have a sum of squares below 1."""


class Implementation:
    """``sb3-contrib``, in float32."""

    name = "sb3-contrib"
    version = sb3_contrib.__version__
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, Any]] = {"backtrack_factor": 0.8, "backtrack_steps": 9, "damping": 0.1}

    def surrogate(self, logits: Any, old_logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
        """``train/policy_objective`` of ``TRPO.train``, which neither solves nor searches."""
        trpo = _trpo(logits, len(states), cg_max_steps=0, line_search_max_iter=0)
        old = tabular(old_logits, states, actions, advantages).log_probs
        columns = {"advantages": advantages, "log_probs": old}
        return train(trpo, states=states, actions=actions, **columns)["train/policy_objective"]

    def fisher_vector_product(self, logits: Any, states: Any, vector: Any, *, damping: float) -> Any:
        """``TRPO.hessian_vector_product`` of the mean divergence from a copy, as ``TRPO.train`` sets it up."""
        trpo = _trpo(logits, len(states), cg_damping=damping)
        policy, rows = trpo.policy, torch.tensor(states)
        with torch.no_grad():
            old = copy.copy(policy.get_distribution(rows))
        new = policy.get_distribution(rows)
        objective = new.log_prob(torch.zeros(len(states))).mean()
        parameters, _, gradient, _ = trpo._compute_actor_grad(kl_divergence(new, old).mean(), objective)
        product = trpo.hessian_vector_product(parameters, gradient, tensor(vector.T).reshape(-1))
        return product.reshape(vector.T.shape).T.numpy()

    def conjugate_gradient(self, matrix: Any, b: Any, *, iterations: int) -> Any:
        """``conjugate_gradient_solver``."""
        held = tensor(matrix)
        return conjugate_gradient_solver(lambda x: held @ x, tensor(b), max_iter=iterations).numpy()

    def trpo_step(self, logits: Any, *batch: Any, max_kl: float) -> Any:
        """``TRPO.train``, advantages as they are."""
        plain = PlainTrustRegion(max_kl, self.conventions["damping"])
        with generators_kept():
            torch.manual_seed(START)
            return trpo(tabular(logits, *batch), plain=plain).reshape(logits.shape)

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``collect_rollouts`` of TRPO on a ``DummyVecEnv``."""
        return collected(TRPO, TablePolicy, make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``TRPO.learn``, update by update."""
        return learned(TRPO, make_env, steps=steps, seed=seed)


def _trpo(logits: Any, size: int, **settings: Any) -> Any:
    states, actions = logits.shape
    plain = {name: value for name, value in PLAIN.items() if name != "max_grad_norm"}
    plain |= {"learning_rate": 0.0, "n_critic_updates": 1, "batch_size": max(size, 2)}
    table = {"policy_kwargs": {"logits": logits}}
    return untrained(TRPO, TablePolicy, size, states=states, actions=actions, **plain | table | settings)
