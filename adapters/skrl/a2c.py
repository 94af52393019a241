"""skrl: ``A2C``, and the policies whose actions have several parts. The loss of its critic has no clip range."""

from __future__ import annotations

from typing import Any, ClassVar

from ._agent import A2C, VERSION, normalised, recorded
from ._distributions import MultiCategorical
from ._losses import divergence, policy_gradient

__all__ = ["Implementation"]


class Implementation:
    """``skrl-a2c``, in float32."""

    name = "skrl-a2c"
    version = VERSION
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "kl_estimator": "k3",
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """Â, before it is normalised."""
        return recorded(A2C, *batch, gamma=gamma, lam=lam)[1]

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """The target of the critic."""
        return recorded(A2C, *batch, gamma=gamma, lam=lam)[0]

    def normalize_advantages(self, advantages: Any) -> Any:
        """The second result of ``compute_gae``."""
        return normalised(A2C, advantages)

    def policy_gradient(self, logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
        """What ``A2C.update`` leaves in ``grad`` of a table of logits, on rows whose advantages are given."""
        return policy_gradient(logits, states, actions, advantages)

    def approximate_kl(self, log_probs: Any, old_log_probs: Any) -> Any:
        """What ``A2C.update`` tells ``KLAdaptiveLR``."""
        return divergence(A2C, log_probs, old_log_probs)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``MultiCategoricalMixin.act`` with one action."""
        return MultiCategorical(logits).log_prob(actions)

    def categorical_entropy(self, logits: Any) -> Any:
        """``MultiCategoricalMixin.get_entropy`` with one action."""
        return MultiCategorical(logits).entropy()
