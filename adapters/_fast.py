"""What both of our own targets offer by one code, which runs on the arrays that it is given."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from ..fast import distributions, evaluation, tabular
from ..fast.conjugate_gradient import conjugate_gradient
from ..fast.trust_region import TrustRegion

__all__ = ["OnArrays", "Rollout"]

_REGION = TrustRegion()


@dataclass(frozen=True, eq=False)
class Rollout:
    """What was played, each ``[T, N]``."""

    states: Any
    actions: Any
    rewards: Any
    advantages: Any
    returns: Any
    log_probs: Any


class OnArrays(ABC):
    """Distributions, tabular updates and evaluation, the seam's arrays made those of a library and device."""

    dtype = "float32"
    conventions: ClassVar[dict[str, float | str]] = {
        "value_loss_scale": 1.0,
        "value_clip": "max",
        "advantage_std_ddof": 0,
        "advantage_epsilon": 1e-8,
        "kl_estimator": "k3",
        "damping": _REGION.damping,
        "backtrack_factor": _REGION.backtrack_factor,
        "backtrack_steps": _REGION.backtrack_steps,
    }

    @abstractmethod
    def put(self, value: Any) -> Any:
        """An array of the seam as an array of its own, reals in float32; anything else as it is."""

    @abstractmethod
    def take(self, result: Any) -> Any:
        """An array of its own as a NumPy array."""

    def _run(self, function: Callable[..., Any], *arguments: Any, **keywords: Any) -> Any:
        return self.take(function(*map(self.put, arguments), **keywords))

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """Log π(a)."""
        return self._run(distributions.categorical_log_prob, logits, actions)

    def categorical_entropy(self, logits: Any) -> Any:
        """−Σ π log π."""
        return self._run(distributions.categorical_entropy, logits)

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """KL(p ‖ q)."""
        return self._run(distributions.categorical_kl, logits_p, logits_q)

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """Log N(a; μ, σ²)."""
        return self._run(distributions.gaussian_log_prob, mean, log_std, actions)

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """Σ (log σ + ½ log 2πe)."""
        return self._run(distributions.gaussian_entropy, mean, log_std)

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """KL(p ‖ q)."""
        return self._run(distributions.gaussian_kl, mean_p, log_std_p, mean_q, log_std_q)

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """Log π(tanh u)."""
        return self._run(distributions.squashed_gaussian_log_prob, mean, log_std, actions)

    def policy_gradient(self, logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
        """∇ mean log π Â."""
        return self._run(tabular.policy_gradient, logits, states, actions, advantages)

    def surrogate(self, logits: Any, old_logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
        """Mean ρ Â."""
        return self._run(tabular.surrogate, logits, old_logits, states, actions, advantages)

    def mean_kl(self, old_logits: Any, logits: Any, states: Any) -> Any:
        """Mean KL(π_old ‖ π)."""
        return self._run(tabular.mean_kl, old_logits, logits, states)

    def fisher_vector_product(self, logits: Any, states: Any, vector: Any, *, damping: float) -> Any:
        """(F + damping I) v, as TRPO's conjugate gradients ask for it."""
        return self._run(tabular.fisher_vector_product, logits, states, vector, damping=damping)

    def conjugate_gradient(self, matrix: Any, b: Any, *, iterations: int) -> Any:
        """The solver of TRPO, given a matrix."""
        own = self.put(matrix)
        return self.take(conjugate_gradient(lambda vector: own @ vector, self.put(b), iterations=iterations))

    def natural_gradient_step(self, logits: Any, states: Any, actions: Any, advantages: Any, *, max_kl: float) -> Any:
        """TRPO's full step."""
        region = TrustRegion(max_kl=max_kl)
        return self._run(tabular.natural_gradient_step, logits, states, actions, advantages, region=region)

    def trpo_step(self, logits: Any, states: Any, actions: Any, advantages: Any, *, max_kl: float) -> Any:
        """TRPO's update of the policy."""
        region = TrustRegion(max_kl=max_kl)
        return self._run(tabular.trpo_step, logits, states, actions, advantages, region=region)

    def state_values(self, transition: Any, reward: Any, discount: float, policy: Any) -> Any:
        """V, by a batched solve."""
        return self._run(evaluation.state_values, transition, reward, discount, policy)

    def action_values(self, transition: Any, reward: Any, discount: float, policy: Any) -> Any:
        """Q = r + γPV."""
        return self._run(evaluation.action_values, transition, reward, discount, policy)

    def visitation(self, transition: Any, initial: Any, discount: float, policy: Any) -> Any:
        """The normalised visitation, by a batched solve."""
        return self._run(evaluation.visitation, transition, initial, discount, policy)
