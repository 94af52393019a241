"""skrl 2.1.1, JAX: the entropy of a categorical policy is not a number, and its bonus in PPO's loss has no gradient."""

import gymnasium
import jax.numpy as jnp
from flax import linen
from skrl.agents.jax.ppo.ppo import _update_policy
from skrl.models.jax import CategoricalMixin, Model


class Policy(CategoricalMixin, Model):
    """Two actions; their logits are parameters."""

    def __init__(self, **owned):
        Model.__init__(self, **owned)
        CategoricalMixin.__init__(self)

    @linen.compact
    def __call__(self, inputs, _):
        logits = self.param("logits", lambda _: jnp.array([0.0, 1.0]))
        return logits + 0 * inputs["observations"], {}


spaces = {"observation_space": gymnasium.spaces.Box(-1, 1, (1,)), "action_space": gymnasium.spaces.Discrete(2)}
policy = Policy(**spaces, device="cpu")
policy.init_state_dict(role="policy")
seen, nothing = {"observations": jnp.zeros((1, 1)), "taken_actions": jnp.zeros((1, 1))}, jnp.zeros((1, 1))
gradient, _, loss, _, _ = _update_policy(
    policy.act, policy.state_dict, seen, nothing, nothing, 0.2, policy.get_entropy, 1.0
)
print("logits 0 and 1, advantage 0, entropy_loss_scale 1: loss of entropy", loss.item(), "exact -0.582")
print("its gradient", gradient["params"]["logits"].tolist(), "exact [-0.197, 0.197]")
