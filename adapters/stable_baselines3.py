"""stable-baselines3: rollout, losses and updates of PPO and A2C, distributions. Tried with 2.4 to 2.9."""

from __future__ import annotations

from typing import Any, ClassVar

from . import NotInstalledError

try:
    import stable_baselines3
    from stable_baselines3 import A2C, PPO
    from stable_baselines3.common import distributions
    from stable_baselines3.common.buffers import RolloutBuffer

    from ._collectors.stable_baselines3 import collected
    from ._stable_baselines3.learning import learned
    from ._stable_baselines3.ppo import approximate_kl, normalised, policy_loss, value_loss
    from ._stable_baselines3.rollout import CriticTable, rollout
    from ._stable_baselines3.training import PLAIN, FreeRows, TablePolicy, train, untrained
    from ._torch import tensor
    from ._updates import PlainAscent
    from ._updates._rows import tabular
    from ._updates.stable_baselines3 import ppo
except ImportError as error:
    raise NotInstalledError("stable-baselines3", 'pip install "policyproof[libraries]"') from error

__all__ = ["Implementation"]


class Implementation:
    """``stable-baselines3``, in float32."""

    name = "stable-baselines3"
    version = stable_baselines3.__version__
    dtype = "float32"
    device = "cpu"
    conventions: ClassVar[dict[str, float | str]] = {
        "advantage_epsilon": 1e-8,
        "advantage_std_ddof": 1,
        "kl_estimator": "k3",
        "value_clip": "clipped",
        "value_loss_scale": 1,
    }

    def gae(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``RolloutBuffer.advantages`` after ``collect_rollouts``."""
        return rollout(PPO, RolloutBuffer, CriticTable, *batch, gamma=gamma, lam=lam).advantages.copy()

    def lambda_returns(self, *batch: Any, gamma: float, lam: float) -> Any:
        """``RolloutBuffer.returns`` after ``collect_rollouts``."""
        return rollout(PPO, RolloutBuffer, CriticTable, *batch, gamma=gamma, lam=lam).returns.copy()

    def ppo_policy_loss(self, *batch: Any, clip_range: float) -> Any:
        """``train/policy_gradient_loss`` of ``PPO.train``, and its gradient."""
        return policy_loss(PPO, FreeRows, *batch, clip_range=clip_range)

    def value_loss(self, *batch: Any, clip_range: float | None) -> Any:
        """``train/value_loss`` of ``PPO.train`` with ``vf_coef=1``, and its gradient."""
        return value_loss(PPO, FreeRows, *batch, clip_range=clip_range)

    def normalize_advantages(self, advantages: Any) -> Any:
        """The advantages that ``PPO.train`` multiplies ratios with."""
        return normalised(PPO, FreeRows, advantages)

    def approximate_kl(self, *batch: Any) -> Any:
        """``train/approx_kl`` of ``PPO.train``."""
        return approximate_kl(PPO, FreeRows, *batch)

    def policy_gradient(self, logits: Any, states: Any, actions: Any, advantages: Any) -> Any:
        """What ``A2C.train`` leaves in ``grad`` of a table of logits; it descends, so the sign is turned."""
        settings = PLAIN | {"learning_rate": 0.0, "ent_coef": 0.0, "vf_coef": 0.0, "policy_kwargs": {"logits": logits}}
        a2c = untrained(A2C, TablePolicy, len(states), states=logits.shape[0], actions=logits.shape[1], **settings)
        train(a2c, states=states, actions=actions, advantages=advantages)
        return -a2c.policy.logits_gradient

    def ppo_step(self, logits: Any, *batch: Any, **how: Any) -> Any:
        """``PPO.train`` with plain SGD, the whole batch at once."""
        return ppo(tabular(logits, *batch), plain=PlainAscent(**how))[0].reshape(logits.shape)

    def categorical_log_prob(self, logits: Any, actions: Any) -> Any:
        """``CategoricalDistribution.log_prob``."""
        return _categorical(logits).log_prob(tensor(actions)).numpy()

    def categorical_entropy(self, logits: Any) -> Any:
        """``CategoricalDistribution.entropy``."""
        return _categorical(logits).entropy().numpy()

    def categorical_kl(self, logits_p: Any, logits_q: Any) -> Any:
        """``distributions.kl_divergence``."""
        return distributions.kl_divergence(_categorical(logits_p), _categorical(logits_q)).numpy()

    def gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``DiagGaussianDistribution.log_prob``."""
        return _gaussian(mean, log_std).log_prob(tensor(actions)).numpy()

    def gaussian_entropy(self, mean: Any, log_std: Any) -> Any:
        """``DiagGaussianDistribution.entropy``."""
        return _gaussian(mean, log_std).entropy().numpy()

    def gaussian_kl(self, mean_p: Any, log_std_p: Any, mean_q: Any, log_std_q: Any) -> Any:
        """``distributions.kl_divergence``, summed over action dimensions as its log-probabilities are."""
        divergence = distributions.kl_divergence(_gaussian(mean_p, log_std_p), _gaussian(mean_q, log_std_q))
        return distributions.sum_independent_dims(divergence).numpy()

    def squashed_gaussian_log_prob(self, mean: Any, log_std: Any, actions: Any) -> Any:
        """``SquashedDiagGaussianDistribution.log_prob``."""
        squashed: Any = distributions.SquashedDiagGaussianDistribution(mean.shape[1])
        return squashed.proba_distribution(tensor(mean), tensor(log_std)).log_prob(tensor(actions)).numpy()

    def collect(self, make_env: Any, policy: Any, values: Any, **how: Any) -> Any:
        """``collect_rollouts`` of PPO on a ``DummyVecEnv``."""
        return collected(PPO, TablePolicy, make_env, policy, values, **how)

    def train(self, make_env: Any, *, steps: int, seed: int) -> Any:
        """``PPO.learn``, update by update."""
        return learned(PPO, make_env, steps=steps, seed=seed)


def _categorical(logits: Any) -> Any:
    return distributions.CategoricalDistribution(logits.shape[1]).proba_distribution(tensor(logits))


def _gaussian(mean: Any, log_std: Any) -> Any:
    return distributions.DiagGaussianDistribution(mean.shape[1]).proba_distribution(tensor(mean), tensor(log_std))
