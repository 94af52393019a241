"""skrl: ``TRPO``, and multivariate Gaussian policies.

Its step is that of Gaussian policies, and the loss of its critic has no clip range.
"""

from __future__ import annotations

from typing import Any, ClassVar

from ._agent import TRPO, VERSION, normalised, recorded
from ._distributions import MultivariateGaussian
from ._trust_region import conjugate_gradient, divergence, policy_gradient, surrogate

__all__ = ["Implementation"]


class Implementation:
    """``skrl-trpo``, in float32."""

    name = "skrl-trpo"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {"advantage_epsilon": 1e-8, "advantage_std_ddof": 1}

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â, before it is normalised."""
        return recorded(TRPO, *batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The target of the critic."""
        return recorded(TRPO, *batch, gamma=gamma, lam=lam)[0]

    def normalize_advantages(self, advantages: Any) -> Any:
        """The second result of ``compute_gae``."""
        return normalised(TRPO, advantages)

    def surrogate(self, *batch: Any) -> Any:
        """``surrogate_loss``."""
        return surrogate(*batch)

    def policy_gradient(self, *batch: Any) -> Any:
        """The gradient of ``surrogate_loss`` at ratio 1."""
        return policy_gradient(*batch)

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``MultivariateGaussianMixin.act``."""
        return MultivariateGaussian(mean, log_std).log_prob(actions)

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``MultivariateGaussianMixin.get_entropy``."""
        return MultivariateGaussian(mean, log_std).entropy()

    def gaussian_kl(self, *rows: Any) -> Any:
        """``kl_divergence``, row by row."""
        return divergence(*rows)

    def conjugate_gradient(self, matrix: Any, b: Any, *, iterations: int) -> Any:
        """``conjugate_gradient``, where a matrix stands in for ``fisher_vector_product``."""
        return conjugate_gradient(matrix, b, iterations)
