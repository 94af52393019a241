"""Actor and critic: the critic by its temporal-difference error, the actor by the same error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..arithmetic import Array, Scalar
from ..domain import domain, require
from ..policy_evaluation import policy_reward, policy_transition
from ..tabular_mdp import TabularMDP

__all__ = ["ActorCriticStep", "actor_critic_step", "expected_critic_update"]


@dataclass(frozen=True, eq=False)
class ActorCriticStep:
    """The changes that one transition makes: to the logits ``[S, A]`` and to the critic ``[S]``."""

    actor: Array
    critic: Array


@domain(gamma="[0, 1]", actor_rate="(-∞, ∞)", critic_rate="(-∞, ∞)")
def actor_critic_step(
    policy: Array,
    critic: Array,
    transition: tuple[int, int, Scalar, int, bool],
    *,
    gamma: Scalar,
    actor_rate: Scalar,
    critic_rate: Scalar,
) -> ActorCriticStep:
    """Δθ = α δ ∇log π(a|s) and ΔV(s) = β δ with δ = r + γ(1 − done) V(s') − V(s), of one (s, a, r, s', done).

    For a softmax over logits. Sutton and Barto (2018), section 13.5, without their factor γᵗ.

    Raises
    ------
    InvalidPolicyError: a row of the policy is no distribution.
    InvalidArgumentError: the transition is none of this policy and critic, or γ is outside [0, 1].
    """
    state, action, reward, following, done = transition
    require(
        {"policy": policy, "critic": critic, "s": state, "a": action, "r": reward, "s'": following},
        policy="S A in Δ",
        critic="S",
        **{"s": "of S", "a": "of A", "r": "(-∞, ∞)", "s'": "of S"},
    )
    error = reward + gamma * (1 - int(done)) * critic[following] - critic[state]
    actor, change = 0 * policy, 0 * critic
    actor[state] = -actor_rate * error * policy[state]
    actor[state, action] = actor[state, action] + actor_rate * error
    change[state] = critic_rate * error
    return ActorCriticStep(actor, change)


@domain(mdp="one", policy="S A", critic="S", critic_rate="[0, ∞)")
def expected_critic_update(mdp: TabularMDP, policy: Array, critic: Array, *, critic_rate: Scalar) -> Array:
    """V + β (r_π + γ P_π V − V), the mean of TD(0) at every state at once, ``[S]``.

    A contraction to V^π by 1 − β(1−γ) in the maximum norm for β in [0, 1]. Sutton (1988), "Learning to predict by the
    methods of temporal differences".

    Raises
    ------
    InvalidPolicyError: the policy is none.
    """
    target = policy_reward(mdp, policy) + mdp.discount * policy_transition(mdp, policy) @ critic
    return np.asarray(critic + critic_rate * (target - critic))
